//! A circuit breaker for partners that see ten calls a minute, not ten thousand.
//!
//! It opens on five failures in a row, on at least half of at least ten calls of the last minute, or when four of five of
//! them were slow; it stays open for 30 seconds, twice as long each time it opens again, up to 15 minutes; then single
//! probes find out, and two that succeed close it. It is a value: whoever keeps it makes the nodes share it.

use serde::{Deserialize, Serialize};

use super::BreakerState;
use crate::Timestamp;

/// So many failures in a row open it.
const IN_ROW: u32 = 5;
/// Fewer calls than this in the window say nothing about a rate.
const LEAST_CALLS: usize = 10;
/// How far back the window reaches; milliseconds.
const WINDOW: i64 = Timestamp::MINUTE;
/// No more calls than this are remembered, whatever their rate.
const MOST_SEEN: usize = 100;
/// The first time that it stays open; milliseconds.
const OPEN_FOR: i64 = 30 * Timestamp::SECOND;
/// The longest time that it stays open; milliseconds.
const OPEN_AT_MOST: i64 = 15 * Timestamp::MINUTE;
/// So many probes are sent.
const PROBES: u32 = 3;
/// So many of them must succeed.
const SUCCESSES: u32 = 2;
/// How long a probe may be under way before it counts as failed; milliseconds.
const PROBING: i64 = Timestamp::MINUTE;
/// After so long without a failure, the next opening is short again; milliseconds.
const FORGIVEN: i64 = 10 * Timestamp::MINUTE;

/// How one call to the partner went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It answered in time.
    #[serde(rename = "g")]
    Good,
    /// It answered, but slower than is expected of it.
    #[serde(rename = "s")]
    Slow,
    /// It failed.
    #[serde(rename = "f")]
    Failed,
}

/// Whether a call may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Pass,
    /// It may, and what becomes of it decides.
    Probe,
    /// It may not; another look makes sense at this instant.
    Refuse(Timestamp),
}

/// Somebody holds it open or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forced {
    /// Open or closed.
    pub is_open: bool,
    /// Until then.
    pub until: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A change of its state, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What it is now.
    pub state: BreakerState,
    /// Why.
    pub why: String,
}

/// A circuit breaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    state: BreakerState,
    /// Since when it is in its state.
    pub since: Timestamp,
    open_until: Timestamp,
    /// How often it has opened without being forgiven.
    openings: u32,
    failed_in_row: u32,
    seen: Vec<(i64, Outcome)>,
    probes: u32,
    succeeded: u32,
    probing_since: Timestamp,
    last_failed: Timestamp,
    /// Whether somebody holds it.
    #[serde(default)]
    pub forced: Option<Forced>,
}

impl Breaker {
    /// A closed one.
    pub fn new(now: Timestamp) -> Self {
        let never = Timestamp(0);
        Self {
            state: BreakerState::Closed,
            since: now,
            open_until: never,
            openings: 0,
            failed_in_row: 0,
            seen: Vec::new(),
            probes: 0,
            succeeded: 0,
            probing_since: never,
            last_failed: never,
            forced: None,
        }
    }

    /// Where it stands by itself.
    pub const fn state(&self) -> BreakerState {
        self.state
    }

    /// Who holds it, as long as that lasts.
    pub fn held(&self, now: Timestamp) -> Option<&Forced> {
        self.forced.as_ref().filter(|forced| forced.until > now)
    }

    /// Until when nothing but probes goes out; the epoch when calls go out.
    pub fn held_until(&self, now: Timestamp) -> Timestamp {
        match (self.held(now), self.state) {
            (Some(forced), _) => {
                if forced.is_open {
                    forced.until
                } else {
                    Timestamp(0)
                }
            }
            (None, BreakerState::Open) => self.open_until,
            (None, _) => Timestamp(0),
        }
    }

