//! A subscription as stored, put together for the rules.

use domain::{
    Timestamp,
    civil::{AnchorDay, CivilPeriod},
    customers::CustomerStatus,
    ids::VehicleId,
    money::{Currency, Money, Rate},
    plans::{PlanStatus, Terms},
    subscription::{Blocks, Car, Context, Hold, HoldKind, HoldScope, Holds, MoneyState, Pause, State, Subscription},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    clock::start_of,
    db::{Connection, on},
};

/// The row, with what the rules need of its plan, customer and vehicle.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Stored {
    pub(super) id: Uuid,
    pub(super) number: String,
    pub(super) version: i64,
    pub(super) state: String,
    money_state: String,
    pub(super) zone: String,
    pub(super) currency: String,
    pub(super) price_minor: i64,
    anchor_day: i64,
    service_from: Option<String>,
    service_until: Option<String>,
    billing_from: Option<String>,
    billing_until: Option<String>,
    pause_from: Option<String>,
    pub(super) customer_id: Uuid,
    pub(super) customer_name: String,
    pub(super) vehicle_id: Option<Uuid>,
    pub(super) created_at: i64,
    pub(super) created_by: String,
    pub(super) updated_at: i64,
    pub(super) updated_by: String,
    pub(super) needs_attention: bool,
    pub(super) attention_why: String,
    pub(super) plan_id: Uuid,
    pub(super) plan_name: String,
    pub(super) plan_number: i64,
    plan_status: String,
    deposit_minor: i64,
    tax_basis_points: i64,
    minimum_term_months: i64,
    notice_days: i64,
    included_km: i64,
    excess_rate: String,
    pause_allowed: bool,
    pause_max_days: i64,
    pause_billing: String,
    cancel_fee_minor: i64,
    early_end_fee_minor: i64,
    effective_from: String,
    customer_status: String,
}

#[derive(FromRow)]
struct PauseRow {
    service_from: String,
    service_until: String,
    billing_from: Option<String>,
    billing_until: Option<String>,
    credit_minor: i64,
}

#[derive(FromRow)]
struct HoldRow {
    id: Uuid,
    kind: String,
    scope: String,
    blocks_driving: bool,
    blocks_changes: bool,
    blocks_billing: bool,
    review_on: Option<String>,
    placed_at: i64,
}

#[derive(FromRow)]
struct CarRow {
    plate: String,
    make: String,
    model: String,
    odometer_km: i64,
    state: String,
}

/// A stored value that the database's own checks should have refused.
fn damaged(what: impl std::fmt::Display) -> Error {
    Error::internal(format!("a stored subscription can't be read: {what}"))
}

fn date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(damaged)
}

fn dates(text: Option<&String>) -> Result<Option<Date>, Error> {
    text.map(|text| date(text)).transpose()
}

fn word<T: std::str::FromStr<Err = domain::texts::Invalid>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(damaged)
}

