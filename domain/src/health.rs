//! How an integration does: in one word, against what is expected of it, and when somebody has to know.
//!
//! Every rule works for partners that see ten calls an hour: a rate is judged only where there is enough to judge.

use crate::{
    Timestamp,
    integrations::{BreakerState, IntegrationState},
};

crate::text_enum! {
    /// How an integration does, in one word; the worst first.
    pub enum Health {
        /// Its breaker is open: nothing is sent.
        CircuitOpen = "circuit_open", "Circuit open";
        /// It fails more often than its budget bears.
        Failing = "failing", "Failing";
        /// Somebody switched it off.
        SwitchedOff = "switched_off", "Switched off";
        /// Its gate is closed.
        Held = "held", "Held";
        /// Its breaker tries single calls.
        Recovering = "recovering", "Recovering";
        /// Less reliable than is expected of it.
        Degraded = "degraded", "Degraded";
        /// Slower than is expected of it.
        Slow = "slow", "Slow";
        /// It is usually heard of each hour, and isn't any more.
        Silent = "silent", "Silent";
        /// A drill is on.
        Drill = "drill", "Drill";
        /// Somebody works on it.
        Maintenance = "maintenance", "Maintenance";
        /// It is being set up.
        NotLive = "not_live", "Not live";
        /// Nothing was sent to it lately.
        Unknown = "unknown", "Unknown";
        /// It does what is expected of it.
        Healthy = "healthy", "Healthy";
    }
}

impl Health {
    /// Whether somebody should look at it.
    pub const fn needs_attention(self) -> bool {
        matches!(
            self,
            Self::CircuitOpen
                | Self::Failing
                | Self::SwitchedOff
                | Self::Held
                | Self::Recovering
                | Self::Degraded
                | Self::Slow
                | Self::Silent
        )
    }

    /// Whether it does what it is asked. What isn't asked just now, for whatever reason, isn't well: nobody knows.
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Healthy | Self::Slow)
    }
}

/// Calls that came to an end, and those of them that the partner failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that were sent.
    pub calls: i64,
    /// Those that the partner failed.
    pub failed: i64,
}

impl Tally {
    /// Failures in a million calls; none when there was no call.
    pub const fn failed_ppm(self) -> i64 {
        if self.calls > 0 { self.failed.saturating_mul(1_000_000) / self.calls } else { 0 }
    }
}

/// What is left of an error budget, in hundredths: all of it without a call, less than nothing when it is overdrawn.
pub const fn budget_left(availability_ppm: i64, month: Tally) -> i64 {
    let allowed_ppm = 1_000_000 - availability_ppm;
    if month.calls == 0 || allowed_ppm <= 0 {
        return 100;
    }
    100 - month.failed_ppm().saturating_mul(100) / allowed_ppm
}

/// One rule of burning: so many times faster than the budget bears, over a long and over a short window.
#[derive(Clone, Copy, Debug)]
pub struct BurnRule {
    /// The long window, in milliseconds.
    pub long: i64,
    /// The short window, in milliseconds: what is over by then alerts nobody.
    pub short: i64,
    /// Tenths of how many times faster.
    pub tenths: i64,
}

/// The rules of the Site Reliability Workbook (chapter 5, table 5-8), the fastest first.
pub const BURN_RULES: [BurnRule; 3] = [
    BurnRule { long: Timestamp::HOUR, short: 5 * Timestamp::MINUTE, tenths: 144 },
    BurnRule { long: 6 * Timestamp::HOUR, short: 30 * Timestamp::MINUTE, tenths: 60 },
    BurnRule { long: 3 * Timestamp::DAY, short: 6 * Timestamp::HOUR, tenths: 10 },
];

/// Fewer failures than these say nothing, whatever their rate: at ten calls an hour one blip would be ten per cent.
const LEAST_LONG: i64 = 5;
const LEAST_SHORT: i64 = 2;

impl BurnRule {
    /// Whether the budget burns so fast that somebody has to know.
    pub const fn burns(self, availability_ppm: i64, long: Tally, short: Tally) -> bool {
        let bearable = (1_000_000 - availability_ppm) * self.tenths / 10;
        long.failed >= LEAST_LONG
            && short.failed >= LEAST_SHORT
            && long.failed_ppm() > bearable
            && short.failed_ppm() > bearable
    }
}

