//! How often one address may come. Files of the site don't count.

use serde::{Deserialize, Serialize};

use super::Fault;

/// The table `[throttle]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttle {
    /// Requests per second in the long run. An office behind one address shares it.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
    /// Addresses that are counted one by one; about 100 bytes each.
    pub max_addresses: usize,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { per_second: 50, burst: 200, max_addresses: 100_000 }
    }
}

impl Throttle {
    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        let mut within = |key: &str, value: u64, low: u64, high: u64| {
            if !(low..=high).contains(&value) {
                let what = format!("is {value}");
                faults.push(Fault::new(format!("throttle.{key}"), what, format!("use {low} to {high}")));
            }
        };
        within("per_second", self.per_second.into(), 1, 1_000_000);
        within("burst", self.burst.into(), 1, 1_000_000);
        within("max_addresses", self.max_addresses as u64, 100, 10_000_000);
    }
}
