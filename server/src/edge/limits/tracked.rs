//! Keeps the limiter's table bounded without forgetting those who are being counted.
//!
//! The limiter makes an entry for every key it has not seen; an attacker with many addresses could fill the memory. So a
//! new address gets an entry of its own only while the table is below its cap; after that it falls on one of a fixed
//! number of shared counters. Those already counted keep theirs. Which they are is known for one to two minutes after
//! their last request: two sets, of which the older is dropped at each cleaning.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, OnceLock, PoisonError, Weak},
};

use governor::DefaultKeyedRateLimiter;

use super::Key;

/// How many counters newcomers share.
const SHARED: u64 = 4096;

/// Locks are split by address, so that requests seldom wait for one another.
const SHARDS: usize = 16;

/// Who is counted by an entry of its own.
#[derive(Debug)]
pub(super) struct Tracked {
    cap: usize,
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    limiter: OnceLock<Weak<DefaultKeyedRateLimiter<Key>>>,
}

#[derive(Debug, Default)]
struct Shard {
    recent: HashSet<IpAddr>,
    earlier: HashSet<IpAddr>,
}

impl Tracked {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            cap,
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            limiter: OnceLock::new(),
        }
    }

    /// Names the limiter whose table is to be bounded.
    pub(super) fn count_with(&self, limiter: &std::sync::Arc<DefaultKeyedRateLimiter<Key>>) {
        // A second call would name the same limiter; there is one caller.
        let _ = self.limiter.set(std::sync::Arc::downgrade(limiter));
    }

    /// The counter for an address.
    pub(super) fn key(&self, address: IpAddr) -> Key {
        // Keyed by a secret of this process, so that nobody can choose with whom to share.
        let hash = self.hasher.hash_one(address);
        let index = usize::try_from(hash % (SHARDS as u64)).unwrap_or_default();
        let mut shard = self.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        if shard.recent.contains(&address) {
            return Key::Client(address);
        }
        if shard.earlier.contains(&address) || self.entries() < self.cap {
            shard.recent.insert(address);
            return Key::Client(address);
        }
        Key::Shared(u16::try_from((hash >> 32) % SHARED).unwrap_or_default())
    }

    /// Forgets who has not come since the turn before.
    pub(super) fn turn(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.earlier = std::mem::take(&mut shard.recent);
        }
    }

    fn entries(&self) -> usize {
        self.limiter.get().and_then(Weak::upgrade).map_or(0, |limiter| limiter.len())
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, sync::Arc};

    use governor::{Quota, RateLimiter};

    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn a_flood_of_addresses_can_not_fill_the_memory_nor_push_others_out() {
        let limiter = Arc::new(RateLimiter::keyed(Quota::per_second(NonZeroU32::new(1).unwrap())));
        let tracked = Tracked::new(50);
        tracked.count_with(&limiter);
        for number in 0..20_000 {
            let _ = limiter.check_key(&tracked.key(address(number)));
        }
        let bound = 50 + usize::try_from(SHARED).unwrap();
        assert!(limiter.len() <= bound, "{} entries", limiter.len());
        assert_eq!(tracked.key(address(3)), Key::Client(address(3)));
        assert!(matches!(tracked.key(address(19_999)), Key::Shared(_)));
    }

    #[test]
    fn who_stays_away_is_forgotten_at_the_second_turn() {
        let tracked = Tracked::new(0);
        tracked.shards.iter().for_each(|shard| {
            shard.lock().unwrap().recent.insert(address(1));
        });
        tracked.turn();
        assert_eq!(tracked.key(address(1)), Key::Client(address(1)));
        tracked.turn();
        tracked.turn();
        assert!(matches!(tracked.key(address(1)), Key::Shared(_)));
    }
}
