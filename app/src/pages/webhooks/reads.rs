//! What the webhooks' pages read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, Row},
};

/// An endpoint's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    /// Its id.
    pub id: String,
    /// The address.
    pub url: String,
    /// Whose it is, and for which environment.
    pub subtitle: String,
    /// How it does.
    pub state: Badge,
    /// What should be known of it now; empty when nothing.
    pub note: String,
    /// What can be done to it, in the words of the address.
    pub acts: Vec<String>,
    /// Its secret and the same in standard form, right after it was made.
    pub fresh: Option<(String, String)>,
    /// The public halves of our keys, when it signs by one.
    pub public_keys: Vec<String>,
    /// How much waits, how much was given up, and when something was last taken.
    pub numbers: Vec<(String, String)>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The types of event that are sent to it; all when empty.
    pub types: Vec<String>,
    /// What was sent.
    pub log: ListView,
    /// Counts the saves.
    pub version: i64,
    /// The range that a recovery begins with: from, until.
    pub range: (String, String),
}

/// A type of event to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeBox {
    /// Its name.
    pub name: String,
    /// What happened.
    pub about: String,
    /// Whether it is chosen.
    pub is_on: bool,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFormView {
    /// Its id; empty for a new one.
    pub id: String,
    /// The version read.
    pub version: i64,
    /// Makes a double submit one endpoint.
    pub token: String,
    /// The address.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Whose it is, and for which environment; for one that exists.
    pub subtitle: String,
    /// Partners.
    pub partners: Vec<Choice>,
    /// Environments.
    pub environments: Vec<Choice>,
    /// Ways to sign.
    pub schemes: Vec<Choice>,
    /// How many messages in a second; empty when as many as are taken.
    pub max_per_second: String,
    /// Every type of event, by the kind of record that it is about.
    pub types: Vec<(String, Vec<TypeBox>)>,
}

/// A delivery's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// The type of event.
    pub kind: String,
    /// Where it stands.
    pub state: Badge,
    /// To which endpoint: its address and its page.
    pub endpoint: (String, String),
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Its attempts.
    pub attempts: Vec<Row>,
    /// How the last answer began; empty when it didn't.
    pub excerpt: String,
    /// What is sent.
    pub body: String,
    /// Whether it can be sent again now.
    pub can_resend: bool,
}

/// A type of event in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTypeView {
    /// Its name.
    pub name: String,
    /// What happened.
    pub about: String,
    /// A message of it.
    pub example: String,
    /// What a message of it looks like, as JSON Schema.
    pub schema: String,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "webhooks/list")]
pub async fn webhook_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One endpoint with a page of what was sent to it.
#[server(prefix = "/_fn", endpoint = "webhooks/detail")]
pub async fn read_webhook(id: String, act: String, search: String) -> Result<WebhookView, AppError> {
    super::detail::answer(id, act, search).await
}

/// The form of a new endpoint.
#[server(prefix = "/_fn", endpoint = "webhooks/new")]
pub async fn new_webhook_form() -> Result<WebhookFormView, AppError> {
    super::form::answer_new().await
}

/// The form of an endpoint.
#[server(prefix = "/_fn", endpoint = "webhooks/form")]
pub async fn read_webhook_form(id: String) -> Result<WebhookFormView, AppError> {
    super::form::answer_existing(id).await
}

/// One delivery.
#[server(prefix = "/_fn", endpoint = "webhooks/delivery")]
pub async fn read_delivery(id: String) -> Result<DeliveryView, AppError> {
    super::delivery::answer(id).await
}

/// Every type of event.
#[server(prefix = "/_fn", endpoint = "webhooks/catalogue")]
pub async fn event_catalogue() -> Result<Vec<EventTypeView>, AppError> {
    super::catalogue::answer().await
}