/// So many whole hours without a call are a silence, after a day with calls in so many of its hours.
const QUIET_HOURS: usize = 3;
const BUSY_HOURS: usize = 20;

/// Whether a partner that was heard of nearly each hour of a day has gone silent. `hours` says of each hour, the newest
/// first, whether there was a call; the newest is still going on. A silence lasts until something is heard, or until the
/// busy day before it is further back than `hours` reaches.
pub fn is_silent(hours: &[bool]) -> bool {
    let quiet = hours.iter().take_while(|heard| !**heard).count();
    let busy = hours.iter().skip(quiet).take(24).filter(|heard| **heard).count();
    quiet > QUIET_HOURS && busy >= BUSY_HOURS
}

/// What is known of an integration at a moment.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about the integration")]
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Whether it may be used.
    pub state: IntegrationState,
    /// Whether a switch stands over it.
    pub is_switched_off: bool,
    /// Whether a drill is on.
    pub is_drilled: bool,
    /// Whether a maintenance window is open.
    pub is_maintained: bool,
    /// Where its breaker stands; open also when somebody holds it so.
    pub breaker: BreakerState,
    /// Whether the budget burns.
    pub burns: bool,
    /// Whether it is silent.
    pub is_silent: bool,
    /// The last hour.
    pub hour: Tally,
    /// The last day.
    pub day: Tally,
    /// The 95th percentile of the last hour, in milliseconds.
    pub p95_ms: Option<i64>,
    /// What is expected of it, in milliseconds.
    pub latency_ms: i64,
    /// Successes in a million that are expected of it.
    pub availability_ppm: i64,
}

impl Facts {
    /// The word for it.
    pub fn health(&self) -> Health {
        match self.state {
            IntegrationState::Draft | IntegrationState::Retired => return Health::NotLive,
            IntegrationState::Held => return Health::Held,
            IntegrationState::Live | IntegrationState::Restricted => {}
        }
        if self.is_switched_off {
            Health::SwitchedOff
        } else if self.is_drilled {
            Health::Drill
        } else if self.is_maintained {
            Health::Maintenance
        } else if self.breaker == BreakerState::Open {
            Health::CircuitOpen
        } else if self.burns {
            Health::Failing
        } else if self.breaker == BreakerState::HalfOpen {
            Health::Recovering
        } else if self.is_degraded() {
            Health::Degraded
        } else if self.is_slow() {
            Health::Slow
        } else if self.is_silent {
            Health::Silent
        } else if self.day.calls == 0 {
            Health::Unknown
        } else {
            Health::Healthy
        }
    }

    fn is_degraded(&self) -> bool {
        self.hour.failed >= LEAST_SHORT && self.hour.failed_ppm() > 1_000_000 - self.availability_ppm
    }

