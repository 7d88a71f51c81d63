use domain::{
    plans::PauseBilling,
    subscription::{Command, Event, HoldKind, MoneyState, Refusal, State, Subscription, decide},
};

use crate::fixtures::{active, blocks, day, done, euros, held, hold, lines, on, pause, period, previewed, refused};

const TODAY: &str = "2026-05-20";

fn paused() -> Subscription {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    done(&planned, &Command::BeginPause, "2026-06-01")
}

fn with_period_end() -> Subscription {
    let mut subscription = active();
    subscription.terms.pause_billing = PauseBilling::PeriodEnd;
    subscription
}

fn owing(subscription: &Subscription) -> Subscription {
    Subscription { money_state: MoneyState::Dunning, ..subscription.clone() }
}

#[test]
fn a_pause_to_come_is_planned_and_seen() {
    let subscription = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(subscription.state, State::Active);
    assert!(subscription.is_drivable(), "until it begins");
    assert_eq!(subscription.outlook().unwrap(), "Will pause on 1 Jun 2026");
    assert_eq!(subscription.next_due_on(), Some(day("2026-06-01")));
    assert_eq!(subscription.due_command(day("2026-05-31")), None);
    assert_eq!(subscription.due_command(day("2026-06-01")), Some(Command::BeginPause));
    assert_eq!(
        refused(&subscription, &Command::BeginPause, "2026-05-31"),
        Refusal::PauseNotDue { from: day("2026-06-01") }
    );
}

#[test]
fn a_pause_from_today_begins_at_once() {
    let subscription = done(&active(), &pause(TODAY, "2026-07-03"), TODAY);
    assert_eq!((subscription.state, subscription.is_drivable()), (State::Paused, false));
    assert_eq!(subscription.outlook().unwrap(), "Will resume on 3 Jul 2026");
    assert_eq!(subscription.due_command(day("2026-07-04")), Some(Command::Resume { on: day("2026-07-03") }));
}

#[test]
fn a_pause_from_tomorrow_does_not_begin_today() {
    assert_eq!(done(&active(), &pause("2026-05-21", "2026-07-03"), TODAY).state, State::Active);
}

