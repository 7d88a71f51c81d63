//! View models that many pages share: display-ready words, so that the browser formats nothing.

use domain::subscription::Tone;
use serde::{Deserialize, Serialize};

/// An instant or a date as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// For machines: RFC 3339, or a bare date.
    pub iso: String,
    /// With its zone, in full.
    pub exact: String,
    /// As shown: "2 h ago", "3 Jul 2026".
    pub shown: String,
}

/// A state as a word with a shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// Which shape and hue.
    pub tone: Tone,
    /// The word.
    pub label: String,
    /// What stands beside it; may be empty.
    pub note: String,
}

impl Badge {
    /// A badge with nothing beside it.
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self { tone, label: label.into(), note: String::new() }
    }

    /// The same badge with a few words beside it.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// Plain words; empty shows a dash.
    Text(String),
    /// A title with a line under it.
    Who(String, String),
    /// A plate with a line under it.
    Plate(String, String),
    /// An id or a code.
    Code(String),
    /// A state.
    Badge(Badge),
    /// An instant or a date.
    When(When),
    /// A number or an amount, to the right.
    Number(String),
    /// A link elsewhere than the row's own.
    Link(String, String),
}

/// A column's heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name in the address.
    pub key: String,
    /// The heading.
    pub label: String,
    /// Where a press on the heading leads, when the list can be sorted by it.
    pub sort_href: Option<String>,
    /// `ascending` or `descending` when the list is sorted by it.
    pub sorted: Option<String>,
    /// Numbers stand to the right.
    pub is_number: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where the row opens; the first cell carries the link.
    pub href: String,
    /// A mark at the row's start: `attn`, `bad`, `off` or nothing.
    pub mark: String,
    /// One for each column shown.
    pub cells: Vec<Cell>,
}

/// A filter that can be pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// What it shows.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is in force.
    pub is_on: bool,
}

/// A column that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    /// The name in the address.
    pub key: String,
    /// The heading.
    pub label: String,
    /// Whether it is shown.
    pub is_on: bool,
}

/// A whole list page: the address decides all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// The table's caption.
    pub caption: String,
    /// The page's own path.
    pub path: String,
    /// Views that can be pressed.
    pub chips: Vec<Chip>,
    /// Filters in force beside the views, each with the address without it.
    pub filters: Vec<Chip>,
    /// What is searched for.
    pub query: String,
    /// What the search field says when empty.
    pub placeholder: String,
    /// The rest of the address that a new search or choice of columns keeps.
    pub kept: Vec<(String, String)>,
    /// All columns that can be shown.
    pub choices: Vec<ColumnChoice>,
    /// Headings.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// `comfortable` or `compact`, with the addresses of both.
    pub density: String,
    /// The addresses of the comfortable and of the compact list.
    pub density_hrefs: (String, String),
    /// Whether any filter is in force: an empty list then says so.
    pub is_filtered: bool,
    /// The address without any filter.
    pub clear_href: String,
}

/// A name with what stands under it, and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says; empty shows a dash.
    pub value: String,
    /// Where it leads, if anywhere.
    pub href: Option<String>,
    /// Whether it is an id or a code.
    pub is_code: bool,
}

impl Fact {
    /// Plain words.
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: value.into(), ..Self::default() }
    }

    /// Words that lead somewhere.
    pub fn link(label: &str, value: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::new(label, value) }
    }

    /// An id or a code.
    pub fn code(label: &str, value: impl Into<String>) -> Self {
        Self { is_code: true, ..Self::new(label, value) }
    }
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// The field.
    pub field: String,
    /// What it was.
    pub before: String,
    /// What it is now.
    pub after: String,
}

/// An entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// When.
    pub when: When,
    /// Who, and from where when not a person.
    pub actor: String,
    /// What happened.
    pub summary: String,
    /// Why.
    pub reason: String,
    /// What changed.
    pub changes: Vec<ChangeView>,
    /// The audit event, for those who may read it.
    pub event: Option<String>,
}

/// A page of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineView {
    /// Newest first.
    pub items: Vec<TimelineItem>,
    /// The address of older entries.
    pub older: Option<String>,
    /// The address of newer entries.
    pub newer: Option<String>,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    /// Its id.
    pub id: String,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub when: When,
}

/// Value and label of a choice in a form.
pub type Choice = (String, String);
