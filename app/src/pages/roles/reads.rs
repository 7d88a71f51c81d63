//! What the pages of roles read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, views::Badge};

/// A role as a column of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleHead {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many people have it, in words.
    pub people: String,
    /// Whether it came with the portal and can't be changed.
    pub is_built_in: bool,
}

/// A permission as a row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The stable text.
    pub key: String,
    /// What it lets one do.
    pub description: String,
    /// How much harm it can do in wrong hands.
    pub risk: String,
    /// For each role, whether it allows this.
    pub is_granted: Vec<bool>,
}

/// The rows of one area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixArea {
    /// The heading.
    pub name: String,
    /// The permissions.
    pub rows: Vec<MatrixRow>,
}

/// Permissions by roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixView {
    /// How many of each, in words.
    pub subtitle: String,
    /// The columns.
    pub roles: Vec<RoleHead>,
    /// The rows.
    pub areas: Vec<MatrixArea>,
}

/// A permission in a role's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionLine {
    /// The stable text.
    pub key: String,
    /// What it lets one do.
    pub description: String,
    /// How much harm it can do in wrong hands.
    pub risk: String,
    /// Whether its box is checked.
    pub is_on: bool,
    /// Whether the role may allow it: nobody gives what they don't hold.
    pub is_open: bool,
}

/// The permissions of one area in a role's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaView {
    /// The heading.
    pub name: String,
    /// The permissions.
    pub permissions: Vec<PermissionLine>,
}

/// A permission that people would get or lose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceLine {
    /// The stable text.
    pub key: String,
    /// What it lets one do.
    pub description: String,
    /// How much harm it can do in wrong hands.
    pub risk: Badge,
    /// Whom it reaches, in words.
    pub reach: String,
}

/// What a proposed change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// The most important in one sentence.
    pub headline: String,
    /// Who has the role, by name as far as there is room.
    pub who: String,
    /// Name and description, where they change: field, before, after.
    pub texts: Vec<(String, String, String)>,
    /// What it would allow and doesn't.
    pub added: Vec<DifferenceLine>,
    /// What it allows and wouldn't.
    pub removed: Vec<DifferenceLine>,
    /// Permissions the reader doesn't hold and so can't give.
    pub not_held: Vec<String>,
    /// Whether anything changes at all.
    pub is_change: bool,
}

/// A role in a form, with the proposal that the address carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFormView {
    /// Its id; empty for a new one.
    pub id: String,
    /// The version that the review is compared with; 0 for a new one.
    pub version: i64,
    /// The name as saved, for headings; empty for a new one.
    pub saved_name: String,
    /// The proposed name.
    pub name: String,
    /// The proposed description.
    pub description: String,
    /// Whether it came with the portal and can't be changed.
    pub is_built_in: bool,
    /// How many people have it, in words.
    pub people: String,
    /// Whether nobody has it, so that it can be deleted.
    pub is_unused: bool,
    /// All permissions, by area.
    pub areas: Vec<AreaView>,
    /// The texts of the permissions that are on.
    pub chosen: Vec<String>,
    /// Back to the form with everything as proposed.
    pub edit_href: String,
    /// A new role that begins like this one.
    pub copy_href: String,
    /// What the proposal would do, when there is one.
    pub review: Option<ReviewView>,
}

/// Permissions by roles.
#[server(prefix = "/_fn", endpoint = "roles/matrix")]
pub async fn role_matrix() -> Result<MatrixView, AppError> {
    super::matrix::answer().await
}

/// A role in a form: a saved one by its id, or as the query string `proposal` wants it.
#[server(prefix = "/_fn", endpoint = "roles/form")]
pub async fn role_form(
    #[server(default)] id: String,
    #[server(default)] proposal: String,
) -> Result<RoleFormView, AppError> {
    super::form::answer(id, proposal).await
}
