//! A contract as far as one payload needs it: one way, at one instant.

use std::collections::BTreeMap;

use domain::{
    ids::PartnerId,
    partners::{Clearance, Field, Rule},
};

use crate::keys::{Keys, Purpose};

/// What a contract says, as far as a payload needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The fields that may pass.
    pub clearance: Clearance,
    /// Whether a payload with any other field is refused as a whole; otherwise the field is removed.
    pub is_strict: bool,
    /// In what form they pass; one that isn't here passes as it is.
    pub rules: BTreeMap<Field, Rule>,
    /// By what values are hashed; without it, what would have to be hashed doesn't pass.
    pub(super) hashing: Option<Hashing>,
}

/// The key of hashes, and for whom: each partner gets hashes of its own, so that two of them can't put theirs together.
#[derive(Clone, Debug)]
pub(super) struct Hashing {
    pub(super) keys: Keys,
    pub(super) partner: PartnerId,
}

impl PartialEq for Hashing {
    fn eq(&self, other: &Self) -> bool {
        self.partner == other.partner
    }
}

impl Eq for Hashing {}

impl Hashing {
    fn hash(&self, field: Field, value: &str) -> String {
        let partner = self.partner.uuid();
        let message = [partner.as_bytes().as_slice(), field.as_str().as_bytes(), &[0], value.as_bytes()];
        hex::encode(self.keys.keyed_hash(Purpose::SharedField, &message.concat()))
    }
}

impl Terms {
    /// That let these fields pass as they are.
    pub fn plain(clearance: Clearance, is_strict: bool) -> Self {
        Self { clearance, is_strict, ..Self::default() }
    }

    /// In what form a field passes.
    pub fn rule(&self, field: Field) -> Rule {
        self.rules.get(&field).copied().unwrap_or_default()
    }

    /// Whether a field passes as it is. What can't be masked, hashed or cut (a word of a closed set, a search) passes so
    /// or not at all.
    pub fn is_whole(&self, field: Field) -> bool {
        self.clearance.has(field) && self.rule(field) == Rule::Plain
    }

    /// A text in the form in which it may pass; nothing when it may not, or when there is nothing in it.
    pub fn text(&self, field: Field, value: &str) -> Option<String> {
        if value.is_empty() || !self.clearance.has(field) {
            return None;
        }
        self.rule(field).text(value, |value| self.hashing.as_ref().map(|hashing| hashing.hash(field, value)))
    }

    /// A whole number in the form in which it may pass, while it stays a number.
    pub fn number(&self, field: Field, value: i64) -> Option<i64> {
        if self.clearance.has(field) { self.rule(field).number(value) } else { None }
    }
}
