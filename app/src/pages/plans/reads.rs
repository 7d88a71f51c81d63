//! What the pages of plans read.

use domain::forms::plan::PlanForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, ChangeView, Choice, Fact, ListView, NoteView, Row, TimelineView},
};

/// A plan's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub subtitle: String,
    /// Where it stands.
    pub status: Badge,
    /// The number of the draft, when there is one.
    pub draft: Option<i64>,
    /// Whether it can still be changed.
    pub is_open: bool,
    /// The terms worth a panel: of the version in force, and of the draft.
    pub terms: Vec<TermsView>,
    /// Its versions, newest first.
    pub versions: Vec<Row>,
    /// What the record says of itself.
    pub record: Vec<Fact>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Vec<NoteView>,
    /// What happened.
    pub timeline: TimelineView,
    /// What the reader is about to decide, when the address asks for it.
    pub review: Option<ReviewView>,
}

/// The terms of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsView {
    /// Makes the panel's ids its own.
    pub key: String,
    /// "Version 2, in force".
    pub heading: String,
    /// The terms, in words.
    pub facts: Vec<Fact>,
}

/// Something that follows from what is about to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsequenceView {
    /// An icon's name.
    pub icon: String,
    /// For whom or what.
    pub title: String,
    /// What follows.
    pub text: String,
}

/// What the reader is about to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// Whether it is publishing; otherwise it is retiring.
    pub is_publishing: bool,
    /// The heading.
    pub heading: String,
    /// What follows.
    pub consequences: Vec<ConsequenceView>,
    /// What differs from the version in force.
    pub changes: Vec<ChangeView>,
    /// The plan's version as shown here: if it has changed when the decision comes in, nothing is done.
    pub version: i64,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFormView {
    /// What stands in it.
    pub form: PlanForm,
    /// What saving comes to: a draft is changed, or the next version drafted.
    pub explanation: String,
    /// The version read; nothing for a new one.
    pub version: i64,
    /// The form as opened, to tell later whose change is whose.
    pub base: String,
    /// Makes a double submit one plan.
    pub token: String,
    /// Currencies.
    pub currencies: Vec<Choice>,
    /// Whether pausing is allowed.
    pub pausing: Vec<Choice>,
    /// What a pause does to billing.
    pub pause_billings: Vec<Choice>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "plans/list")]
pub async fn read_plans(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One plan; `cursor` pages its timeline, `review` asks what publishing or retiring it would do.
#[server(prefix = "/_fn", endpoint = "plans/detail")]
pub async fn read_plan(id: String, cursor: Option<String>, review: Option<String>) -> Result<PlanView, AppError> {
    super::detail::answer(id, cursor, review).await
}

/// An empty form.
#[server(prefix = "/_fn", endpoint = "plans/new")]
pub async fn open_new_plan() -> Result<PlanFormView, AppError> {
    super::form::answer_new().await
}

/// A plan in a form.
#[server(prefix = "/_fn", endpoint = "plans/form")]
pub async fn open_plan(id: String) -> Result<PlanFormView, AppError> {
    super::form::answer_existing(id).await
}
