use std::collections::BTreeSet;

use domain::{
    customers::CustomerStatus,
    ids::{SubscriptionId, VehicleId},
    plans::PlanStatus,
    subscription::{Car, Command, Context, HoldKind, MoneyState, Subscription, Topic, preview},
};
use uuid::Uuid;

use crate::fixtures::{active, day, done, euros, held, hold, on, pause, previewed};

const TODAY: &str = "2026-05-20";

fn canonical(subscription: &Subscription, command: &Command, context: &Context) -> String {
    preview(subscription, command, context).unwrap().canonical()
}

#[test]
fn the_same_decision_has_the_same_text() {
    let command = pause("2026-06-01", "2026-07-03");
    let text = canonical(&active(), &command, &on(TODAY));
    assert_eq!(text, canonical(&active(), &command, &on(TODAY)));
    for expected in [
        "keyfob preview 1\n",
        "\nversion=1\n",
        "\ncommand=pause\n",
        "\namount.net=-26148\n",
        "\ncontext.today=2026-05-20\n",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in {text}");
    }
}

#[test]
fn another_input_has_another_text() {
    let command = pause("2026-06-01", "2026-07-03");
    let mut texts = vec![canonical(&active(), &command, &on(TODAY))];
    let mut subscriptions: Vec<Subscription> = Vec::new();
    let mut change = |edit: &dyn Fn(&mut Subscription)| {
        let mut subscription = active();
        edit(&mut subscription);
        subscriptions.push(subscription);
    };
    change(&|s| s.version += 1);
    change(&|s| s.id = SubscriptionId::from(Uuid::from_u128(9)));
    change(&|s| s.vehicle = Some(VehicleId::from(Uuid::from_u128(9))));
    change(&|s| s.zone = "Europe/Paris".parse().unwrap());
    change(&|s| s.anchor_day = 14.try_into().unwrap());
    change(&|s| s.service_from = Some(day("2026-01-14")));
    change(&|s| s.billing_from = Some(day("2026-01-14")));
    change(&|s| s.terms.price = euros(57_901));
    change(&|s| s.terms.tax_basis_points = 1);
    change(&|s| s.terms.pause_max_days = 91);
    change(&|s| s.terms.deposit = euros(1));
    change(&|s| s.terms.minimum_term_months = 7);
    change(&|s| s.terms.notice_days = 31);
    change(&|s| s.terms.included_km = 1);
    change(&|s| s.terms.excess_rate = "0.15".parse().unwrap());
    change(&|s| s.terms.cancel_fee = euros(1));
    change(&|s| s.terms.early_end_fee = euros(1));
    change(&|s| s.terms.effective_from = day("2025-01-02"));
    change(&|s| s.holds = held(s, hold(1, HoldKind::Licence)).holds);
    change(&|s| s.holds = held(s, hold(2, HoldKind::Licence)).holds);
    change(&|s| s.service_until = Some(day("2027-01-01")));
    change(&|s| s.billing_until = Some(day("2027-01-01")));
    texts.extend(subscriptions.iter().map(|subscription| canonical(subscription, &command, &on(TODAY))));
    let rested = done(
        &done(&active(), &pause("2026-03-01", "2026-03-02"), "2026-03-01"),
        &Command::Resume { on: day("2026-03-02") },
        "2026-03-02",
    );
    texts.push(canonical(&rested, &command, &on(TODAY)));
    texts.push(canonical(&active(), &pause("2026-06-02", "2026-07-03"), &on(TODAY)));
    texts.push(canonical(&active(), &pause("2026-06-01", "2026-07-02"), &on(TODAY)));
    for car in [("B-KF 2042", 10, true), ("B-KF 2041", 11, true), ("B-KF 2041", 10, false)] {
        let (label, odometer_km, is_free) = (car.0.to_owned(), car.1, car.2);
        texts.push(canonical(
            &active(),
            &command,
            &Context { car: Some(Car { label, odometer_km, is_free }), ..on(TODAY) },
        ));
    }
    texts.push(canonical(&active(), &command, &Context { car: None, ..on(TODAY) }));
    texts.push(canonical(&active(), &command, &Context { plan: PlanStatus::Retired, ..on(TODAY) }));
    texts.push(canonical(&active(), &command, &Context { customer: CustomerStatus::Blocked, ..on(TODAY) }));
    texts.push(canonical(&active(), &command, &on("2026-05-21")));
    let place = |kind| Command::PlaceHold { hold: hold(7, kind) };
    for money_state in [MoneyState::Current, MoneyState::Unpaid] {
        let subscription = Subscription { money_state, ..active() };
        texts.push(canonical(&subscription, &place(HoldKind::Manual), &on(TODAY)));
    }
    texts.push(canonical(&active(), &place(HoldKind::Arrears), &on(TODAY)));
    let distinct: BTreeSet<&String> = texts.iter().collect();
    assert_eq!(distinct.len(), texts.len());
}

