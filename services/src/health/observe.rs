//! What the gateway sees, in memory until it is written.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{CallFailure, CallOutcome},
};
use uuid::Uuid;

/// More than this between two writes is let go.
const MOST: usize = 100_000;

/// One call through the gateway, as it ended.
#[derive(Clone, Debug)]
pub struct Observation {
    /// When it began.
    pub at: Timestamp,
    /// Which integration was asked.
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
#[derive(Debug)]
pub struct Recorder {
    kept: Mutex<Vec<Observation>>,
    /// How many calls ended how, since this process began; drills are left out.
    totals: Mutex<HashMap<(Uuid, CallOutcome), u64>>,
    /// Under which this process writes its own rows.
    pub(super) node: Uuid,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { kept: Mutex::default(), totals: Mutex::default(), node: Uuid::new_v4() }
    }
}

impl Recorder {
    /// Keeps one.
    pub fn record(&self, observation: Observation) {
        if !observation.is_drill {
            let key = (observation.integration.uuid(), observation.outcome);
            *self.totals.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(observation);
        }
    }

    /// How many calls of an integration ended in a way, since this process began.
    pub fn total(&self, integration: IntegrationId, outcome: CallOutcome) -> u64 {
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.get(&(integration.uuid(), outcome)).copied().unwrap_or_default()
    }

    /// Takes what was kept.
    pub(super) fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, unwritten: Vec<Observation>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST.saturating_sub(kept.len());
        kept.extend(unwritten.into_iter().take(room));
    }
}