    /// Asks for one call. An open one whose time is over becomes half-open by it.
    pub fn ask(&mut self, now: Timestamp) -> (Admission, Option<Turn>) {
        if let Some(forced) = self.held(now) {
            let admission = if forced.is_open { Admission::Refuse(forced.until) } else { Admission::Pass };
            return (admission, None);
        }
        match self.state {
            BreakerState::Closed => (Admission::Pass, None),
            BreakerState::Open if now < self.open_until => (Admission::Refuse(self.open_until), None),
            BreakerState::Open => {
                let turn = self.turn(now, BreakerState::HalfOpen, "its time is over; single calls find out");
                self.probes = 0;
                self.succeeded = 0;
                (self.probe(now), Some(turn))
            }
            BreakerState::HalfOpen => {
                if self.probes > self.succeeded && now.since(self.probing_since) >= PROBING {
                    let turn = self.open(now, "a probe got no answer");
                    return (Admission::Refuse(self.open_until), Some(turn));
                }
                // One probe at a time: it is answered before the next one goes out.
                if self.probes > self.succeeded || self.probes >= PROBES {
                    return (Admission::Refuse(self.probing_since.plus(PROBING)), None);
                }
                (self.probe(now), None)
            }
        }
    }

    fn probe(&mut self, now: Timestamp) -> Admission {
        self.probes += 1;
        self.probing_since = now;
        Admission::Probe
    }

    /// Learns how a call went.
    pub fn note(&mut self, now: Timestamp, outcome: Outcome) -> Option<Turn> {
        if outcome == Outcome::Failed {
            self.failed_in_row += 1;
            self.last_failed = now;
        } else {
            self.failed_in_row = 0;
            if self.openings > 0 && self.state == BreakerState::Closed && now.since(self.last_failed) >= FORGIVEN {
                self.openings = 0;
            }
        }
        self.seen.retain(|(at, _)| now.since(Timestamp(*at)) < WINDOW);
        self.seen.push((now.millis(), outcome));
        if self.seen.len() > MOST_SEEN {
            self.seen.remove(0);
        }
        match self.state {
            BreakerState::Closed => self.judge(now),
            BreakerState::HalfOpen if outcome == Outcome::Failed => Some(self.open(now, "a probe failed")),
            BreakerState::HalfOpen => {
                self.succeeded = (self.succeeded + 1).min(self.probes);
                (self.succeeded >= SUCCESSES).then(|| {
                    self.seen.clear();
                    self.turn(now, BreakerState::Closed, "two probes succeeded")
                })
            }
            // A call that was under way when it opened says nothing new.
            BreakerState::Open => None,
        }
    }

    /// A probe that was not sent after all gives its place back.
    pub fn give_back(&mut self) {
        if self.state == BreakerState::HalfOpen && self.probes > self.succeeded {
            self.probes -= 1;
        }
    }

    fn judge(&mut self, now: Timestamp) -> Option<Turn> {
        if self.failed_in_row >= IN_ROW {
            return Some(self.open(now, "five failures in a row"));
        }
        let calls = self.seen.len();
        if calls < LEAST_CALLS {
            return None;
        }
        let count = |wanted| self.seen.iter().filter(|(_, outcome)| *outcome == wanted).count();
        let (failed, slow) = (count(Outcome::Failed), count(Outcome::Slow));
        if failed * 2 >= calls {
            return Some(self.open(now, "half of the calls of the last minute failed"));
        }
        (slow * 5 >= calls * 4).then(|| self.open(now, "four of five calls of the last minute were slow"))
    }

    fn open(&mut self, now: Timestamp, why: &str) -> Turn {
        let wait = OPEN_FOR.saturating_mul(1_i64 << self.openings.min(20)).min(OPEN_AT_MOST);
        self.openings += 1;
        self.failed_in_row = 0;
        self.seen.clear();
        self.open_until = now.plus(wait);
        self.turn(now, BreakerState::Open, why)
    }

