//! What the integrations' pages read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::integrations::{IntegrationForm, OperationForm};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, Row},
};

/// An integration's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its partner and what it does for us.
    pub subtitle: String,
    /// Whether it may be used.
    pub state: Badge,
    /// What should be known of it now.
    pub notes: Vec<String>,
    /// What can be done to it, in the words of the address.
    pub acts: Vec<String>,
    /// A secret that was made a moment ago.
    pub fresh: Option<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What can be asked of it.
    pub operations: Vec<Row>,
    /// The same in words, for confirmations: what each means for customers while it can't be had.
    pub plans: Vec<String>,
    /// Its secrets, as far as they may be known.
    pub secrets: Vec<Row>,
    /// Where its breaker stands.
    pub breaker: Badge,
    /// The same in a sentence.
    pub breaker_words: String,
    /// How its breaker turned.
    pub turns: Vec<Row>,
    /// Its failure drills.
    pub drills: Vec<Row>,
    /// Its calls of the last day.
    pub calls: Vec<Row>,
    /// Whether one has to show again that it is oneself, to set a secret.
    pub needs_confirmation: bool,
    /// What a test of the connection begins with.
    pub test: Option<TestView>,
}

/// What the form of an integration needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationFormView {
    /// What stands in it.
    pub form: IntegrationForm,
    /// The same, as it was opened.
    pub base: String,
    /// The version read.
    pub version: i64,
    /// Makes a double submit one integration.
    pub token: String,
    /// Partners.
    pub partners: Vec<Choice>,
    /// Who could look after it.
    pub owners: Vec<Choice>,
}

/// What the form of an operation needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationFormView {
    /// Of which integration: its id and its name.
    pub integration: (String, String),
    /// What stands in it.
    pub form: OperationForm,
    /// The same, as it was opened.
    pub base: String,
    /// Makes a double submit one operation.
    pub token: String,
    /// Integrations that could be asked instead.
    pub seconds: Vec<Choice>,
}

/// A test of a connection: what it begins with, and how the last one went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestView {
    /// Of which integration; empty when of none yet.
    pub integration: String,
    /// The base address.
    pub base_url: String,
    /// The path below it.
    pub path: String,
    /// How we prove ourselves.
    pub auth: String,
    /// The name that goes with it.
    pub auth_name: String,
    /// Where tokens are asked for.
    pub token_url: String,
    /// How the last one went: in a word, in a sentence, and in facts.
    pub tried: Option<(Badge, String, Vec<Fact>)>,
}

/// The page of calls that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallsView {
    /// How many wait, how many were given up, and since when the oldest waits.
    pub numbers: Vec<(String, String)>,
    /// The calls.
    pub list: ListView,
}

/// The page of one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub title: String,
    /// The operation and the integration.
    pub subtitle: String,
    /// Where it stands.
    pub state: Badge,
    /// What can be done to it, in the words of the address.
    pub acts: Vec<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What it last failed of; empty when of nothing.
    pub error: String,
}

/// What sending many again begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayView {
    /// Integrations.
    pub integrations: Vec<Choice>,
    /// The integration that is chosen at first.
    pub chosen: String,
    /// The range that it begins with: from, until.
    pub range: (String, String),
    /// How many were given up, of all integrations.
    pub dead: String,
}

/// What is switched off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchLine {
    /// `level:key`, as the address names it.
    pub what: String,
    /// How much it stops.
    pub level: String,
    /// What it stands over.
    pub name: String,
    /// Who threw it, and when.
    pub thrown: String,
    /// Why.
    pub reason: String,
    /// Who asked for lifting it, and when; empty when nobody did.
    pub asked: String,
}

/// The page of kill switches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchesView {
    /// What is off, the latest first.
    pub lines: Vec<SwitchLine>,
    /// What could be switched off.
    pub choices: Vec<Choice>,
    /// What is chosen, in the words of the address and of people.
    pub chosen: Option<Choice>,
}

/// One integration. `act` is what is about to be done to it.
#[server(prefix = "/_fn", endpoint = "integrations/detail")]
pub async fn read_integration(id: String, act: String) -> Result<IntegrationView, AppError> {
    super::answer::answer(id, act).await
}

/// The form of a new integration.
#[server(prefix = "/_fn", endpoint = "integrations/new")]
pub async fn new_integration_form(partner: String) -> Result<IntegrationFormView, AppError> {
    super::form::answer_new(partner).await
}

/// The form of an integration.
#[server(prefix = "/_fn", endpoint = "integrations/form")]
pub async fn read_integration_form(id: String) -> Result<IntegrationFormView, AppError> {
    super::form::answer_existing(id).await
}

/// The form of a new operation.
#[server(prefix = "/_fn", endpoint = "integrations/operation_new")]
pub async fn new_operation_form(id: String) -> Result<OperationFormView, AppError> {
    super::operation::answer_new(id).await
}

/// The form of an operation.
#[server(prefix = "/_fn", endpoint = "integrations/operation_form")]
pub async fn read_operation_form(id: String, operation: String) -> Result<OperationFormView, AppError> {
    super::operation::answer_existing(id, operation).await
}

/// What a test of a connection begins with, and how the last one went.
#[server(prefix = "/_fn", endpoint = "integrations/test_page")]
pub async fn read_test() -> Result<TestView, AppError> {
    super::test::answer().await
}

/// The calls that wait, were given up, are done, or were cancelled.
#[server(prefix = "/_fn", endpoint = "integrations/calls")]
pub async fn read_calls(search: String) -> Result<CallsView, AppError> {
    super::calls::answer_list(search).await
}

/// One of them.
#[server(prefix = "/_fn", endpoint = "integrations/call")]
pub async fn read_call(id: String) -> Result<CallView, AppError> {
    super::calls::answer_one(id).await
}

/// What sending many again begins with.
#[server(prefix = "/_fn", endpoint = "integrations/replay_page")]
pub async fn read_replay(integration: String) -> Result<ReplayView, AppError> {
    super::calls::answer_replay(integration).await
}

/// The calls of the gateway, as they ended.
#[server(prefix = "/_fn", endpoint = "integrations/log")]
pub async fn read_log(search: String) -> Result<ListView, AppError> {
    super::log::answer(search).await
}

/// What is switched off, and what could be.
#[server(prefix = "/_fn", endpoint = "integrations/switches")]
pub async fn read_switches(what: String) -> Result<SwitchesView, AppError> {
    super::switches::answer(what).await
}
