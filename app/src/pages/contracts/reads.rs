//! What the pages of contracts read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::contracts::{ContractForm, FieldForm};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, Row},
};

/// A contract's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractView {
    /// The partner's id.
    pub id: String,
    /// The partner's name.
    pub name: String,
    /// Whether it holds.
    pub state: Badge,
    /// What should be known of it now; empty when nothing.
    pub note: String,
    /// What is said of it as a whole.
    pub facts: Vec<Fact>,
    /// A row for each field in it.
    pub fields: Vec<Row>,
    /// How much of the catalogue that is, in words.
    pub counted: String,
    /// What was withheld lately.
    pub attempts: Vec<Row>,
}

/// One field in the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    /// The stable text.
    pub key: String,
    /// In words.
    pub label: String,
    /// What it tells.
    pub class: String,
    /// What stands in it.
    pub form: FieldForm,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractFormView {
    /// The partner's id.
    pub id: String,
    /// The partner's name.
    pub name: String,
    /// The version read.
    pub version: i64,
    /// What stands in it as a whole.
    pub form: ContractForm,
    /// Every field of the catalogue.
    pub fields: Vec<FieldView>,
    /// Legal bases.
    pub bases: Vec<Choice>,
    /// Forms in which a field leaves.
    pub rules: Vec<Choice>,
}

/// The ledger with what narrows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisclosuresView {
    /// The rows.
    pub list: ListView,
    /// About whom, when it is one customer: their name and their page.
    pub about: Option<(String, String)>,
    /// The partner chosen; may be empty.
    pub partner: String,
    /// Partners.
    pub partners: Vec<Choice>,
    /// The kind of record chosen; may be empty.
    pub kind: String,
    /// Kinds of records.
    pub kinds: Vec<Choice>,
    /// The way chosen; may be empty.
    pub via: String,
    /// Ways.
    pub ways: Vec<Choice>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "contracts/list")]
pub async fn contract_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One contract, by its partner's id.
#[server(prefix = "/_fn", endpoint = "contracts/detail")]
pub async fn read_contract(id: String) -> Result<ContractView, AppError> {
    super::detail::answer(id).await
}

/// A contract in a form.
#[server(prefix = "/_fn", endpoint = "contracts/form")]
pub async fn read_contract_form(id: String) -> Result<ContractFormView, AppError> {
    super::form::answer(id).await
}

/// The ledger, as its address says.
#[server(prefix = "/_fn", endpoint = "disclosures/list")]
pub async fn disclosure_list(search: String) -> Result<DisclosuresView, AppError> {
    super::disclosures::answer(search).await
}
