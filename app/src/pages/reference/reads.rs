//! What the reference reads.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, views::Row};

/// An operation in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLine {
    /// Its stable name.
    pub id: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// In a few words.
    pub summary: String,
    /// The scope it needs; empty for none.
    pub scope: String,
    /// Whether it goes away.
    pub is_deprecated: bool,
}

/// A heading with its operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationGroup {
    /// The heading.
    pub name: String,
    /// What stands under it.
    pub description: String,
    /// Its operations.
    pub operations: Vec<OperationLine>,
}

/// The answer of a call that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedView {
    /// Method and address, as called.
    pub called: String,
    /// The status with its words.
    pub status: String,
    /// Whether it was done.
    pub is_done: bool,
    /// Headers, one a line.
    pub headers: String,
    /// The body.
    pub body: String,
}

/// One operation, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationView {
    /// As in the list.
    pub line: OperationLine,
    /// What there is to know.
    pub description: String,
    /// How it is limited.
    pub limit_class: String,
    /// Parameters: name, where, type, what for.
    pub parameters: Vec<Row>,
    /// What is sent: field, type, what for.
    pub request: Vec<Row>,
    /// What comes back: field, type, what for.
    pub response: Vec<Row>,
    /// Statuses: which, what it means.
    pub statuses: Vec<Row>,
    /// A body to begin with; empty when nothing is sent.
    pub example: String,
    /// What was last tried here.
    pub tried: Option<TriedView>,
}

/// The reference: everything, or one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceView {
    /// The version it describes.
    pub version: String,
    /// Every operation.
    pub groups: Vec<OperationGroup>,
    /// The one that was asked for.
    pub operation: Option<OperationView>,
}

/// The reference.
#[server(prefix = "/_fn", endpoint = "reference/page")]
pub async fn reference_page(operation: String) -> Result<ReferenceView, AppError> {
    super::document::answer(operation).await
}