    fn is_slow(&self) -> bool {
        self.hour.calls >= LEAST_LONG && self.p95_ms.is_some_and(|p95| p95 > self.latency_ms)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PPM: i64 = 995_000;

    fn facts() -> Facts {
        Facts {
            state: IntegrationState::Live,
            is_switched_off: false,
            is_drilled: false,
            is_maintained: false,
            breaker: BreakerState::Closed,
            burns: false,
            is_silent: false,
            hour: Tally { calls: 60, failed: 0 },
            day: Tally { calls: 1_000, failed: 2 },
            p95_ms: Some(300),
            latency_ms: 2_000,
            availability_ppm: PPM,
        }
    }

    /// Calls and failures of each minute of three days, the newest last.
    fn burning(minute: impl Fn(i64) -> (i64, i64)) -> Option<usize> {
        let minutes: Vec<(i64, i64)> = (0..3 * 24 * 60).map(minute).collect();
        let tally = |span: i64| {
            let count = usize::try_from(span / Timestamp::MINUTE).unwrap();
            minutes.iter().rev().take(count).fold(Tally::default(), |sum, (calls, failed)| Tally {
                calls: sum.calls + calls,
                failed: sum.failed + failed,
            })
        };
        BURN_RULES.iter().position(|rule| rule.burns(PPM, tally(rule.long), tally(rule.short)))
    }

    #[test]
    fn five_shapes_of_traffic_alert_as_they_should() {
        let last = 3 * 24 * 60;
        // Steady and good: one failure in a thousand.
        assert_eq!(burning(|minute| (10, i64::from(minute % 100 == 0))), None);
        // Down for the last ten minutes, at ten calls a minute.
        assert_eq!(burning(|minute| (10, if minute >= last - 10 { 10 } else { 0 })), Some(0));
        // Four per cent for seven hours.
        assert_eq!(burning(|minute| (25, i64::from(minute >= last - 420))), Some(1));
        // One per cent for three days, at ten calls a minute: slow, and too much.
        assert_eq!(burning(|minute| (10, i64::from(minute % 10 == 0))), Some(2));
        // Ten calls an hour, of which one failed a moment ago.
        assert_eq!(burning(|minute| (i64::from(minute % 6 == 0), i64::from(minute == last - 6))), None);
        // What is over alerts nobody.
        assert_eq!(burning(|minute| (10, if (last - 60..last - 40).contains(&minute) { 10 } else { 0 })), None);
    }

    #[test]
    fn who_was_heard_of_each_hour_and_isnt_is_silent() {
        let mut hours = [true; 72];
        assert!(!is_silent(&hours));
        hours[..3].fill(false);
        assert!(!is_silent(&hours), "the hour that goes on is not over");
        hours[3] = false;
        assert!(is_silent(&hours));
        hours[4..12].fill(false);
        assert!(is_silent(&hours), "it stays silent until it is heard of");
        hours[14..19].fill(false);
        assert!(!is_silent(&hours), "who is often quiet may be");
        assert!(!is_silent(&[false; 72]), "who was never heard of is unknown");
    }

    #[test]
    fn the_worst_that_is_known_is_the_word() {
        assert_eq!(facts().health(), Health::Healthy);
        assert_eq!(
            Facts { day: Tally::default(), hour: Tally::default(), p95_ms: None, ..facts() }.health(),
            Health::Unknown
        );
        assert_eq!(Facts { p95_ms: Some(2_001), ..facts() }.health(), Health::Slow);
        assert_eq!(
            Facts { p95_ms: Some(2_001), hour: Tally { calls: 1, failed: 0 }, ..facts() }.health(),
            Health::Healthy,
            "one slow call is no trend"
        );
        assert_eq!(
            Facts { hour: Tally { calls: 60, failed: 1 }, ..facts() }.health(),
            Health::Healthy,
            "one is no trend"
        );
        assert_eq!(Facts { hour: Tally { calls: 60, failed: 2 }, ..facts() }.health(), Health::Degraded);
        assert_eq!(Facts { burns: true, ..facts() }.health(), Health::Failing);
        assert_eq!(Facts { burns: true, breaker: BreakerState::Open, ..facts() }.health(), Health::CircuitOpen);
        assert_eq!(Facts { burns: true, is_maintained: true, ..facts() }.health(), Health::Maintenance);
        assert_eq!(Facts { is_switched_off: true, is_maintained: true, ..facts() }.health(), Health::SwitchedOff);
        assert_eq!(Facts { state: IntegrationState::Held, ..facts() }.health(), Health::Held);
    }

    proptest! {
        #[test]
        fn a_budget_shrinks_with_each_failure(calls in 1_i64..100_000, failed in 0_i64..1_000, ppm in 900_000_i64..999_999) {
            let failed = failed.min(calls - 1);
            let left = budget_left(ppm, Tally { calls, failed });
            prop_assert!(left <= 100);
            let one_more = budget_left(ppm, Tally { calls, failed: failed + 1 });
            prop_assert!(one_more <= left);
        }

        #[test]
        fn a_call_in_one_of_the_last_three_hours_is_no_silence(heard in 0_usize..=QUIET_HOURS, others: [bool; 32]) {
            let mut hours = others;
            hours[heard] = true;
            prop_assert!(!is_silent(&hours));
        }

        #[test]
        fn fewer_than_five_failures_never_alert(calls in 1_i64..20, failed in 0_i64..5, ppm in 900_000_i64..999_999) {
            let tally = Tally { calls: calls.max(failed), failed };
            prop_assert!(BURN_RULES.iter().all(|rule| !rule.burns(ppm, tally, tally)));
        }

        #[test]
        fn what_is_well_needs_nobody(place in 0_usize..Health::ALL.len()) {
            let health = Health::ALL[place];
            prop_assert!(!health.is_well() || health == Health::Slow || !health.needs_attention());
        }
    }
}
