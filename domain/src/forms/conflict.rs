//! Two people edited the same record: what it was, what they made of it, what I want.

use serde::{Deserialize, Serialize};

use super::Form;

/// One field in three versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictField {
    /// The field's name.
    pub field: String,
    /// Its label.
    pub label: String,
    /// What it was when I opened the form.
    pub base: String,
    /// What it is now.
    pub theirs: String,
    /// What I typed.
    pub mine: String,
}

impl ConflictField {
    /// Whether both sides changed it, to different things: somebody has to choose.
    pub fn is_clash(&self) -> bool {
        self.base != self.theirs && self.base != self.mine && self.theirs != self.mine
    }

    /// Whether anything differs at all.
    pub fn is_changed(&self) -> bool {
        self.base != self.theirs || self.base != self.mine
    }

    /// What a merge would save: the side that changed it; mine where both did.
    pub fn merged(&self) -> &str {
        if self.mine == self.base { &self.theirs } else { &self.mine }
    }
}

/// A save that came second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The version to save over now.
    pub version: i64,
    /// Who saved first.
    pub by: String,
    /// Every field of the form.
    pub fields: Vec<ConflictField>,
}

impl Conflict {
    /// Whether some field was changed by both sides.
    pub fn has_clash(&self) -> bool {
        self.fields.iter().any(ConflictField::is_clash)
    }
}

/// Puts three versions of a form side by side.
pub fn compare<F: Form>(version: i64, by: &str, base: &F, theirs: &F, mine: &F) -> Conflict {
    let fields = F::FIELDS
        .iter()
        .map(|(field, label)| ConflictField {
            field: (*field).to_owned(),
            label: (*label).to_owned(),
            base: base.value(field).to_owned(),
            theirs: theirs.value(field).to_owned(),
            mine: mine.value(field).to_owned(),
        })
        .collect();
    Conflict { version, by: by.to_owned(), fields }
}
