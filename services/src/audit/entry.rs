//! An entry, while the use case writes it.

use std::{collections::BTreeMap, fmt::Display};

use domain::ids::EventId;
use serde_json::Value;

domain::text_enum! {
    /// Which log an event stands in.
    pub enum Stream {
        /// What staff and partners administer.
        Control = "control", "Control";
        /// Who signs in, and how.
        Auth = "auth", "Sign-in";
    }
}

domain::text_enum! {
    /// What came of it.
    pub enum Outcome {
        /// It was done.
        Done = "done", "Done";
        /// It was not allowed, or the rules said no.
        Refused = "refused", "Refused";
        /// It was tried and failed.
        Failed = "failed", "Failed";
    }
}

/// One field before and after, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldChange {
    pub(super) field: &'static str,
    /// Nothing for personal data: that it changed is kept, what it says is not.
    pub(super) values: Option<(Value, Value)>,
}

/// What the log will say. Values are ids, words of closed sets, dates and amounts as text; never personal data.
#[derive(Clone, Debug)]
pub struct Entry {
    id: EventId,
    pub(super) stream: Stream,
    pub(super) action: &'static str,
    pub(super) target: (String, String),
    pub(super) outcome: Outcome,
    pub(super) reason: String,
    pub(super) changes: Vec<FieldChange>,
    pub(super) details: BTreeMap<&'static str, Value>,
    pub(super) on_behalf_of: String,
}

impl Entry {
    /// An entry for an action, `area.verb`.
    pub fn new(action: &'static str) -> Self {
        Self {
            id: EventId::new(),
            stream: Stream::Control,
            action,
            target: (String::new(), String::new()),
            outcome: Outcome::Done,
            reason: String::new(),
            changes: Vec::new(),
            details: BTreeMap::new(),
            on_behalf_of: String::new(),
        }
    }

    /// The id the event will have, for a timeline to point at.
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// What it was done to.
    #[must_use]
    pub fn target(mut self, kind: &str, id: impl Display) -> Self {
        self.target = (kind.to_owned(), id.to_string());
        self
    }

    /// Why, in the words of who did it.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// A field before and after: ids, words of closed sets, dates, amounts as text. For what says something about a
    /// person there is [`Entry::changed`].
    #[must_use]
    pub fn change(mut self, field: &'static str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        self.changes.push(FieldChange { field, values: Some((before.into(), after.into())) });
        self
    }

    /// A field of personal data: that it changed is kept, what it said is not, so that a person can be forgotten while
    /// the log stays whole.
    #[must_use]
    pub fn changed(mut self, field: &'static str) -> Self {
        self.changes.push(FieldChange { field, values: None });
        self
    }

    /// Something else worth knowing.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.details.insert(key, value.into());
        self
    }

    /// For whom the actor acted, by id: a machine for a person, a person for a partner.
    #[must_use]
    pub fn on_behalf_of(mut self, id: impl Display) -> Self {
        self.on_behalf_of = id.to_string();
        self
    }

    /// What came of it; `Done` when not told.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Which log; `Control` when not told.
    #[must_use]
    pub fn stream(mut self, stream: Stream) -> Self {
        self.stream = stream;
        self
    }
}
