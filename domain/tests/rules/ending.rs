use domain::{
    fleet::VehicleState,
    subscription::{Car, Command, Context, Event, HoldKind, Refusal, State, Subscription, decide},
};

use crate::fixtures::{active, day, done, euros, held, hold, lines, on, pause, previewed, refused};

const TODAY: &str = "2026-05-20";

fn notice(date: &str) -> Command {
    Command::GiveNotice { ends_on: day(date) }
}

fn ending() -> Subscription {
    done(&active(), &notice("2026-08-01"), TODAY)
}

fn fee(subscription: &Subscription, ends_on: &str) -> Option<i64> {
    match decide(subscription, &notice(ends_on), &on(TODAY)).unwrap()[0] {
        Event::NoticeGiven { early_end_fee, .. } => early_end_fee.map(domain::money::Money::minor),
        other => panic!("{other:?}"),
    }
}

#[test]
fn notice_sets_both_ends_and_leaves_the_car_drivable() {
    let subscription = ending();
    assert_eq!(subscription.state, State::Ending);
    assert!(subscription.is_drivable());
    assert_eq!(
        (subscription.service_until, subscription.billing_until),
        (Some(day("2026-08-01")), Some(day("2026-08-01")))
    );
    assert_eq!(subscription.service_words(), "Active since 15 Jan 2026; will end on 1 Aug 2026");
}

#[test]
fn an_end_before_the_minimum_term_or_the_days_of_notice_has_its_fee() {
    assert_eq!(active().earliest_regular_end(day(TODAY)), Some(day("2026-07-15")), "six months from 15 January");
    assert_eq!(fee(&active(), "2026-07-15"), None);
    assert_eq!(fee(&active(), "2026-07-14"), Some(40_000));
    let mut short = active();
    short.terms.minimum_term_months = 1;
    assert_eq!(fee(&short, "2026-06-19"), None, "30 days from today");
    assert_eq!(fee(&short, "2026-06-18"), Some(40_000));
    short.terms.early_end_fee = euros(0);
    assert_eq!(fee(&short, "2026-06-18"), None);
}

#[test]
fn notice_cuts_the_last_invoice() {
    // The period from 15 July to 15 August has 31 days, of which 17 are before the end.
    assert_eq!(
        lines(&previewed(&active(), &notice("2026-08-01"), TODAY)),
        [("Not billed for 1 Aug 2026 – 14 Aug 2026".to_owned(), 31_752 - 57_900)]
    );
    assert!(previewed(&active(), &notice("2026-07-15"), TODAY).amounts.is_empty(), "an end on the anchor cuts nothing");
    let at_once = previewed(&active(), &notice(TODAY), TODAY);
    assert_eq!(
        lines(&at_once),
        [
            ("Credit for 20 May 2026 – 14 Jun 2026".to_owned(), 9_339 - 57_900),
            ("Fee for ending early".to_owned(), 40_000)
        ]
    );
    assert_eq!(at_once.next_invoice, None);
    let on_the_anchor = previewed(&active(), &notice("2026-06-15"), "2026-06-15");
    // The period that begins today was invoiced.
    assert_eq!(lines(&on_the_anchor)[0], ("Credit for 15 Jun 2026 – 14 Jul 2026".to_owned(), -57_900));
}

#[test]
fn notice_is_refused_for_a_past_end_and_beside_a_planned_pause() {
    assert_eq!(refused(&active(), &notice("2026-05-19"), TODAY), Refusal::EndInPast);
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(refused(&planned, &notice("2026-08-01"), TODAY), Refusal::NoticeWithPause { from: day("2026-06-01") });
    let paused = done(&active(), &pause(TODAY, "2026-07-03"), TODAY);
    assert!(matches!(refused(&paused, &notice("2026-08-01"), TODAY), Refusal::WrongState { .. }));
}

#[test]
fn notice_withdrawn_leaves_nothing_behind() {
    let preview = previewed(&ending(), &Command::WithdrawNotice, "2026-06-01");
    assert_eq!(preview.after, active());
    assert_eq!(lines(&preview), [("Billed after all for 1 Aug 2026 – 14 Aug 2026".to_owned(), 57_900 - 31_752)]);
}

