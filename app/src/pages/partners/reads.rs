//! What the partners' pages read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::partners::PartnerForm;

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView},
};

/// A field of the catalogue, and whether it may leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldLine {
    /// The stable text, `resource.field`.
    pub key: String,
    /// In words.
    pub label: String,
    /// Whether the partner is cleared for it.
    pub is_cleared: bool,
}

/// The fields that tell the same kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensitivityView {
    /// What they tell.
    pub name: String,
    /// The fields, in the order of the catalogue.
    pub fields: Vec<FieldLine>,
}

/// A partner's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub kind: String,
    /// Whether its machines may call.
    pub status: Badge,
    /// The same, for what can be done.
    pub is_active: bool,
    /// How many of its keys and clients aren't revoked, in words.
    pub keys: String,
    /// What the record says of itself.
    pub facts: Vec<Fact>,
    /// What may leave for it, and what may not.
    pub catalogue: Vec<SensitivityView>,
    /// How much of it may leave, in words.
    pub cleared: String,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerFormView {
    /// What stands in it.
    pub form: PartnerForm,
    /// The version read; nothing for a new one.
    pub version: i64,
    /// Makes a double submit one partner.
    pub token: String,
    /// Kinds.
    pub kinds: Vec<Choice>,
    /// Every field, with those that may leave checked.
    pub catalogue: Vec<SensitivityView>,
    /// Every limit that isn't for everybody: id, name, and whether its keys share it.
    pub limits: Vec<(String, String, bool)>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "partners/list")]
pub async fn partner_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One partner.
#[server(prefix = "/_fn", endpoint = "partners/detail")]
pub async fn read_partner(id: String) -> Result<PartnerView, AppError> {
    super::record::answer(id).await
}

/// An empty form.
#[server(prefix = "/_fn", endpoint = "partners/new")]
pub async fn new_partner_form() -> Result<PartnerFormView, AppError> {
    super::form::answer_new().await
}

/// A partner in a form.
#[server(prefix = "/_fn", endpoint = "partners/form")]
pub async fn read_partner_form(id: String) -> Result<PartnerFormView, AppError> {
    super::form::answer_existing(id).await
}
