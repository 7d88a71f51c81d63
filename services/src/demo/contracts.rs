//! Plans and subscriptions.

use std::collections::HashMap;

use domain::{Timestamp, ids::StaffId, subscription::HoldKind, texts::fold};
use jiff::{Span, civil::Date};
use rand::Rng;
use uuid::Uuid;

use super::{
    Maker,
    cars::{self, Vehicle},
    people::{self, Customer},
};
use crate::{
    Error,
    clock::{ZONE, date_in, start_of},
    db::on,
    search,
    subscriptions::count_blocks,
};

/// A plan version that was made.
pub(super) struct Version {
    id: Uuid,
    price_minor: i64,
}

/// A subscription that was made, with what the audit log tells of it.
pub(super) struct Made {
    pub(super) id: Uuid,
    pub(super) history: Vec<(Timestamp, &'static str, (StaffId, &'static str))>,
}

/// Name, monthly price, deposit, included kilometres, whether it can be paused.
const PLANS: [(&str, i64, i64, i64, bool); 7] = [
    ("City", 42_900, 50_000, 800, true),
    ("Compact", 48_900, 60_000, 1_000, true),
    ("Compact electric", 54_900, 70_000, 1_250, true),
    ("Family", 71_900, 90_000, 1_500, true),
    ("Business", 78_900, 100_000, 2_000, true),
    ("Van", 84_900, 120_000, 2_500, false),
    ("Premium", 114_900, 200_000, 2_000, true),
];

/// Makes plans, each with the version in force.
pub(super) async fn plans(maker: &mut Maker<'_>) -> Result<Vec<Version>, Error> {
    let since = maker.now.plus(-190 * Timestamp::DAY);
    let from = date_in(since, ZONE).to_string();
    let mut versions = Vec::new();
    for (name, price_minor, deposit, included_km, pause_allowed) in PLANS {
        let (plan, version) = (maker.id(since), maker.id(since));
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO plan (id, name, sort_name, status, created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $3, 'published', $4, 'Petra Novotna', $4, 'Petra Novotna')")
            .bind(plan).bind(name).bind(fold(name)).bind(since.millis()).execute(c).await.map(|_| ()))?;
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO plan_version (id, plan_id, number, status, currency, price_minor, deposit_minor, tax_basis_points,
                                       minimum_term_months, notice_days, included_km, excess_rate, pause_allowed, pause_max_days,
                                       pause_billing, cancel_fee_minor, early_end_fee_minor, effective_from, published_at, created_at, created_by)
             VALUES ($1, $2, 1, 'published', 'EUR', $3, $4, 1900, 3, 30, $5, '0.19', $6, 90, 'credit', 9900, 29900, $7, $8, $8, 'Petra Novotna')")
            .bind(version).bind(plan).bind(price_minor).bind(deposit).bind(included_km).bind(pause_allowed)
            .bind(&from).bind(since.millis()).execute(c).await.map(|_| ()))?;
        search::replace(maker.uow.connection(), search::Kind::Plan, plan, &[name]).await?;
        let entry = maker.id(since);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO timeline_entry (id, object_type, object_id, at, actor, source, action, summary)
             VALUES ($1, 'plan', $2, $3, 'Petra Novotna', 'person', 'plan.published', 'Published version 1')")
            .bind(entry).bind(plan).bind(since.millis()).execute(c).await.map(|_| ()))?;
        versions.push(Version { id: version, price_minor });
    }
    Ok(versions)
}

/// The state of the n-th subscription in a hundred.
const fn state_of(nth: u32) -> &'static str {
    match nth % 100 {
        0..62 => "active",
        62..65 => "paused",
        65..69 => "ending",
        69 => "return_due",
        70..73 => "requested",
        73 => "approved",
        74 => "awaiting_payment",
        75..77 => "scheduled",
        77..79 => "draft",
        79 => "returned",
        80..94 => "closed",
        94..98 => "cancelled",
        98 => "declined",
        _ => "expired",
    }
}

