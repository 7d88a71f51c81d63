//! Adding up in memory, beside the call.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{Timestamp, ids::PartnerId, partners::Via};
use uuid::Uuid;

use super::joined;

/// More different rows than this between two writes are let go, and the log says how many.
const MOST: usize = 100_000;

/// Something that left, or was asked for and did not.
#[derive(Clone, Debug)]
pub struct Disclosed<'a> {
    /// When.
    pub at: Timestamp,
    /// For whom.
    pub partner: PartnerId,
    /// By which way.
    pub via: Via,
    /// The record: its kind and its id.
    pub subject: (&'a str, Uuid),
    /// The fields that left, as the catalogue names them.
    pub fields: Vec<String>,
    /// The fields that did not, though they were asked for or were in what was to be sent: names only.
    pub withheld: Vec<String>,
}

/// What is added up into one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) partner: PartnerId,
    pub(super) via: Via,
    pub(super) subject_type: String,
    pub(super) subject_id: Uuid,
    pub(super) day: i64,
    pub(super) fields: String,
    pub(super) withheld: String,
}

/// How often, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: i64,
    pub(super) first_at: i64,
    pub(super) last_at: i64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
    }
}

/// What waits to be written.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) rows: HashMap<Key, Tally>,
    pub(super) lost: u64,
}

/// Adds up what leaves until it is written.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Buffer>);

impl Ledger {
    /// Counts something that left or was withheld. What holds neither says nothing of anybody, and is not kept.
    pub fn record(&self, disclosed: Disclosed<'_>) {
        if disclosed.fields.is_empty() && disclosed.withheld.is_empty() {
            return;
        }
        let at = disclosed.at.millis();
        let (kind, id) = disclosed.subject;
        let key = Key {
            partner: disclosed.partner,
            via: disclosed.via,
            subject_type: kind.chars().take(40).collect(),
            subject_id: id,
            day: at.div_euclid(Timestamp::DAY) * Timestamp::DAY,
            fields: joined(disclosed.fields),
            withheld: joined(disclosed.withheld),
        };
        self.add(key, Tally { calls: 1, first_at: at, last_at: at });
    }

    fn add(&self, key: Key, tally: Tally) {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = buffer.rows.len() >= MOST;
        match buffer.rows.get_mut(&key) {
            Some(known) => known.add(tally),
            None if is_full => buffer.lost = buffer.lost.saturating_add(1),
            None => {
                buffer.rows.insert(key, tally);
            }
        }
    }

    /// Takes what waits to be written.
    pub(super) fn take(&self) -> Buffer {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, rows: impl IntoIterator<Item = (Key, Tally)>) {
        for (key, tally) in rows {
            self.add(key, tally);
        }
    }
}
