//! The checkpoints a stream is held against: those stored, and those kept elsewhere.

use std::collections::BTreeMap;

use super::{Finding, Kind};
use crate::{
    Error, Services,
    audit::{
        Stream,
        chain::Hash,
        checkpoint::{Checkpoint, notes_of},
        note::{NoteError, PublicKey},
    },
    db::on,
};

/// Checkpoints read at a time: checking their signatures shall not hold up other work for long.
const PAGE: i64 = 200;

/// Checkpoints that the key has signed, and what is wrong with the others.
pub(super) struct Notes {
    stream: Stream,
    roots: BTreeMap<u64, Hash>,
    pub(super) findings: Vec<Finding>,
    /// The size of the stored checkpoint that was read last; less than nothing when there is none.
    newest_stored: i64,
}

/// Splits the notes kept elsewhere. That there are none is a mistake, not a finding.
pub(super) fn read_outside(against: Option<&str>) -> Result<Vec<String>, Error> {
    let Some(text) = against else { return Ok(Vec::new()) };
    let notes = notes_of(text);
    let is_known = |note: &String| {
        Checkpoint::unproven(note).is_some_and(|checkpoint| Stream::ALL.iter().any(|stream| checkpoint.is_of(*stream)))
    };
    if notes.is_empty() || !notes.iter().all(is_known) {
        return Err(Error::invalid_field("against", "This is not a file of checkpoints of this log."));
    }
    Ok(notes)
}

impl Notes {
    pub(super) async fn read(
        cx: &Services,
        stream: Stream,
        outside: &[String],
        key: &PublicKey,
    ) -> Result<Self, Error> {
        let mut notes = Self { stream, roots: BTreeMap::new(), findings: Vec::new(), newest_stored: -1 };
        loop {
            let page = notes.page(cx).await?;
            for (size, root, note) in &page {
                notes.add_stored(*size, root, note, key);
                notes.newest_stored = *size;
            }
            if page.is_empty() {
                break;
            }
        }
        for note in outside {
            let said = Checkpoint::unproven(note).filter(|checkpoint| checkpoint.is_of(stream));
            if let Some(said) = said {
                notes.add(last_of(said.size), note, key, "the checkpoint kept elsewhere");
            }
        }
        Ok(notes)
    }

    /// The next stored ones, by size.
    async fn page(&self, cx: &Services) -> Result<Vec<(i64, Vec<u8>, String)>, Error> {
        let mut reading = cx.db.read().await?;
        Ok(on!(reading.connection(), c => sqlx::query_as(
            "SELECT size, root, note
             FROM audit_checkpoint
             WHERE stream = $1 AND size > $2
             ORDER BY size
             LIMIT $3")
            .bind(self.stream.as_str()).bind(self.newest_stored).bind(PAGE).fetch_all(c).await)?)
    }

    fn add_stored(&mut self, size: i64, root: &[u8], note: &str, key: &PublicKey) {
        let seq = (size - 1).max(0);
        let Some(checkpoint) = self.add(seq, note, key, "the stored checkpoint") else { return };
        if i64::try_from(checkpoint.size) != Ok(size) || checkpoint.root != root || !checkpoint.is_of(self.stream) {
            let words = format!("the columns of the stored checkpoint of {size} events do not say what its note says");
            self.findings.push(Finding::new(seq, Kind::ColumnDrift, words));
        }
    }

    /// Adds a checkpoint that the key has signed; any other becomes a finding.
    fn add(&mut self, seq: i64, note: &str, key: &PublicKey, which: &str) -> Option<Checkpoint> {
        let wrong = |kind, words: String| Finding::new(seq, kind, words);
        match Checkpoint::open(note, key) {
            Ok(checkpoint) => {
                if checkpoint.is_of(self.stream) {
                    let root = *self.roots.entry(checkpoint.size).or_insert(checkpoint.root);
                    if root != checkpoint.root {
                        let words = format!("two signed checkpoints of {} events differ", checkpoint.size);
                        self.findings.push(wrong(Kind::Fork, words));
                    }
                }
                Some(checkpoint)
            }
            Err(error) => {
                let what = match error {
                    NoteError::Unreadable => "can’t be read",
                    NoteError::NotSigned => "is not signed by the key",
                };
                let words = format!("{which} of {} events {what}", seq + 1);
                self.findings.push(wrong(Kind::BadSignature, words));
                None
            }
        }
    }

    /// How many signed checkpoints there are.
    pub(super) fn count(&self) -> usize {
        self.roots.len()
    }

    /// The signed root over the first `size` events.
    pub(super) fn root(&self, size: u64) -> Option<&Hash> {
        self.roots.get(&size)
    }

    /// The most events any signed checkpoint speaks of.
    pub(super) fn most(&self) -> i64 {
        self.roots.keys().next_back().and_then(|size| i64::try_from(*size).ok()).unwrap_or(0)
    }

    /// Whether the checkpoint that the head says was signed last is there, and none after it.
    pub(super) async fn holds(&self, cx: &Services, signed_size: i64) -> Result<bool, Error> {
        if self.newest_stored.max(0) == signed_size {
            return Ok(true);
        }
        // Signed since we read the others, or gone.
        let mut reading = cx.db.read().await?;
        let found: Option<(i64,)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT size FROM audit_checkpoint WHERE stream = $1 AND size = $2")
            .bind(self.stream.as_str()).bind(signed_size).fetch_optional(c).await)?;
        Ok(found.is_some() && self.newest_stored < signed_size)
    }
}

/// The last event that a checkpoint of so many covers.
fn last_of(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX).saturating_sub(1).max(0)
}