#[test]
fn the_id_of_a_hold_to_come_does_not_matter() {
    let text = |number| canonical(&active(), &Command::PlaceHold { hold: hold(number, HoldKind::Manual) }, &on(TODAY));
    assert_eq!(text(1), text(2));
}

#[test]
fn a_value_can_not_pretend_to_be_another_line() {
    let car = |label: &str| Some(Car { label: label.to_owned(), odometer_km: 1, is_free: true });
    let text = canonical(
        &active(),
        &pause(TODAY, "2026-07-03"),
        &Context { car: car("X\ncontext.car.is_free=false"), ..on(TODAY) },
    );
    assert!(text.lines().all(|line| line != "context.car.is_free=false"));
    let escaped = canonical(
        &active(),
        &pause(TODAY, "2026-07-03"),
        &Context { car: car("X\\ncontext.car.is_free=false"), ..on(TODAY) },
    );
    assert_ne!(text, escaped);
}

#[test]
fn a_pause_tells_everybody_what_it_means() {
    let preview = previewed(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    let about =
        |topic: Topic| preview.consequences.iter().find(|told| told.topic == topic).map(|told| told.text.as_str());
    assert_eq!(
        about(Topic::Car),
        Some("B-KF 2041 stays with the customer and may not be driven from 1 Jun 2026 until 3 Jul 2026.")
    );
    for topic in [Topic::Driving, Topic::Cover, Topic::Tracker, Topic::Messages] {
        assert!(about(topic).is_some(), "{topic}");
    }
    assert_eq!(preview.summary(), "Will pause on 1 Jun 2026 and resume on 3 Jul 2026");
    let labels: Vec<(&str, bool)> = preview.timelines.iter().map(|line| (line.label, line.is_changed())).collect();
    assert_eq!(labels, [("State", false), ("Service", true), ("Billing", true)]);
}

#[test]
fn each_line_bears_its_own_tax() {
    let mut subscription = active();
    subscription.terms.tax_basis_points = 1_900;
    let preview = previewed(&subscription, &pause("2026-06-01", "2026-07-03"), TODAY);
    let taxes: Vec<i64> = preview.amounts.iter().map(|line| line.amount.tax.minor()).collect();
    // 19 % of 261.48 and of 347.40, each rounded on its own.
    assert_eq!(taxes, [-4_968, -6_601]);
}

#[test]
fn a_stopped_collection_is_said_beside_the_next_invoice() {
    let stopped = held(&active(), hold(1, HoldKind::Legal));
    let preview =
        previewed(&stopped, &Command::ReleaseHold { id: hold(1, HoldKind::Legal).id, kind: HoldKind::Legal }, TODAY);
    assert!(preview.consequences.iter().any(|told| told.text == "Money is collected again."));
    let again = previewed(&active(), &Command::PlaceHold { hold: hold(1, HoldKind::Legal) }, TODAY);
    assert_eq!(again.next_invoice.unwrap().note, "Collection is on hold");
}
