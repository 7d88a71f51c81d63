//! One subscription to start every test from, and short names for what tests say often.

use domain::{
    civil::{AnchorDay, CivilPeriod},
    customers::CustomerStatus,
    ids::{HoldId, SubscriptionId, VehicleId},
    money::{Currency, Money, Rate},
    plans::{PauseBilling, PlanStatus, Terms},
    subscription::{
        Blocks, Car, Command, Context, Hold, HoldKind, HoldScope, Preview, Refusal, Subscription, decide, preview,
    },
};
use jiff::civil::Date;
use uuid::Uuid;

pub fn eur() -> Currency {
    "EUR".parse().unwrap()
}

pub fn euros(minor: i64) -> Money {
    Money::new(minor, eur())
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn period(from: &str, until: &str) -> CivilPeriod {
    CivilPeriod::new(day(from), day(until)).unwrap()
}

/// € 579.00 a month, no tax; pauses of up to 90 days are credited.
pub fn terms() -> Terms {
    Terms {
        price: euros(57_900),
        deposit: euros(100_000),
        tax_basis_points: 0,
        minimum_term_months: 6,
        notice_days: 30,
        included_km: 1_000,
        excess_rate: "0.149".parse::<Rate>().unwrap(),
        pause_allowed: true,
        pause_max_days: 90,
        pause_billing: PauseBilling::Credit,
        cancel_fee: euros(15_000),
        early_end_fee: euros(40_000),
        effective_from: day("2025-01-01"),
    }
}

/// A draft with a car.
pub fn draft() -> Subscription {
    let id = SubscriptionId::from(Uuid::from_u128(1));
    let anchor = AnchorDay::try_from(15).unwrap();
    let draft = Subscription::draft(id, "Europe/Berlin".parse().unwrap(), terms(), anchor);
    Subscription { vehicle: Some(VehicleId::from(Uuid::from_u128(2))), ..draft }
}

/// Handed over on 15 January 2026.
pub fn active() -> Subscription {
    let start = day("2026-01-15");
    [
        Command::Submit,
        Command::Approve { starts_on: start },
        Command::RecordSignature,
        Command::RecordPayment,
        Command::HandOver { on: start, odometer_km: 20 },
    ]
    .iter()
    .fold(draft(), |subscription, command| done(&subscription, command, "2026-01-15"))
}

pub fn on(today: &str) -> Context {
    Context {
        today: day(today),
        plan: PlanStatus::Published,
        customer: CustomerStatus::Active,
        car: Some(Car { label: "B-KF 2041".to_owned(), odometer_km: 10, is_free: true }),
        next_car: Some(Car { label: "B-KF 7".to_owned(), odometer_km: 500, is_free: true }),
    }
}

/// The subscription after a command that must succeed.
pub fn done(subscription: &Subscription, command: &Command, today: &str) -> Subscription {
    let events = decide(subscription, command, &on(today)).unwrap();
    let after = subscription.apply_all(&events);
    assert_eq!(after.check(), Ok(()), "after {command:?}");
    after
}

/// The refusal of a command that must fail.
pub fn refused(subscription: &Subscription, command: &Command, today: &str) -> Refusal {
    decide(subscription, command, &on(today)).unwrap_err()
}

/// The preview of a command that must succeed.
pub fn previewed(subscription: &Subscription, command: &Command, today: &str) -> Preview {
    preview(subscription, command, &on(today)).unwrap()
}

pub fn pause(from: &str, until: &str) -> Command {
    Command::Pause { from: day(from), until: day(until) }
}

/// A hold with the blocks of its kind.
pub fn hold(number: u128, kind: HoldKind) -> Hold {
    Hold {
        id: HoldId::from(Uuid::from_u128(number)),
        kind,
        scope: HoldScope::Subscription,
        blocks: kind.default_blocks(),
        since: day("2026-01-20"),
        review_on: None,
    }
}

/// A subscription with a hold on it.
pub fn held(subscription: &Subscription, hold: Hold) -> Subscription {
    Subscription { holds: subscription.holds.with(hold), ..subscription.clone() }
}

pub fn blocks(driving: bool, changes: bool, billing: bool) -> Blocks {
    Blocks { driving, changes, billing }
}

/// Labels and net minor units of the amounts of a preview.
pub fn lines(preview: &Preview) -> Vec<(String, i64)> {
    preview.amounts.iter().map(|line| (line.label.clone(), line.amount.net.minor())).collect()
}