/// Loads the row.
pub(super) async fn stored(connection: Connection<'_>, id: Uuid) -> Result<Stored, Error> {
    let row: Option<Stored> = on!(connection, c => sqlx::query_as(
        "SELECT s.id, s.number, s.version, s.state, s.money_state, s.zone, s.currency, s.price_minor, s.anchor_day,
                s.service_from, s.service_until, s.billing_from, s.billing_until, s.pause_from,
                s.customer_id, s.customer_name, s.vehicle_id, s.created_at, s.created_by, s.updated_at, s.updated_by,
                s.needs_attention, s.attention_why,
                p.id AS plan_id, p.name AS plan_name, pv.number AS plan_number, pv.status AS plan_status,
                pv.deposit_minor, pv.tax_basis_points, pv.minimum_term_months, pv.notice_days, pv.included_km,
                pv.excess_rate, pv.pause_allowed, pv.pause_max_days, pv.pause_billing, pv.cancel_fee_minor,
                pv.early_end_fee_minor, pv.effective_from, c.status AS customer_status
         FROM subscription s
         JOIN plan_version pv ON pv.id = s.plan_version_id
         JOIN plan p ON p.id = pv.plan_id
         JOIN customer c ON c.id = s.customer_id
         WHERE s.id = $1")
        .bind(id).fetch_optional(c).await)?;
    row.ok_or_else(|| {
        Error::not_found("subscription.not_found", "There is no such subscription. The address may be wrong.")
    })
}

/// Puts the subscription together for the rules.
pub(super) async fn subscription(mut connection: Connection<'_>, row: &Stored) -> Result<Subscription, Error> {
    let currency: Currency = word(&row.currency)?;
    let money = |minor| Money::new(minor, currency);
    let terms = Terms {
        price: money(row.price_minor),
        deposit: money(row.deposit_minor),
        tax_basis_points: row.tax_basis_points,
        minimum_term_months: row.minimum_term_months,
        notice_days: row.notice_days,
        included_km: row.included_km,
        excess_rate: Rate(row.excess_rate.parse::<Decimal>().map_err(damaged)?),
        pause_allowed: row.pause_allowed,
        pause_max_days: row.pause_max_days,
        pause_billing: word(&row.pause_billing)?,
        cancel_fee: money(row.cancel_fee_minor),
        early_end_fee: money(row.early_end_fee_minor),
        effective_from: date(&row.effective_from)?,
    };
    let state: State = word(&row.state)?;
    let mut past = pauses(connection.again(), row.id, currency).await?;
    // The pause that is planned or runs is also named on the row; all others are over.
    let open_from = dates(row.pause_from.as_ref())?;
    let pause =
        open_from.and_then(|from| past.iter().position(|pause| pause.service.from() == from)).map(|at| past.remove(at));
    let money_state: MoneyState = word(&row.money_state)?;
    let holds = holds(connection, row).await?;
    let subscription = Subscription {
        id: row.id.into(),
        version: row.version,
        state,
        money_state,
        zone: word(&row.zone)?,
        terms,
        anchor_day: AnchorDay::try_from(row.anchor_day).map_err(damaged)?,
        service_from: dates(row.service_from.as_ref())?,
        service_until: dates(row.service_until.as_ref())?,
        billing_from: dates(row.billing_from.as_ref())?,
        billing_until: dates(row.billing_until.as_ref())?,
        pause,
        past_pauses: past,
        holds,
        vehicle: row.vehicle_id.map(Into::into),
    };
    subscription.check().map_err(damaged)?;
    Ok(subscription)
}

async fn pauses(connection: Connection<'_>, id: Uuid, currency: Currency) -> Result<Vec<Pause>, Error> {
    let rows: Vec<PauseRow> = on!(connection, c => sqlx::query_as(
        "SELECT service_from, service_until, billing_from, billing_until, credit_minor FROM subscription_pause
         WHERE subscription_id = $1 AND called_off_at IS NULL
         ORDER BY service_from, created_at")
        .bind(id).fetch_all(c).await)?;
    rows.into_iter()
        .map(|row| {
            let billing = match (dates(row.billing_from.as_ref())?, dates(row.billing_until.as_ref())?) {
                (Some(from), Some(until)) => Some(CivilPeriod::new(from, until).map_err(damaged)?),
                _ => None,
            };
            Ok(Pause {
                service: CivilPeriod::new(date(&row.service_from)?, date(&row.service_until)?).map_err(damaged)?,
                billing,
                credit: Money::new(row.credit_minor, currency),
            })
        })
        .collect()
}

async fn holds(connection: Connection<'_>, row: &Stored) -> Result<Holds, Error> {
    let rows: Vec<HoldRow> = on!(connection, c => sqlx::query_as(
        "SELECT id, kind, scope, blocks_driving, blocks_changes, blocks_billing, review_on, placed_at FROM hold
         WHERE released_at IS NULL
           AND id IN (SELECT id FROM hold WHERE subscription_id = $1
                      UNION SELECT id FROM hold WHERE customer_id = $2
                      UNION SELECT id FROM hold WHERE vehicle_id = $3)
         ORDER BY placed_at, id")
        .bind(row.id).bind(row.customer_id).bind(row.vehicle_id).fetch_all(c).await)?;
    let mut holds = Holds::default();
    for hold in rows {
        holds = holds.with(Hold {
            id: hold.id.into(),
            kind: word::<HoldKind>(&hold.kind)?,
            scope: word::<HoldScope>(&hold.scope)?,
            blocks: Blocks { driving: hold.blocks_driving, changes: hold.blocks_changes, billing: hold.blocks_billing },
            since: crate::clock::date_in(Timestamp(hold.placed_at), &row.zone),
            review_on: dates(hold.review_on.as_ref())?,
        });
    }
    Ok(holds)
}

/// The facts of the moment. `needed_from` is the first day on which the command needs the car; `next` the car that a
/// swap names.
pub(super) async fn context(
    mut connection: Connection<'_>,
    row: &Stored,
    today: Date,
    needed_from: Date,
    next: Option<VehicleId>,
) -> Result<Context, Error> {
    let mut car = None;
    if let Some(vehicle) = row.vehicle_id {
        let (taken,): (i64,) = on!(connection.again(), c => sqlx::query_as(
            "SELECT COUNT(*) FROM vehicle_assignment WHERE vehicle_id = $1 AND subscription_id <> $2 AND ends_at > $3")
            .bind(vehicle).bind(row.id).bind(start_of(needed_from, &row.zone).millis()).fetch_one(c).await)?;
        let found: CarRow = on!(connection.again(), c => sqlx::query_as(
            "SELECT plate, make, model, odometer_km, state FROM vehicle WHERE id = $1")
            .bind(vehicle).fetch_one(c).await)?;
        // Before it is reserved a car must be on offer; afterwards it is this subscription's own.
        let state: State = word(&row.state)?;
        let is_on_offer = state.is_car_bound() || found.state == "available";
        car = Some(Car { label: found.label(), odometer_km: found.odometer_km, is_free: taken == 0 && is_on_offer });
    }
    Ok(Context {
        today,
        plan: word::<PlanStatus>(&row.plan_status)?,
        customer: word::<CustomerStatus>(&row.customer_status)?,
        car,
        next_car: match next {
            Some(next) => next_car(connection, row, next, start_of(today, &row.zone)).await?,
            None => None,
        },
    })
}

/// A car that a customer could get today: on offer, promised to nobody, and free to be driven.
async fn next_car(
    mut connection: Connection<'_>,
    row: &Stored,
    next: VehicleId,
    today: Timestamp,
) -> Result<Option<Car>, Error> {
    let found: Option<CarRow> = on!(connection.again(), c => sqlx::query_as(
        "SELECT plate, make, model, odometer_km, state FROM vehicle WHERE id = $1")
        .bind(next.uuid()).fetch_optional(c).await)?;
    let Some(found) = found else { return Ok(None) };
    let (taken,): (i64,) = on!(connection.again(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM vehicle_assignment WHERE vehicle_id = $1 AND subscription_id <> $2 AND ends_at > $3")
        .bind(next.uuid()).bind(row.id).bind(today.millis()).fetch_one(c).await)?;
    let (held,): (i64,) = on!(connection, c => sqlx::query_as(
        "SELECT COUNT(*) FROM hold WHERE vehicle_id = $1 AND released_at IS NULL AND blocks_driving")
        .bind(next.uuid()).fetch_one(c).await)?;
    let is_free = taken == 0 && held == 0 && found.state == "available";
    Ok(Some(Car { label: found.label(), odometer_km: found.odometer_km, is_free }))
}

impl CarRow {
    /// Its plate, or make and model while it has none.
    fn label(&self) -> String {
        if self.plate.is_empty() { format!("{} {}", self.make, self.model) } else { self.plate.clone() }
    }
}
