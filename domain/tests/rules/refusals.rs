use std::collections::BTreeSet;

use domain::subscription::{MoneyState, Refusal, State};

use crate::fixtures::day;

/// Programs rely on these. A code may be added; none may be changed or taken away.
const PUBLISHED: &[&str] = &[
    "hold.already_open",
    "hold.blocks_nothing",
    "hold.not_open",
    "hold.review_in_past",
    "subscription.amount_not_computable",
    "subscription.approve.car_not_free",
    "subscription.approve.start_in_past",
    "subscription.changes_held",
    "subscription.customer_not_served",
    "subscription.date_out_of_range",
    "subscription.driving_held",
    "subscription.hand_over.in_future",
    "subscription.no_car",
    "subscription.notice.car_promised",
    "subscription.notice.end_passed",
    "subscription.notice.in_past",
    "subscription.notice.pause_planned",
    "subscription.odometer_too_low",
    "subscription.pause.already_planned",
    "subscription.pause.in_past",
    "subscription.pause.none_planned",
    "subscription.pause.not_allowed",
    "subscription.pause.not_due",
    "subscription.pause.past_due",
    "subscription.pause.resume_not_after",
    "subscription.pause.too_long",
    "subscription.resume.in_past",
    "subscription.resume.past_due",
    "subscription.resume.same_date",
    "subscription.return.in_future",
    "subscription.return.not_due",
    "subscription.return.too_early",
    "subscription.submit.plan_not_published",
    "subscription.swap.back_too_low",
    "subscription.swap.car_not_free",
    "subscription.swap.out_too_low",
    "subscription.swap.same_car",
    "subscription.wrong_state",
];

#[test]
fn every_code_is_stable_and_its_own() {
    let codes: BTreeSet<&str> = Refusal::CODES.iter().copied().collect();
    assert_eq!(codes.len(), Refusal::CODES.len(), "two refusals share a code");
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), PUBLISHED);
}

#[test]
fn sentences_say_what_is_and_what_to_do() {
    let wrong = Refusal::WrongState { rule: "Only an active subscription can be paused.", state: State::ReturnDue };
    assert_eq!(wrong.message(), "Only an active subscription can be paused. This one is: return due.");
    let owing = Refusal::PausePastDue { money: MoneyState::PastDue };
    assert_eq!(owing.message(), "Payment is not up to date (past due). Settle what is owed, then pause.");
    let planned = Refusal::PauseAlreadyPlanned { from: day("2026-06-01") };
    assert_eq!(planned.message(), "A pause is planned from 1 Jun 2026 already. Call it off before planning another.");
    assert_eq!((planned.code(), planned.field()), ("subscription.pause.already_planned", None));
    assert_eq!(Refusal::PauseInPast.field(), Some("from"));
}
