//! What a stored subscription can contradict itself in. No decision leads there; a store that was tampered with may.

use domain::subscription::{Broken, Command, State, Subscription};

use crate::fixtures::{active, day, done, draft, pause};

fn broken(subscription: &Subscription, spoil: impl FnOnce(&mut Subscription)) -> Broken {
    let mut spoilt = subscription.clone();
    spoil(&mut spoilt);
    spoilt.check().unwrap_err()
}

fn rested() -> Subscription {
    let paused = done(&active(), &pause("2026-03-01", "2026-03-20"), "2026-03-01");
    done(&paused, &Command::Resume { on: day("2026-03-20") }, "2026-03-20")
}

#[test]
fn dates_and_the_car_must_be_there_once_they_are_needed() {
    assert_eq!(draft().check(), Ok(()));
    assert_eq!(broken(&active(), |s| s.service_from = None), Broken::DateMissing);
    assert_eq!(broken(&active(), |s| s.billing_from = None), Broken::DateMissing);
    assert_eq!(broken(&active(), |s| s.state = State::Ending), Broken::DateMissing);
    assert_eq!(broken(&active(), |s| s.vehicle = None), Broken::CarMissing);
}

#[test]
fn timelines_run_forward() {
    assert_eq!(broken(&active(), |s| s.service_until = Some(day("2026-01-14"))), Broken::Reversed);
    assert_eq!(broken(&active(), |s| s.billing_until = Some(day("2026-01-14"))), Broken::Reversed);
}

#[test]
fn a_pause_is_open_only_where_there_can_be_one() {
    assert_eq!(broken(&active(), |s| s.state = State::Paused), Broken::PauseAndState);
    let paused = done(&active(), &pause("2026-05-20", "2026-07-03"), "2026-05-20");
    assert_eq!(broken(&paused, |s| s.state = State::Scheduled), Broken::PauseAndState);
}

#[test]
fn pauses_lie_one_after_the_other_within_the_service() {
    assert_eq!(broken(&rested(), |s| s.service_until = Some(day("2026-03-19"))), Broken::Pauses);
    assert_eq!(broken(&rested(), |s| s.service_from = Some(day("2026-03-02"))), Broken::Pauses);
    assert_eq!(broken(&rested(), |s| s.past_pauses.push(s.past_pauses[0])), Broken::Pauses);
}