fn plus(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The days of one subscription.
struct Days {
    service_from: Option<Date>,
    service_until: Option<Date>,
    pause: Option<(Date, Date)>,
    next_due: Option<Date>,
}

fn days_of(maker: &mut Maker<'_>, state: &str, today: Date, started: Date) -> Days {
    let mut days = Days { service_from: Some(started), service_until: None, pause: None, next_due: None };
    match state {
        "active" if maker.rng.random_ratio(1, 25) => {
            let from = plus(today, maker.rng.random_range(2..40));
            days.pause = Some((from, plus(from, maker.rng.random_range(10..60))));
            days.next_due = Some(from);
        }
        "paused" => {
            let from = plus(today, -maker.rng.random_range(1..=7));
            days.pause = Some((from, plus(today, maker.rng.random_range(3..50))));
            days.next_due = days.pause.map(|(_, until)| until);
        }
        "ending" => {
            days.service_until = Some(plus(today, maker.rng.random_range(2..40)));
            days.next_due = days.service_until;
        }
        "return_due" => {
            days.service_until = Some(plus(today, -maker.rng.random_range(0..4)).max(started));
            days.next_due = days.service_until;
        }
        "returned" => days.service_until = Some(plus(today, -maker.rng.random_range(1..5)).max(started)),
        "closed" => days.service_until = Some(plus(started, maker.rng.random_range(20..60)).min(plus(today, -2))),
        "approved" | "awaiting_payment" | "scheduled" => {
            days.service_from = Some(plus(today, maker.rng.random_range(1..25)));
            days.next_due = days.service_from;
        }
        "requested" | "draft" => days.service_from = Some(plus(today, maker.rng.random_range(5..40))),
        _ => {}
    }
    days
}

/// When a subscription was drafted, and its days.
struct Times {
    created: Timestamp,
    days: Days,
}

fn times(maker: &mut Maker<'_>, state: &str, customer: &Customer) -> Times {
    let today = date_in(maker.now, customer.zone);
    let created = customer.since.plus(maker.rng.random_range(0..2 * Timestamp::DAY));
    let started = plus(date_in(created, customer.zone), 1).min(plus(today, -1));
    Times { created, days: days_of(maker, state, today, started) }
}

/// The cars that are not out yet, and for the others the day on which the first who has them got them: before it they
/// were free for those who have come and gone.
struct Yard<'f> {
    fleet: &'f [Vehicle],
    taken: usize,
    free_until: HashMap<Uuid, Date>,
}

impl<'f> Yard<'f> {
    fn take(&mut self, from: Option<Date>) -> Option<&'f Vehicle> {
        let car = self.fleet.get(self.taken)?;
        self.taken += 1;
        self.free_until.insert(car.id, from?);
        Some(car)
    }

    /// A car that nobody had from `from` up to and with `until`, nor the day after: zones differ by hours.
    fn take_earlier(&mut self, from: Date, until: Date) -> Option<&'f Vehicle> {
        let car =
            self.fleet.iter().find(|car| self.free_until.get(&car.id).is_none_or(|free| plus(until, 1) < *free))?;
        self.free_until.insert(car.id, from);
        Some(car)
    }
}

/// Makes subscriptions. Each one that is or was in service has a car, and no car is with two at once.
pub(super) async fn subscriptions(
    maker: &mut Maker<'_>,
    customers: &[Customer],
    fleet: &[Vehicle],
    plans: &[Version],
    count: u32,
) -> Result<Vec<Made>, Error> {
    let mut yard = Yard { fleet, taken: 0, free_until: HashMap::new() };
    let mut made = Vec::new();
    // Those who have come and gone last, when it is known since when the cars are with others.
    let (gone, here): (Vec<u32>, Vec<u32>) = (0..count).partition(|nth| state_of(*nth) == "closed");
    for nth in here.into_iter().chain(gone) {
        let customer = &customers[usize::try_from(nth).unwrap_or(0) % customers.len()];
        let mut state = state_of(nth);
        let mut when = times(maker, state, customer);
        let car = match state {
            "cancelled" | "declined" | "expired" | "draft" | "requested" => None,
            "closed" => when
                .days
                .service_from
                .zip(when.days.service_until)
                .filter(|(from, until)| from < until)
                .and_then(|(from, until)| yard.take_earlier(from, until)),
            _ => yard.take(when.days.service_from),
        };
        if car.is_none() && matches!(state, "closed") {
            state = "cancelled";
            when = times(maker, state, customer);
        } else if car.is_none() && !matches!(state, "cancelled" | "declined" | "expired" | "draft") {
            // The fleet is all out: this one is still only asked for.
            state = "requested";
            when = times(maker, state, customer);
        }
        made.push(one(maker, Contract { nth, state, customer, car, when }, plans).await?);
    }
    let left: Vec<Vehicle> = fleet
        .iter()
        .filter(|car| !yard.free_until.contains_key(&car.id))
        .map(|vehicle| Vehicle { id: vehicle.id, odometer_km: vehicle.odometer_km })
        .collect();
    cars::spread(maker, &left).await?;
    people::series(maker, "S", 1_000 + i64::from(count)).await?;
    Ok(made)
}

