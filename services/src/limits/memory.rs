//! Counts in this process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::limits::ask;

use super::{
    limiter::Ask,
    store::{Counted, windows},
};

/// More counts than this are never kept, however many subjects there are.
const MOST: usize = 200_000;

/// Counts by name: a TAT for each window.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, Vec<i64>>>);

impl Memory {
    pub(super) fn ask(&self, now: i64, asks: &[Ask]) -> Counted {
        let keys: Vec<String> = asks.iter().map(Ask::key).collect();
        let windows = windows(asks);
        // One lock for all: a call counts in every window or in none, also beside another call.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = Vec::with_capacity(windows.len());
        for (key, asked) in keys.iter().zip(asks) {
            match counts.get(key) {
                Some(tats) => before.extend_from_slice(tats),
                None => before.extend(std::iter::repeat_n(0, asked.policy.windows.len())),
            }
        }
        let counted = Counted::of(now, ask(now, &windows, &before), before);
        if matches!(counted.asked, domain::limits::Asked::Passes(_)) {
            let mut rest = counted.tats.as_slice();
            for (key, asked) in keys.into_iter().zip(asks) {
                let (mine, others) = rest.split_at(asked.policy.windows.len());
                counts.insert(key, mine.to_vec());
                rest = others;
            }
            if counts.len() > MOST {
                shrink(&mut counts, now);
            }
        }
        counted
    }

    /// Every count that is not whole again, with its name.
    pub(super) fn under_way(&self, now: i64) -> Vec<(String, Vec<i64>)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .filter(|(_, tats)| tats.iter().any(|tat| *tat > now))
            .map(|(key, tats)| (key.clone(), tats.clone()))
            .collect()
    }
}

/// Forgets what is whole again, then, if need be, what is nearest to it.
fn shrink(counts: &mut HashMap<String, Vec<i64>>, now: i64) {
    counts.retain(|_, tats| tats.iter().any(|tat| *tat > now));
    if counts.len() > MOST {
        let mut ends: Vec<i64> = counts.values().map(|tats| tats.iter().copied().max().unwrap_or(0)).collect();
        let tenth = ends.len() / 10;
        let (_, end, _) = ends.select_nth_unstable(tenth);
        let end = *end;
        counts.retain(|_, tats| tats.iter().any(|tat| *tat > end));
    }
}