#[test]
fn notice_stays_when_the_end_has_come_or_the_car_is_promised() {
    assert_eq!(refused(&ending(), &Command::WithdrawNotice, "2026-08-01"), Refusal::EndPassed);
    let promised =
        Context { car: Some(Car { label: String::new(), odometer_km: 0, is_free: false }), ..on("2026-06-01") };
    assert_eq!(decide(&ending(), &Command::WithdrawNotice, &promised), Err(Refusal::CarPromised));
}

#[test]
fn the_car_falls_due_on_the_day_of_the_end() {
    assert_eq!(
        refused(&ending(), &Command::BeginReturn, "2026-07-31"),
        Refusal::ReturnNotDue { on: day("2026-08-01") }
    );
    assert_eq!(ending().due_command(day("2026-08-01")), Some(Command::BeginReturn));
    let due = done(&ending(), &Command::BeginReturn, "2026-08-01");
    assert_eq!((due.state, due.is_drivable()), (State::ReturnDue, false));
    assert_eq!(due.attention(), Some("The car is due back."));
}

#[test]
fn a_late_return_pays_for_its_days_and_an_early_one_until_the_end() {
    let take_back = |date: &str| Command::Return { on: day(date), odometer_km: 9_000 };
    let due = done(&ending(), &Command::BeginReturn, "2026-08-01");
    let late = previewed(&due, &take_back("2026-08-05"), "2026-08-05");
    assert_eq!(
        (late.after.service_until, late.after.billing_until),
        (Some(day("2026-08-05")), Some(day("2026-08-05")))
    );
    // 21 of 31 days instead of 17.
    assert_eq!(lines(&late), [("Charge for 1 Aug 2026 – 4 Aug 2026".to_owned(), 39_223 - 31_752)]);
    let early = previewed(&ending(), &take_back("2026-07-20"), "2026-07-20");
    assert_eq!(
        (early.after.service_until, early.after.billing_until),
        (Some(day("2026-07-20")), Some(day("2026-08-01")))
    );
    assert!(early.amounts.is_empty());
    assert_eq!(early.events[0].vehicle_state(), Some(VehicleState::Inspection));
}

#[test]
fn a_return_must_be_possible() {
    let take_back = |date: &str, odometer_km| Command::Return { on: day(date), odometer_km };
    assert_eq!(refused(&ending(), &take_back("2026-06-02", 9_000), "2026-06-01"), Refusal::ReturnInFuture);
    assert_eq!(refused(&ending(), &take_back("2026-06-01", 9), "2026-06-01"), Refusal::OdometerTooLow { least: 10 });
    assert_eq!(
        refused(&ending(), &take_back("2026-01-14", 9_000), "2026-06-01"),
        Refusal::ReturnTooEarly { earliest: day("2026-01-15") }
    );
    let rested = done(
        &done(&active(), &pause("2026-03-01", "2026-03-20"), "2026-03-01"),
        &Command::Resume { on: day("2026-03-20") },
        "2026-03-20",
    );
    let rested = done(&rested, &notice("2026-08-01"), TODAY);
    assert_eq!(
        refused(&rested, &take_back("2026-03-19", 9_000), "2026-06-01"),
        Refusal::ReturnTooEarly { earliest: day("2026-03-20") }
    );
    assert!(matches!(refused(&active(), &take_back(TODAY, 9_000), TODAY), Refusal::WrongState { .. }));
}

#[test]
fn a_hold_on_changes_stops_decisions_and_not_facts() {
    let held_back = held(&ending(), hold(1, HoldKind::Legal));
    let kind = HoldKind::Legal;
    assert_eq!(refused(&held_back, &Command::WithdrawNotice, TODAY), Refusal::ChangesHeld { kind });
    let due = done(&held_back, &Command::BeginReturn, "2026-08-01");
    let returned = done(&due, &Command::Return { on: day("2026-08-01"), odometer_km: 9_000 }, "2026-08-01");
    assert_eq!(refused(&returned, &Command::Close, "2026-08-02"), Refusal::ChangesHeld { kind });
    let free = done(&returned, &Command::ReleaseHold { id: hold(1, kind).id, kind }, "2026-08-02");
    assert_eq!(done(&free, &Command::Close, "2026-08-02").state, State::Closed);
}
