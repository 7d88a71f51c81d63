use domain::{
    customers::CustomerStatus,
    fleet::VehicleState,
    plans::PlanStatus,
    subscription::{Car, Command, Context, Event, HoldKind, Refusal, State, Subscription, decide},
};

use crate::fixtures::{active, day, done, draft, euros, held, hold, on, previewed, refused, terms};

const TODAY: &str = "2026-01-15";

fn approve() -> Command {
    Command::Approve { starts_on: day("2026-01-20") }
}

fn after(commands: &[Command]) -> Subscription {
    commands.iter().fold(draft(), |subscription, command| done(&subscription, command, TODAY))
}

fn scheduled() -> Subscription {
    after(&[Command::Submit, approve(), Command::RecordSignature, Command::RecordPayment])
}

#[test]
fn a_booking_goes_from_draft_to_hand_over() {
    let subscription = scheduled();
    assert_eq!(subscription.state, State::Scheduled);
    assert_eq!(subscription.service_words(), "Planned from 20 Jan 2026");
    let active = done(&subscription, &Command::HandOver { on: day("2026-01-21"), odometer_km: 20 }, "2026-01-21");
    assert_eq!((active.state, active.is_drivable()), (State::Active, true));
    assert_eq!((active.service_from, active.billing_from), (Some(day("2026-01-21")), Some(day("2026-01-21"))));
    assert_eq!(active.anchor_day.day(), 15, "the anchor stays the one that was agreed");
}

#[test]
fn the_car_follows_the_booking() {
    let states = |subscription: &Subscription, command: &Command| {
        decide(subscription, command, &on(TODAY)).unwrap()[0].vehicle_state()
    };
    assert_eq!(states(&draft(), &Command::Submit), None, "a request does not take the car off offer");
    assert_eq!(states(&after(&[Command::Submit]), &approve()), Some(VehicleState::Reserved));
    assert_eq!(states(&scheduled(), &Command::Cancel), Some(VehicleState::Available));
    assert_eq!(states(&draft(), &Command::Cancel), None, "it was never reserved");
    let hand_over = Command::HandOver { on: day(TODAY), odometer_km: 20 };
    assert_eq!(states(&scheduled(), &hand_over), Some(VehicleState::OnSubscription));
}

#[test]
fn only_a_published_plan_can_be_submitted() {
    for plan in [PlanStatus::Draft, PlanStatus::Retired] {
        let refusal = decide(&draft(), &Command::Submit, &Context { plan, ..on(TODAY) });
        assert_eq!(refusal, Err(Refusal::PlanNotPublished));
    }
}

#[test]
fn a_blocked_customer_gets_no_car() {
    for customer in [CustomerStatus::Blocked, CustomerStatus::Closed] {
        let context = Context { customer, ..on(TODAY) };
        assert_eq!(decide(&draft(), &Command::Submit, &context), Err(Refusal::CustomerNotServed));
        assert_eq!(decide(&after(&[Command::Submit]), &approve(), &context), Err(Refusal::CustomerNotServed));
    }
}

#[test]
fn approval_needs_a_free_car_and_a_start_to_come() {
    let requested = after(&[Command::Submit]);
    let without_car = Subscription { vehicle: None, ..requested.clone() };
    assert_eq!(refused(&without_car, &approve(), TODAY), Refusal::NoCar);
    let taken = Context { car: Some(Car { label: String::new(), odometer_km: 0, is_free: false }), ..on(TODAY) };
    assert_eq!(decide(&requested, &approve(), &taken), Err(Refusal::CarNotFree));
    let unknown = Context { car: None, ..on(TODAY) };
    assert_eq!(decide(&requested, &approve(), &unknown), Err(Refusal::CarNotFree), "not known to be free");
    assert_eq!(refused(&requested, &approve(), "2026-01-21"), Refusal::StartInPast);
    assert!(matches!(refused(&draft(), &approve(), TODAY), Refusal::WrongState { .. }));
}

#[test]
fn a_hand_over_waits_for_every_hold_on_driving() {
    let hand_over = Command::HandOver { on: day(TODAY), odometer_km: 20 };
    let held_back = held(&scheduled(), hold(1, HoldKind::Licence));
    assert_eq!(refused(&held_back, &hand_over, TODAY), Refusal::DrivingHeld { kind: HoldKind::Licence });
    let owing = held(&scheduled(), hold(1, HoldKind::Arrears));
    assert_eq!(done(&owing, &hand_over, TODAY).state, State::Active, "arrears alone don’t keep the car back");
}

#[test]
fn a_hand_over_is_recorded_when_it_was_with_a_reading_that_can_be() {
    let subscription = scheduled();
    let hand_over = |date: &str, odometer_km| Command::HandOver { on: day(date), odometer_km };
    assert_eq!(refused(&subscription, &hand_over("2026-01-16", 20), TODAY), Refusal::HandOverInFuture);
    assert_eq!(refused(&subscription, &hand_over(TODAY, 9), TODAY), Refusal::OdometerTooLow { least: 10 });
    assert_eq!(done(&subscription, &hand_over("2026-01-14", 10), TODAY).service_from, Some(day("2026-01-14")));
}

#[test]
fn cancelling_costs_only_once_the_terms_are_signed() {
    let fee = |subscription: &Subscription| match decide(subscription, &Command::Cancel, &on(TODAY)).unwrap()[0] {
        Event::Cancelled { fee, .. } => fee,
        other => panic!("{other:?}"),
    };
    assert_eq!(fee(&draft()), None);
    assert_eq!(fee(&after(&[Command::Submit, approve()])), None);
    let signed = after(&[Command::Submit, approve(), Command::RecordSignature]);
    assert_eq!(fee(&signed), Some(euros(15_000)));
    let mut lenient = signed;
    lenient.terms.cancel_fee = euros(0);
    assert_eq!(fee(&lenient), None);
    assert!(matches!(refused(&active(), &Command::Cancel, TODAY), Refusal::WrongState { .. }));
}

#[test]
fn an_offer_expires_only_while_payment_is_awaited() {
    let signed = after(&[Command::Submit, approve(), Command::RecordSignature]);
    assert_eq!(done(&signed, &Command::Expire, TODAY).state, State::Expired);
    assert!(matches!(refused(&scheduled(), &Command::Expire, TODAY), Refusal::WrongState { .. }));
}

#[test]
fn approval_tells_the_first_invoice_and_the_deposit() {
    let preview = previewed(&after(&[Command::Submit]), &approve(), TODAY);
    // 26 of the 31 days from 15 January to 15 February.
    assert_eq!(preview.amounts[0].label, "Invoice for 20 Jan 2026 – 14 Feb 2026");
    assert_eq!(preview.amounts[0].note, "26 of 31 days");
    assert_eq!(preview.amounts[0].amount.net, euros(48_561));
    assert_eq!(preview.amounts[1].amount.total, terms().deposit);
    assert_eq!(preview.next_invoice.unwrap().label, "Next invoice, 20 Jan 2026");
}

#[test]
fn a_hand_over_recorded_late_bills_every_period_since() {
    let late = Command::HandOver { on: day("2026-01-20"), odometer_km: 20 };
    let preview = previewed(&scheduled(), &late, "2026-02-16");
    let labels: Vec<&str> = preview.amounts.iter().map(|line| line.label.as_str()).collect();
    assert_eq!(labels, ["Invoice for 20 Jan 2026 – 14 Feb 2026", "Invoice for 15 Feb 2026 – 14 Mar 2026"]);
    assert_eq!(preview.amounts[1].amount.net, euros(57_900));
}