/// What one subscription is made of.
struct Contract<'a> {
    nth: u32,
    state: &'static str,
    customer: &'a Customer,
    car: Option<&'a Vehicle>,
    when: Times,
}

#[allow(
    clippy::too_many_lines,
    reason = "one row after the other; split, it would only be harder to compare with the tables"
)]
async fn one(maker: &mut Maker<'_>, contract: Contract<'_>, plans: &[Version]) -> Result<Made, Error> {
    let Contract { nth, state, customer, car, when: Times { created, days } } = contract;
    let plan = &plans[maker.rng.random_range(0..if days.pause.is_some() { 5 } else { plans.len() })];
    let id = maker.id(created);
    let number = format!("S-{}", 1_001 + nth);
    let by = maker.staff[2];
    let money = match maker.rng.random_range(0..100) {
        96..98 if state == "active" => "past_due",
        98 if state == "active" => "dunning",
        _ => "current",
    };
    let attention = match (state, money) {
        ("return_due", _) => "The car is due back.",
        (_, "past_due" | "dunning") => "A payment is overdue.",
        _ => "",
    };
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let (pause_from, pause_until) = (days.pause.map(|(from, _)| from), days.pause.map(|(_, until)| until));
    let anchor = days.service_from.map_or(1, |from| i64::from(from.day()));
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO subscription (id, number, customer_id, plan_version_id, vehicle_id, state, money_state, zone, currency,
                                   price_minor, anchor_day, service_from, service_until, billing_from, billing_until,
                                   pause_from, pause_until, customer_name, needs_attention, attention_why, next_due_on,
                                   created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'EUR', $9, $10, $11, $12, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $19, $20)")
        .bind(id).bind(&number).bind(customer.id).bind(plan.id).bind(car.map(|car| car.id)).bind(state).bind(money)
        .bind(customer.zone).bind(plan.price_minor).bind(anchor)
        .bind(text(days.service_from)).bind(text(days.service_until)).bind(text(pause_from)).bind(text(pause_until))
        .bind(&customer.name).bind(!attention.is_empty()).bind(attention).bind(text(days.next_due))
        .bind(created.millis()).bind(by.1)
        .execute(c).await.map(|_| ()))?;
    search::replace(maker.uow.connection(), search::Kind::Subscription, id, &[&number, &customer.name]).await?;
    if let (Some(car), Some(from)) = (car, days.service_from) {
        let is_out = !matches!(state, "approved" | "awaiting_payment" | "scheduled");
        let ends_at =
            days.service_until.map_or(253_402_214_400_000, |until| start_of(plus(until, 1), customer.zone).millis());
        let assignment = maker.id(created);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO vehicle_assignment (id, subscription_id, vehicle_id, starts_at, ends_at, odometer_start_km, odometer_end_km, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(assignment).bind(id).bind(car.id).bind(start_of(from, customer.zone).millis()).bind(ends_at)
            .bind(is_out.then_some(car.odometer_km - 10)).bind(matches!(state, "returned" | "closed").then_some(car.odometer_km)).bind(created.millis())
            .execute(c).await.map(|_| ()))?;
        let car_state = match state {
            "approved" | "awaiting_payment" => "reserved",
            "scheduled" => "allocated",
            "returned" => "inspection",
            _ => "on_subscription",
        };
        if state != "closed" {
            cars::set_state(maker, car.id, car_state, created).await?;
        }
    }
    if let Some((from, until)) = days.pause {
        let pause = maker.id(created);
        let credit = plan.price_minor * i64::from((until - from).get_days().clamp(1, 30)) / 30;
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO subscription_pause (id, subscription_id, service_from, service_until, billing_from, billing_until, credit_minor, created_at)
             VALUES ($1, $2, $3, $4, $3, $4, $5, $6)")
            .bind(pause).bind(id).bind(from.to_string()).bind(until.to_string()).bind(credit).bind(created.millis())
            .execute(c).await.map(|_| ()))?;
    }
    if matches!(state, "active" | "ending") && maker.rng.random_ratio(1, 28) {
        hold(maker, id, customer, car, created).await?;
    }
    let history = story(maker, id, &number, state, created).await?;
    Ok(Made { id, history })
}