#[test]
fn a_credited_pause_gives_back_the_days_of_each_period() {
    let preview = previewed(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(
        lines(&preview),
        [
            // 579.00 − round(579.00 × 17 ÷ 31): that period has been invoiced.
            ("Credit for 1 Jun 2026 – 14 Jun 2026".to_owned(), -26_148),
            // 579.00 − round(579.00 × 12 ÷ 30): that one has not.
            ("Not billed for 15 Jun 2026 – 2 Jul 2026".to_owned(), -34_740),
        ]
    );
    assert_eq!(preview.amounts[0].note, "14 of 31 days");
    let agreed = preview.after.pause.unwrap();
    assert_eq!(agreed.billing, Some(period("2026-06-01", "2026-07-03")));
    assert_eq!(agreed.credit, euros(26_148 + 34_740));
    let next = preview.next_invoice.unwrap();
    assert_eq!((next.label.as_str(), next.note.as_str()), ("Next invoice, 15 Jun 2026", "12 of 30 days"));
    assert_eq!(next.amount.net, euros(23_160));
}

#[test]
fn a_pause_to_the_end_of_the_period_bills_the_running_one_in_full() {
    let preview = previewed(&with_period_end(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(lines(&preview), [("Not billed for 15 Jun 2026 – 2 Jul 2026".to_owned(), -34_740)]);
    assert_eq!(preview.after.pause.unwrap().billing, Some(period("2026-06-15", "2026-07-03")));
}

#[test]
fn a_short_pause_to_the_end_of_the_period_changes_no_invoice() {
    let preview = previewed(&with_period_end(), &pause("2026-06-01", "2026-06-15"), TODAY);
    assert_eq!(preview.after.pause.unwrap().billing, None);
    assert_eq!(preview.after.pause.unwrap().credit, euros(0));
    assert!(preview.amounts.is_empty());
}

#[test]
fn two_pauses_in_one_period_never_give_back_more_than_it_cost() {
    let mut subscription = active();
    let mut credited = 0;
    for (from, until) in [("2026-05-15", "2026-05-20"), ("2026-05-20", "2026-05-31"), ("2026-05-31", "2026-06-15")] {
        subscription = done(&subscription, &pause(from, until), from);
        subscription = done(&subscription, &Command::Resume { on: day(until) }, until);
        credited += subscription.past_pauses.last().unwrap().credit.minor();
    }
    assert_eq!(credited, 57_900);
    assert_eq!(subscription.amount_for(period("2026-05-15", "2026-06-15")), Ok(euros(0)));
}

#[test]
fn the_guards_of_a_pause_say_what_to_do() {
    let subscription = active();
    let try_on = |subscription: &Subscription, from, until| refused(subscription, &pause(from, until), TODAY);
    let mut rigid = active();
    rigid.terms.pause_allowed = false;
    assert_eq!(try_on(&rigid, "2026-06-01", "2026-06-02"), Refusal::PauseNotAllowed);
    assert_eq!(
        try_on(&owing(&subscription), "2026-06-01", "2026-06-02"),
        Refusal::PausePastDue { money: MoneyState::Dunning }
    );
    assert_eq!(try_on(&subscription, "2026-05-19", "2026-06-02"), Refusal::PauseInPast);
    assert_eq!(try_on(&subscription, "2026-06-01", "2026-06-01"), Refusal::PauseReversed);
    let too_long = try_on(&subscription, "2026-06-01", "2026-08-31");
    assert_eq!(too_long, Refusal::PauseTooLong { days: 90, latest: day("2026-08-30") });
    assert_eq!(
        too_long.message(),
        "This plan allows a pause of 90 days. Choose a day of resumption up to 30 Aug 2026."
    );
    done(&subscription, &pause("2026-06-01", "2026-08-30"), TODAY);
    let held_back = held(&subscription, hold(1, HoldKind::Legal));
    assert_eq!(try_on(&held_back, "2026-06-01", "2026-06-02"), Refusal::ChangesHeld { kind: HoldKind::Legal });
    let planned = done(&subscription, &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(try_on(&planned, "2026-08-01", "2026-08-02"), Refusal::PauseAlreadyPlanned { from: day("2026-06-01") });
    assert_eq!(try_on(&subscription, "2126-06-01", "2126-06-02"), Refusal::DateOutOfRange);
}

#[test]
fn a_missing_licence_is_no_reason_against_a_pause() {
    let held_back = held(&active(), hold(1, HoldKind::Licence));
    assert_eq!(done(&held_back, &pause(TODAY, "2026-07-03"), TODAY).state, State::Paused);
}

#[test]
fn a_planned_pause_called_off_leaves_nothing_behind() {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    let preview = previewed(&planned, &Command::CallOffPause, "2026-05-25");
    assert_eq!(preview.after, active());
    assert_eq!(
        lines(&preview),
        [
            ("Charge for 1 Jun 2026 – 14 Jun 2026".to_owned(), 26_148),
            ("Billed after all for 15 Jun 2026 – 2 Jul 2026".to_owned(), 34_740),
        ]
    );
    assert_eq!(refused(&active(), &Command::CallOffPause, TODAY), Refusal::PauseNotPlanned);
    assert!(matches!(refused(&paused(), &Command::CallOffPause, "2026-06-02"), Refusal::WrongState { .. }));
}

#[test]
fn a_pause_that_begins_as_planned_has_been_reckoned_with() {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert!(previewed(&planned, &Command::BeginPause, "2026-06-01").amounts.is_empty());
}

#[test]
fn resuming_on_the_planned_day_changes_no_amount() {
    let preview = previewed(&paused(), &Command::Resume { on: day("2026-07-03") }, "2026-07-03");
    assert!(preview.amounts.is_empty());
    assert_eq!(preview.after.state, State::Active);
    assert_eq!(preview.after.past_pauses, [paused().pause.unwrap()]);
    assert_eq!(preview.summary(), "Resumed on 3 Jul 2026");
}

#[test]
fn resuming_early_charges_the_days_that_are_driven_after_all() {
    let preview = previewed(&paused(), &Command::Resume { on: day("2026-06-20") }, "2026-06-20");
    // Invoiced with 12 of 30 days, driven on 25.
    assert_eq!(lines(&preview), [("Charge for 20 Jun 2026 – 2 Jul 2026".to_owned(), 48_250 - 23_160)]);
    assert_eq!(preview.after.past_pauses[0].service, period("2026-06-01", "2026-06-20"));
    assert_eq!(preview.after.past_pauses[0].credit, euros(60_888 - 25_090));
}

#[test]
fn resuming_the_day_it_began_undoes_the_pause() {
    let begun = done(&active(), &pause(TODAY, "2026-07-03"), TODAY);
    let resumed = done(&begun, &Command::Resume { on: day(TODAY) }, TODAY);
    assert_eq!(resumed, active());
    let again = done(&resumed, &pause(TODAY, "2026-06-01"), TODAY);
    assert_eq!(again.pause.unwrap().service, period(TODAY, "2026-06-01"));
}

#[test]
fn a_later_resumption_is_told_as_the_future_it_is() {
    let preview = previewed(&paused(), &Command::Resume { on: day("2026-07-10") }, "2026-06-20");
    assert_eq!(preview.after.state, State::Paused);
    assert_eq!(preview.summary(), "Will resume on 10 Jul 2026");
    assert_eq!(lines(&preview), [("Credit for 3 Jul 2026 – 9 Jul 2026".to_owned(), -13_510)]);
}

#[test]
fn the_guards_of_a_resumption_say_what_to_do() {
    let resume = |date: &str| Command::Resume { on: day(date) };
    let unlicensed = held(&paused(), hold(1, HoldKind::Licence));
    assert_eq!(
        refused(&unlicensed, &resume("2026-07-03"), "2026-07-03"),
        Refusal::DrivingHeld { kind: HoldKind::Licence }
    );
    done(&unlicensed, &resume("2026-07-04"), "2026-06-20");
    assert_eq!(
        refused(&owing(&paused()), &resume("2026-07-03"), "2026-07-03"),
        Refusal::ResumePastDue { money: MoneyState::Dunning }
    );
    assert_eq!(
        refused(&owing(&paused()), &resume("2026-07-04"), "2026-06-20"),
        Refusal::PausePastDue { money: MoneyState::Dunning }
    );
    assert_eq!(refused(&paused(), &resume("2026-06-19"), "2026-06-20"), Refusal::ResumeInPast);
    assert_eq!(
        refused(&paused(), &resume("2026-07-03"), "2026-06-20"),
        Refusal::ResumeUnchanged { on: day("2026-07-03") }
    );
    assert_eq!(
        refused(&paused(), &resume("2026-08-31"), "2026-06-20"),
        Refusal::PauseTooLong { days: 90, latest: day("2026-08-30") }
    );
    assert!(matches!(refused(&active(), &resume(TODAY), TODAY), Refusal::WrongState { .. }));
}

#[test]
fn a_resumption_that_was_held_up_lengthens_the_pause() {
    let late = held(&paused(), hold(1, HoldKind::Insurance));
    assert!(decide(&late, &Command::Resume { on: day("2026-07-03") }, &on("2026-07-03")).is_err());
    let released = Subscription { holds: late.holds.without(hold(1, HoldKind::Insurance).id), ..late };
    let resumed = done(&released, &Command::Resume { on: day("2026-09-30") }, "2026-09-30");
    assert_eq!(resumed.past_pauses[0].service, period("2026-06-01", "2026-09-30"), "also beyond the longest pause");
}

#[test]
fn the_clock_that_comes_late_resumes_on_the_planned_day() {
    let events = decide(&paused(), &Command::Resume { on: day("2026-07-03") }, &on("2026-07-05")).unwrap();
    assert!(matches!(events[0], Event::Resumed { pause } if pause.service.until() == day("2026-07-03")));
}

#[test]
fn a_hold_on_changes_stops_a_planned_pause_from_beginning() {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    let mut manual = hold(1, HoldKind::Manual);
    manual.blocks = blocks(false, true, false);
    let refusal = refused(&held(&planned, manual), &Command::BeginPause, "2026-06-01");
    assert_eq!(refusal, Refusal::ChangesHeld { kind: HoldKind::Manual });
}