    fn turn(&mut self, now: Timestamp, state: BreakerState, why: &str) -> Turn {
        self.state = state;
        self.since = now;
        Turn { state, why: why.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn later(seconds: i64) -> Timestamp {
        NOW.plus(seconds * Timestamp::SECOND)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(NOW);
        for _ in 0..5 {
            breaker.note(NOW, Outcome::Failed);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_four_dont() {
        let mut breaker = Breaker::new(NOW);
        for _ in 0..4 {
            assert_eq!(breaker.note(NOW, Outcome::Failed), None);
        }
        assert_eq!(breaker.ask(NOW).0, Admission::Pass);
        assert_eq!(breaker.note(NOW, Outcome::Failed).map(|turn| turn.state), Some(BreakerState::Open));
        assert_eq!(breaker.ask(later(29)).0, Admission::Refuse(later(30)));
    }

    #[test]
    fn half_of_ten_calls_open_it() {
        let mut breaker = Breaker::new(NOW);
        for number in 0..9 {
            let outcome = if number % 2 == 0 { Outcome::Failed } else { Outcome::Good };
            assert_eq!(breaker.note(NOW, outcome), None, "nine calls are too few");
        }
        assert!(breaker.note(NOW, Outcome::Good).is_some());
    }

    #[test]
    fn what_is_a_minute_old_is_forgotten() {
        let mut breaker = Breaker::new(NOW);
        for _ in 0..4 {
            breaker.note(NOW, Outcome::Failed);
        }
        breaker.note(NOW, Outcome::Good);
        for second in 60..70 {
            assert_eq!(breaker.note(later(second), Outcome::Good), None);
        }
    }

    #[test]
    fn slow_ones_open_it_too() {
        let mut breaker = Breaker::new(NOW);
        breaker.note(NOW, Outcome::Good);
        breaker.note(NOW, Outcome::Good);
        for _ in 0..7 {
            assert_eq!(breaker.note(NOW, Outcome::Slow), None);
        }
        assert!(breaker.note(NOW, Outcome::Slow).is_some_and(|turn| turn.why.contains("slow")));
    }

    #[test]
    fn two_probes_one_after_the_other_close_it() {
        let mut breaker = opened();
        let (admission, turn) = breaker.ask(later(30));
        assert_eq!((admission, turn.map(|turn| turn.state)), (Admission::Probe, Some(BreakerState::HalfOpen)));
        assert!(matches!(breaker.ask(later(31)).0, Admission::Refuse(_)), "one at a time");
        assert_eq!(breaker.note(later(31), Outcome::Good), None);
        assert_eq!(breaker.ask(later(31)).0, Admission::Probe);
        assert_eq!(breaker.note(later(32), Outcome::Good).map(|turn| turn.state), Some(BreakerState::Closed));
        assert_eq!(breaker.ask(later(32)).0, Admission::Pass);
    }

    #[test]
    fn it_stays_open_twice_as_long_each_time_up_to_fifteen_minutes() {
        let mut breaker = opened();
        let mut now = NOW;
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            assert_eq!(breaker.ask(now).0, Admission::Refuse(now.plus(wait * Timestamp::SECOND)));
            now = now.plus(wait * Timestamp::SECOND);
            assert_eq!(breaker.ask(now).0, Admission::Probe);
            breaker.note(now, Outcome::Failed);
        }
    }

    #[test]
    fn a_probe_without_an_answer_opens_it_again() {
        let mut breaker = opened();
        breaker.ask(later(30));
        assert!(matches!(breaker.ask(later(90)), (Admission::Refuse(_), Some(_))));
    }

    #[test]
    fn somebody_can_hold_it_either_way() {
        let mut breaker = Breaker::new(NOW);
        let hold = |is_open| Forced { is_open, until: later(600), by: "Ines".into(), reason: "Works".into() };
        breaker.forced = Some(hold(true));
        assert_eq!(breaker.ask(NOW).0, Admission::Refuse(later(600)));
        assert_eq!(breaker.ask(later(601)).0, Admission::Pass);
        let mut breaker = opened();
        breaker.forced = Some(hold(false));
        assert_eq!(breaker.ask(NOW).0, Admission::Pass);
    }

    proptest! {
        /// Whatever happens, between two openings no more than the probes go out while it isn't closed.
        #[test]
        fn no_more_than_probes_go_out_while_it_is_not_closed(steps in prop::collection::vec((0_i64..40, 0_u8..3), 1..300)) {
            let mut breaker = opened();
            let mut now = NOW;
            let mut probes = 0;
            for (seconds, outcome) in steps {
                now = now.plus(seconds * Timestamp::SECOND);
                let (admission, turn) = breaker.ask(now);
                if turn.is_some() { probes = 0; }
                match admission {
                    Admission::Pass => { prop_assert_eq!(breaker.state(), BreakerState::Closed); }
                    Admission::Refuse(_) => continue,
                    Admission::Probe => { probes += 1; prop_assert!(probes <= PROBES); }
                }
                let outcome = [Outcome::Good, Outcome::Slow, Outcome::Failed][usize::from(outcome)];
                breaker.note(now, outcome);
            }
        }
    }
}
