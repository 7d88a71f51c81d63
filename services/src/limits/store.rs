//! Where the counts are.

use domain::limits::{Asked, Window};

use super::{limiter::Ask, memory::Memory, shared, valkey::Valkey};
use crate::{Clock, Db, Error};

/// Why calls can't be counted.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error("the database can't count: {0}")]
    Database(#[from] Error),
    #[error("Valkey can't count: {0}")]
    Valkey(#[from] redis::RedisError),
    #[error("no answer in time")]
    Slow,
}

/// What the store said: the answer, and the TATs of all windows after it, at its own time.
#[derive(Debug)]
pub(super) struct Counted {
    /// Nanoseconds since the epoch.
    pub(super) now: i64,
    pub(super) asked: Asked,
    /// In the order of the asks and their windows.
    pub(super) tats: Vec<i64>,
}

impl Counted {
    /// From the stored TATs and what came of asking.
    pub(super) fn of(now: i64, asked: Asked, before: Vec<i64>) -> Self {
        let tats = match &asked {
            Asked::Passes(next) => next.clone(),
            Asked::Refused { .. } => before,
        };
        Self { now, asked, tats }
    }
}

/// All windows of all asks, in order.
pub(super) fn windows(asks: &[Ask]) -> Vec<Window> {
    asks.iter().flat_map(|ask| ask.policy.windows.iter().copied()).collect()
}

#[derive(Debug)]
pub(super) enum Store {
    /// This process alone.
    Memory(Box<Memory>),
    /// The database.
    Shared(Db),
    /// Valkey or Redis; the other while it is away.
    Valkey { valkey: Box<Valkey>, fallback: Box<Self> },
}

impl Store {
    pub(super) fn memory() -> Self {
        Self::Memory(Box::default())
    }

    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Memory(_) => "this process",
            Self::Shared(_) => "the database",
            Self::Valkey { .. } => "Valkey",
        }
    }

    pub(super) async fn ask(&self, clock: &Clock, asks: &[Ask]) -> Result<Counted, StoreError> {
        match self {
            Self::Memory(memory) => Ok(memory.ask(clock.nanos(), asks)),
            Self::Shared(db) => Ok(shared::ask(db, clock, asks).await?),
            Self::Valkey { valkey, fallback } => match valkey.ask(asks).await {
                Ok(counted) => Ok(counted),
                Err(error) => {
                    tracing::warn!(%error, "Valkey can't count; falling back");
                    Box::pin(fallback.ask(clock, asks)).await
                }
            },
        }
    }
}
