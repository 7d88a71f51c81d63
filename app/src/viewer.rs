//! Who looks at the page, as far as the page must know.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The person at the screen. Holds what the frame shows and nothing that is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Whether somebody is signed in and may work.
    pub is_signed_in: bool,
    /// Their name.
    pub name: String,
    /// Two letters for the round badge.
    pub initials: String,
    /// Their roles, in words.
    pub roles: String,
    /// The permissions they hold: for what is shown, never for what is allowed.
    pub permissions: Vec<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `comfortable` or `compact`.
    pub density: String,
    /// Whether single keys are shortcuts.
    pub has_single_keys: bool,
    /// The word in the top bar, if any.
    pub environment: String,
    /// Binds forms to this session.
    pub form_token: String,
    /// What the last act came to.
    pub notice: Option<Notice>,
}

/// What happened, told once on the next page and until dismissed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened, and when.
    pub message: String,
    /// When, as shown.
    pub at: String,
    /// What takes it back, where that is true.
    pub undo: Option<Undo>,
}

/// A form of one press that takes back what was just done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The server function's endpoint.
    pub function: String,
    /// What is sent to it.
    pub fields: Vec<(String, String)>,
}

/// What a write answers: where to go, and what to say there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A path of ours.
    pub to: String,
    /// What happened; empty says nothing.
    pub notice: String,
    /// What takes it back, where that is true.
    pub undo: Option<Undo>,
}

impl Done {
    /// Goes to a page and says what happened.
    pub fn at(to: impl Into<String>, notice: impl Into<String>) -> Self {
        Self { to: to.into(), notice: notice.into(), undo: None }
    }

    /// Offers to take it back.
    #[must_use]
    pub fn with_undo(mut self, function: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.undo = Some(Undo { function: function.to_owned(), fields });
        self
    }
}

/// The viewer of this page, as the server put it into the request.
pub fn use_viewer() -> Viewer {
    use_context().unwrap_or_default()
}

/// Whether the viewer holds a permission: decides what is shown. What is allowed is decided where it is done.
pub fn may(permission: domain::permissions::Permission) -> bool {
    with_context::<Viewer, _>(|viewer| viewer.permissions.iter().any(|held| held == permission.as_str()))
        .unwrap_or(false)
}
