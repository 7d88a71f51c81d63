//! Asking all policies of a call at once: it passes all of them or counts in none.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{
    Timestamp,
    limits::{Asked, Left, WhenAway, Window},
};

use super::{
    policy::Policy,
    store::{Counted, Store, StoreError},
};
use crate::{Clock, Db};

/// How long a call waits for the shared store.
const PATIENCE: Duration = Duration::from_millis(500);

/// One policy asked for one subject.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Whose calls are counted together.
    pub subject: String,
}

impl Ask {
    /// The name of the count: the policy and the subject. A policy whose windows change begins anew.
    pub(super) fn key(&self) -> String {
        let windows: Vec<String> =
            self.policy.windows.iter().map(|window| format!("{}-{}", window.quota(), window.seconds())).collect();
        format!("{}:{}:{}", self.policy.id, windows.join("."), self.subject)
    }
}

/// What is left of one window of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowLeft {
    /// The policy's name with the window's length: unique among the items of the header.
    pub name: String,
    /// The window.
    pub window: Window,
    /// What is left of it.
    pub left: Left,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call passes and was counted.
    Passes(Vec<WindowLeft>),
    /// The call is refused and was not counted.
    Refused {
        /// The windows that refuse it.
        violated: Vec<String>,
        /// Seconds after which it would pass.
        retry_after: u64,
        /// All windows.
        windows: Vec<WindowLeft>,
    },
    /// Calls can't be counted now, and this policy wants them refused then.
    Away {
        /// The policy's name.
        policy: String,
    },
    /// Calls can't be counted now, and no policy minds.
    Uncounted,
}

/// How the store is, for the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Where calls are counted.
    pub store: &'static str,
    /// Since when it can't be reached.
    pub away_since: Option<Timestamp>,
}

/// Counts calls.
#[derive(Debug)]
pub struct Limiter {
    pub(super) store: Store,
    away_since: AtomicI64,
    /// Turns of the store's health that nobody has told the audit log of.
    turns: Mutex<Vec<(Timestamp, bool)>>,
}

impl Limiter {
    fn with(store: Store) -> Self {
        Self { store, away_since: AtomicI64::new(0), turns: Mutex::default() }
    }

    /// In this process for SQLite, in the database for PostgreSQL.
    pub fn usual(db: &Db) -> Self {
        match db {
            Db::Sqlite { .. } => Self::in_memory(),
            Db::Postgres(_) => Self::with(Store::Shared(db.clone())),
        }
    }

    /// In this process alone.
    pub fn in_memory() -> Self {
        Self::with(Store::memory())
    }

    /// In Valkey or Redis, with the database to fall back on.
    pub fn in_valkey(url: &str, db: &Db) -> Result<Self, String> {
        let valkey = super::valkey::Valkey::open(url)?;
        let fallback = match db {
            Db::Sqlite { .. } => Store::memory(),
            Db::Postgres(_) => Store::Shared(db.clone()),
        };
        Ok(Self::with(Store::Valkey { valkey: Box::new(valkey), fallback: Box::new(fallback) }))
    }

    /// Asks for one call.
    pub async fn ask(&self, clock: &Clock, asks: &[Ask]) -> Verdict {
        if asks.is_empty() {
            return Verdict::Passes(Vec::new());
        }
        let answer = match &self.store {
            // Nothing to wait for.
            Store::Memory(memory) => Ok(memory.ask(clock.nanos(), asks)),
            store => tokio::time::timeout(PATIENCE, store.ask(clock, asks)).await.unwrap_or(Err(StoreError::Slow)),
        };
        match answer {
            Ok(counted) => {
                self.turn(clock, false);
                verdict(asks, &counted)
            }
            Err(error) => {
                tracing::warn!(%error, "calls can't be counted");
                self.turn(clock, true);
                let closed = asks.iter().find(|ask| ask.policy.when_away == WhenAway::Closed);
                closed.map_or(Verdict::Uncounted, |ask| Verdict::Away { policy: ask.policy.name.clone() })
            }
        }
    }

    fn turn(&self, clock: &Clock, is_away: bool) {
        let was_away = self.away_since.load(Ordering::Acquire) != 0;
        if was_away != is_away {
            let now = clock.now();
            self.away_since.store(if is_away { now.millis() } else { 0 }, Ordering::Release);
            self.turns.lock().unwrap_or_else(PoisonError::into_inner).push((now, is_away));
        }
    }

    /// How the store is.
    pub fn health(&self) -> Health {
        let since = self.away_since.load(Ordering::Acquire);
        Health { store: self.store.word(), away_since: (since != 0).then_some(Timestamp(since)) }
    }

    /// When the store went away (`true`) and came back since this was last asked: for the audit log.
    pub fn take_turns(&self) -> Vec<(Timestamp, bool)> {
        std::mem::take(&mut *self.turns.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The name of a window in headers and problems.
fn window_name(policy: &Policy, window: Window) -> String {
    let span = domain::limits::write_windows(&[window]);
    let span = span.split_once('/').map_or("", |(_, span)| span);
    format!("{}-{span}", policy.name)
}

fn verdict(asks: &[Ask], counted: &Counted) -> Verdict {
    let mut windows = Vec::new();
    let mut tats = counted.tats.iter().copied();
    for ask in asks {
        for window in &ask.policy.windows {
            let tat = tats.next().unwrap_or(0);
            windows.push(WindowLeft {
                name: window_name(&ask.policy, *window),
                window: *window,
                left: window.state(counted.now, tat),
            });
        }
    }
    match &counted.asked {
        Asked::Passes(_) => Verdict::Passes(windows),
        Asked::Refused { by, retry_after } => Verdict::Refused {
            violated: by.iter().filter_map(|place| windows.get(*place)).map(|left| left.name.clone()).collect(),
            retry_after: *retry_after,
            windows,
        },
    }
}