async fn hold(
    maker: &mut Maker<'_>,
    id: Uuid,
    customer: &Customer,
    car: Option<&Vehicle>,
    at: Timestamp,
) -> Result<(), Error> {
    let kind = *maker.one(HoldKind::ALL);
    let blocks = kind.default_blocks();
    let hold = maker.id(at);
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO hold (id, kind, scope, subscription_id, blocks_driving, blocks_changes, blocks_billing, reason, placed_at, placed_by)
         VALUES ($1, $2, 'subscription', $3, $4, $5, $6, $7, $8, 'Tom Osei')")
        .bind(hold).bind(kind.as_str()).bind(id).bind(blocks.driving).bind(blocks.changes).bind(blocks.billing)
        .bind(format!("{} to be cleared up", kind.label())).bind(at.millis())
        .execute(c).await.map(|_| ()))?;
    count_blocks(maker.uow.connection(), id, customer.id, car.map(|car| car.id)).await?;
    if blocks.driving {
        on!(maker.uow.connection(), c => sqlx::query(
            "UPDATE subscription SET needs_attention = TRUE, attention_why = 'A hold blocks driving.' WHERE id = $1")
            .bind(id).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// The timeline of a subscription up to its state, and the same for the audit log.
async fn story(
    maker: &mut Maker<'_>,
    id: Uuid,
    number: &str,
    state: &str,
    created: Timestamp,
) -> Result<Vec<(Timestamp, &'static str, (StaffId, &'static str))>, Error> {
    let all: [(&str, &'static str, String); 6] = [
        ("draft", "subscription.drafted", format!("Drafted as {number}")),
        ("requested", "subscription.submitted", "Submitted for approval".to_owned()),
        ("approved", "subscription.approved", "Approved".to_owned()),
        ("awaiting_payment", "subscription.signed", "Signed; payment is awaited".to_owned()),
        ("scheduled", "subscription.paid", "Paid; the hand-over can take place".to_owned()),
        ("active", "subscription.handed_over", "Handed over".to_owned()),
    ];
    let reached = match state {
        "declined" => 2,
        "cancelled" => 3,
        "expired" => 4,
        other => all.iter().position(|(step, ..)| *step == other).map_or(all.len(), |at| at + 1),
    };
    let mut steps: Vec<(&'static str, String)> =
        all.into_iter().take(reached).map(|(_, action, words)| (action, words)).collect();
    match state {
        "paused" => steps.push(("subscription.paused", "Paused".to_owned())),
        "ending" | "return_due" => steps.push(("subscription.notice_given", "Notice given".to_owned())),
        "returned" => steps.push(("subscription.returned", "Returned".to_owned())),
        "closed" => steps
            .extend([("subscription.returned", "Returned".to_owned()), ("subscription.closed", "Closed".to_owned())]),
        "declined" => steps.push(("subscription.declined", "Declined".to_owned())),
        "cancelled" => steps.push(("subscription.cancelled", "Cancelled before the hand-over".to_owned())),
        "expired" => steps.push(("subscription.expired", "Expired unpaid".to_owned())),
        _ => {}
    }
    let mut at = created;
    let mut history = Vec::new();
    for (action, words) in steps {
        let by = *maker.one(&[2_usize, 2, 3, 4]);
        let by = maker.staff[by];
        let entry = maker.id(at);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO timeline_entry (id, object_type, object_id, at, actor, source, action, summary)
             VALUES ($1, 'subscription', $2, $3, $4, 'person', $5, $6)")
            .bind(entry).bind(id).bind(at.millis()).bind(by.1).bind(action).bind(&words)
            .execute(c).await.map(|_| ()))?;
        // The log tells of every third, so that it can be read; each of them is true.
        if maker.rng.random_ratio(1, 3) {
            history.push((at, action, by));
        }
        at = at.plus(maker.rng.random_range(Timestamp::HOUR..20 * Timestamp::HOUR)).min(maker.now);
    }
    Ok(history)
}
