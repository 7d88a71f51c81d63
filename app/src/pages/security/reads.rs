//! What the security pages read.

use domain::subscription::Tone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, ChangeView, Choice, Fact, ListView, When},
};

/// The list of events, with what can narrow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventListView {
    /// Newest first.
    pub list: ListView,
    /// What stands in the fields of the filters: name in the address, label, value.
    pub fields: Vec<FilterField>,
    /// Groups of actions.
    pub groups: Vec<Choice>,
    /// The chosen group.
    pub group: String,
    /// The rest of the address that the filters keep.
    pub kept: Vec<(String, String)>,
    /// For the printed page: what is shown, and when it was read.
    pub printed: String,
}

/// A field that narrows the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterField {
    /// Its name in the address.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// `text` or `datetime-local`.
    pub kind: String,
    /// What it looks like when filled in.
    pub example: String,
}

/// A figure of the last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
    /// A few words beside it.
    pub note: String,
    /// Its events.
    pub href: String,
}

/// Whether one stream of the log is sound, as far as the last check saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Green, red, or not known yet.
    pub tone: Tone,
    /// The stream and what is so, in a few words.
    pub headline: String,
    /// How far and when; or what is wrong, and where.
    pub detail: String,
    /// The newest checkpoint, shortened.
    pub checkpoint: String,
    /// The newest checkpoint as it was signed; to be compared with the copy kept elsewhere.
    pub note: String,
}

/// What stands above the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryView {
    /// The last day in figures.
    pub figures: Vec<Figure>,
    /// One for each stream.
    pub verdicts: Vec<Verdict>,
    /// What of the updates is late, and where it is listed; for those who may see it.
    pub overdue: Option<(String, String)>,
}

/// One event in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Its action in words.
    pub title: String,
    /// Its stable action.
    pub action: String,
    /// What came of it.
    pub outcome: Badge,
    /// When.
    pub when: When,
    /// Why, in the words of who did it.
    pub reason: String,
    /// Who, from where, what, to what.
    pub facts: Vec<Fact>,
    /// Fields before and after.
    pub changes: Vec<ChangeView>,
    /// What else was noted.
    pub details: Vec<Fact>,
    /// Other events that have something in common with it: label and address.
    pub related: Vec<(String, String)>,
    /// Its place in the log.
    pub place: Vec<Fact>,
    /// The exact bytes that were hashed.
    pub payload: String,
    /// The proof that it is in the log, as text to be kept; or why there is none yet.
    pub proof: String,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "security/list")]
pub async fn event_list(search: String) -> Result<EventListView, AppError> {
    super::list::answer(search).await
}

/// What stands above the list.
#[server(prefix = "/_fn", endpoint = "security/summary")]
pub async fn security_summary() -> Result<SummaryView, AppError> {
    super::summary::answer().await
}

/// One event.
#[server(prefix = "/_fn", endpoint = "security/event")]
pub async fn audit_event(id: String) -> Result<EventView, AppError> {
    super::event::answer(id).await
}
