//! What the customers' pages read.

use domain::forms::customer::CustomerForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, NoteView, Row, TimelineView},
};

/// A customer's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDetail {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Number and since when.
    pub subtitle: String,
    /// Its status.
    pub status: Badge,
    /// How to reach them.
    pub contact: Vec<Fact>,
    /// What the record says of itself.
    pub record: Vec<Fact>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Vec<NoteView>,
    /// Its subscriptions, newest first.
    pub subscriptions: Vec<Row>,
    /// What happened.
    pub timeline: TimelineView,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerFormView {
    /// What stands in it.
    pub form: CustomerForm,
    /// The version read; nothing for a new one.
    pub version: i64,
    /// The form as opened, to tell later whose change is whose.
    pub base: String,
    /// Makes a double submit one customer.
    pub token: String,
    /// Kinds.
    pub kinds: Vec<Choice>,
    /// Statuses.
    pub statuses: Vec<Choice>,
    /// Currencies.
    pub currencies: Vec<Choice>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "customers/list")]
pub async fn customer_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One customer; `cursor` pages its timeline.
#[server(prefix = "/_fn", endpoint = "customers/detail")]
pub async fn read_customer(id: String, cursor: Option<String>) -> Result<CustomerDetail, AppError> {
    super::detail::answer(id, cursor).await
}

/// An empty form.
#[server(prefix = "/_fn", endpoint = "customers/new")]
pub async fn new_customer_form() -> Result<CustomerFormView, AppError> {
    super::form::answer_new().await
}

/// A customer in a form.
#[server(prefix = "/_fn", endpoint = "customers/form")]
pub async fn read_customer_form(id: String) -> Result<CustomerFormView, AppError> {
    super::form::answer_existing(id).await
}
