//! How integrations do: what the gateway sees, counted and judged.

use std::sync::{Mutex, PoisonError};

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{CallFailure, CallOutcome},
};

/// More than this between two writes is let go.
const MOST: usize = 100_000;

/// One call through the gateway, as it ended.
#[derive(Clone, Debug)]
pub struct Observation {
    /// When it began.
    pub at: Timestamp,
    /// Which integration was asked first.
    pub integration: IntegrationId,
    /// Which operation.
    pub operation: String,
    /// How it ended for whoever asked.
    pub outcome: CallOutcome,
    /// What the partner failed of; nothing when it answered.
    pub failure: Option<CallFailure>,
    /// How long the last attempt took, in milliseconds; nothing when none was made.
    pub took_ms: Option<i64>,
    /// How many attempts were made.
    pub attempts: u32,
    /// Whether a drill was on.
    pub is_drill: bool,
}

/// Keeps observations in memory until they are written.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Observation>>);

impl Recorder {
    /// Keeps one.
    pub fn record(&self, observation: Observation) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(observation);
        }
    }

    /// Takes what was kept.
    pub fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
