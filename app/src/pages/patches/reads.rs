//! What the pages of updates read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::patches::ComponentForm;

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, When},
};

/// A figure that leads to what it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
    /// A few words beside it.
    pub note: String,
    /// Where they are listed.
    pub href: String,
}

/// The list with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatesView {
    /// What there is to do.
    pub figures: Vec<Figure>,
    /// The tasks, what is due first.
    pub list: ListView,
}

/// Somebody asks that it may wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who.
    pub by: String,
    /// Until when.
    pub until: String,
    /// Why.
    pub why: String,
    /// Whether it was the viewer, who then can't approve it.
    pub is_own: bool,
}

/// A task's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// The advisory's id, as published.
    pub advisory: String,
    /// The advisory in one line.
    pub summary: String,
    /// Where it stands.
    pub state: Badge,
    /// How bad it is.
    pub severity: Badge,
    /// When it is due.
    pub due: When,
    /// The component with its version.
    pub component: String,
    /// What should be known of it now; empty when nothing.
    pub note: String,
    /// Why it stands where it stands; empty when nobody said.
    pub reason: String,
    /// That it may wait, if somebody asks that.
    pub request: Option<Request>,
    /// What can be done to it, in the words of the address.
    pub acts: Vec<String>,
    /// What to do, step by step.
    pub steps: Vec<String>,
    /// Which versions are affected.
    pub affected: Vec<String>,
    /// What the advisory says; plain text.
    pub details: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
}

/// What the form of a component needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentFormView {
    /// Its id; empty for a new one.
    pub id: String,
    /// The version of the record that was read.
    pub version: i64,
    /// Makes a double submit one component.
    pub token: String,
    /// The fields.
    pub form: ComponentForm,
    /// What it can be.
    pub kinds: Vec<Choice>,
    /// What can use it.
    pub users: Vec<Choice>,
}

/// The tasks, as the address says, with their figures.
#[server(prefix = "/_fn", endpoint = "updates/list")]
pub async fn update_list(search: String) -> Result<UpdatesView, AppError> {
    super::list::answer(search).await
}

/// One task.
#[server(prefix = "/_fn", endpoint = "updates/task")]
pub async fn read_update(id: String) -> Result<TaskView, AppError> {
    super::task::answer(id).await
}

/// The inventory, as its address says.
#[server(prefix = "/_fn", endpoint = "updates/components")]
pub async fn component_list(search: String) -> Result<ListView, AppError> {
    super::components::answer(search).await
}

/// The form of a new component.
#[server(prefix = "/_fn", endpoint = "updates/new_component")]
pub async fn new_component_form() -> Result<ComponentFormView, AppError> {
    super::component_form::answer_new().await
}

/// The form of a component.
#[server(prefix = "/_fn", endpoint = "updates/component_form")]
pub async fn read_component_form(id: String) -> Result<ComponentFormView, AppError> {
    super::component_form::answer_existing(id).await
}

/// How much can be imported at once, in KB; for those who may import.
#[server(prefix = "/_fn", endpoint = "updates/import_page")]
pub async fn import_page() -> Result<usize, AppError> {
    super::import::answer().await
}
