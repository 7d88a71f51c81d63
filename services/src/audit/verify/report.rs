//! What a check found, in a form for people and for machines.

use std::fmt;

use serde::Serialize;

domain::text_enum! {
    /// What is wrong.
    pub enum Kind {
        /// What the event says, or a hash of it, was changed.
        Edited = "edited", "edited";
        /// An event is not there.
        Missing = "missing", "missing";
        /// An event stands in another place.
        Reordered = "reordered", "reordered";
        /// What lists show is not what the event says.
        ColumnDrift = "column_drift", "column drift";
        /// The end was cut off.
        Truncated = "truncated", "truncated";
        /// The log branches: two ends, or two signed roots for one size.
        Fork = "fork", "fork";
        /// A checkpoint is not signed by the key.
        BadSignature = "bad_signature", "bad signature";
        /// The events are not those that were signed.
        InconsistentCheckpoint = "inconsistent_checkpoint", "inconsistent checkpoint";
    }
}

/// One thing that is wrong with a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// At which event. For a checkpoint the last event it covers, or the first that may differ from what was signed.
    pub seq: i64,
    /// What.
    pub kind: Kind,
    /// In words.
    pub words: String,
}

impl Finding {
    pub(super) fn new(seq: i64, kind: Kind, words: impl Into<String>) -> Self {
        Self { seq, kind, words: words.into() }
    }
}

/// What a check of one stream found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamReport {
    /// Which stream.
    pub stream: String,
    /// How many events were checked.
    pub size: i64,
    /// The root over them, hexadecimal.
    pub root: String,
    /// The first event that was checked itself; those before it would be known by their hashes only.
    pub verified_from: i64,
    /// How many signed checkpoints were held against it.
    pub checkpoints: usize,
    /// What is wrong, the first row first; nothing when all is sound.
    pub findings: Vec<Finding>,
}

impl StreamReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// The first thing that is wrong.
    pub fn first(&self) -> Option<&Finding> {
        self.findings.first()
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Stream by stream.
    pub streams: Vec<StreamReport>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.streams.iter().all(StreamReport::is_sound)
    }
}

impl fmt::Display for StreamReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, size, root, checkpoints, findings, .. } = self;
        if self.is_sound() {
            return write!(f, "{stream}: sound. {size} events, {checkpoints} checkpoints, root {root}");
        }
        write!(f, "{stream}: NOT SOUND.")?;
        for Finding { seq, kind, words } in findings {
            write!(f, "\n  event #{seq}, {}: {words}", kind.label())?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stream in &self.streams {
            writeln!(f, "{stream}")?;
        }
        f.write_str(if self.is_sound() { "The audit log is sound." } else { "The audit log is NOT sound." })
    }
}
