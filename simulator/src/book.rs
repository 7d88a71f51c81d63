//! What each partner remembers: how it behaves, what it was asked, and what it did.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    mode::Mode,
    roster::{PARTNERS, Partner},
};

/// So many calls are kept of each partner.
const MOST_CALLS: usize = 2_000;
/// So many idempotency keys are remembered by each partner.
const MOST_KEYS: usize = 100_000;

/// A call as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// When; milliseconds since 1970.
    pub at: i64,
    /// Keyfob's word for what was asked; `unknown` when it can't be asked.
    pub operation: &'static str,
    /// The method.
    pub method: String,
    /// The whole path with its query.
    pub path: String,
    /// The headers that say something of the call; never a credential.
    pub headers: BTreeMap<String, String>,
    /// Whether the credential was the right one.
    pub is_authorized: bool,
    /// The body, up to 10,000 bytes.
    pub body: String,
    /// Whether the body was longer.
    pub is_cut: bool,
    /// How the partner behaved.
    pub mode: &'static str,
}

/// How often something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Keyfob's word for it.
    pub operation: String,
    /// The idempotency key; empty for calls without one.
    pub key: String,
    /// So often.
    pub count: u64,
}

type Key = (String, String);

#[derive(Debug)]
struct Record {
    mode: Mode,
    turn: u64,
    honours_keys: bool,
    seen: u64,
    calls: VecDeque<Seen>,
    effects: BTreeMap<Key, u64>,
    answers: BTreeMap<Key, Value>,
    order: VecDeque<Key>,
    done: u64,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            mode: Mode::Healthy,
            turn: 0,
            honours_keys: true,
            seen: 0,
            calls: VecDeque::new(),
            effects: BTreeMap::new(),
            answers: BTreeMap::new(),
            order: VecDeque::new(),
            done: 0,
        }
    }
}

impl Record {
    fn done(&mut self, key: &Key, answer: &Value) {
        if self.order.len() >= MOST_KEYS
            && let Some(oldest) = self.order.pop_front()
        {
            self.effects.remove(&oldest);
            self.answers.remove(&oldest);
        }
        if !self.effects.contains_key(key) {
            self.order.push_back(key.clone());
        }
        *self.effects.entry(key.clone()).or_default() += 1;
        self.done += 1;
        if self.honours_keys && !key.1.is_empty() {
            self.answers.insert(key.clone(), answer.clone());
        }
    }
}

/// What may be told of a partner in a few words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) path: String,
    pub(crate) mode: Mode,
    pub(crate) honours_keys: bool,
    /// Calls since the start or the last reset.
    pub(crate) calls: u64,
    /// How often anything was done.
    pub(crate) effects: u64,
    /// For so many keys something was done more than once.
    pub(crate) repeated: usize,
}

/// How a call is to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) mode: Mode,
    /// Whether this turn of the mode is a good one.
    pub(crate) is_good: bool,
    pub(crate) answer: Value,
    pub(crate) is_replayed: bool,
}

/// All partners' memories.
#[derive(Debug)]
pub(crate) struct Book(BTreeMap<&'static str, Mutex<Record>>);

impl Default for Book {
    fn default() -> Self {
        Self(PARTNERS.iter().map(|partner| (partner.name, Mutex::default())).collect())
    }
}

impl Book {
    #[expect(clippy::expect_used, reason = "there is a record for each partner of the roster, and no other partner")]
    fn record(&self, partner: &Partner) -> MutexGuard<'_, Record> {
        let record = self.0.get(partner.name).expect("each partner has a record");
        record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, partner: &Partner, mode: Option<Mode>, honours_keys: Option<bool>) {
        let mut record = self.record(partner);
        if let Some(mode) = mode {
            record.mode = mode;
            record.turn = 0;
        }
        record.honours_keys = honours_keys.unwrap_or(record.honours_keys);
    }

    pub(crate) fn reset(&self, partner: &Partner) {
        *self.record(partner) = Record::default();
    }

    pub(crate) fn mode(&self, partner: &Partner) -> Mode {
        self.record(partner).mode.clone()
    }

    /// Keeps a call that arrived.
    pub(crate) fn saw(&self, partner: &Partner, seen: Seen) {
        let mut record = self.record(partner);
        record.seen += 1;
        if record.calls.len() >= MOST_CALLS {
            record.calls.pop_front();
        }
        record.calls.push_back(seen);
    }

    /// Does what a call asks for, if the mode lets it. `answer` makes the answer from the number of the deed. Without a
    /// key nothing is remembered; with `is_read` nothing is done.
    pub(crate) fn act(
        &self,
        partner: &Partner,
        operation: &str,
        key: &str,
        is_read: bool,
        answer: impl FnOnce(u64) -> Value,
    ) -> Step {
        let mut record = self.record(partner);
        let (mode, turn) = (record.mode.clone(), record.turn);
        record.turn += 1;
        let is_good = mode.has_effect(turn);
        let key = (operation.to_owned(), key.to_owned());
        let step = |answer, is_replayed| Step { mode, is_good, answer, is_replayed };
        if !is_good {
            return step(Value::Null, false);
        }
        if is_read {
            return step(answer(record.done), false);
        }
        if record.honours_keys
            && let Some(kept) = record.answers.get(&key)
        {
            return step(kept.clone(), true);
        }
        let fresh = answer(record.done + 1);
        record.done(&key, &fresh);
        step(fresh, false)
    }

    pub(crate) fn calls(&self, partner: &Partner) -> Vec<Seen> {
        self.record(partner).calls.iter().cloned().collect()
    }

    pub(crate) fn effects(&self, partner: &Partner) -> Vec<Effect> {
        let record = self.record(partner);
        let effects = record.effects.iter();
        effects
            .map(|((operation, key), count)| Effect { operation: operation.clone(), key: key.clone(), count: *count })
            .collect()
    }

    pub(crate) fn told(&self, partner: &Partner) -> Told {
        let record = self.record(partner);
        let repeated = record.effects.iter().filter(|((_, key), count)| !key.is_empty() && **count > 1).count();
        Told {
            name: partner.name,
            title: partner.title,
            path: format!("/{}", partner.place),
            mode: record.mode.clone(),
            honours_keys: record.honours_keys,
            calls: record.seen,
            effects: record.done,
            repeated,
        }
    }
}
