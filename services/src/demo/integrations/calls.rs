//! Two days of calls through the gateway: mostly good ones, and two outages with what was done about them.

use domain::{
    Timestamp,
    integrations::{BreakerState, CallFailure, CallOutcome, IntegrationState, Plan},
};
use rand::Rng;
use uuid::Uuid;

use super::{
    Made,
    roster::{Integration, Operation},
};
use crate::{Error, db::on, demo::Maker};

/// How far back they go.
const BACK: i64 = 2 * Timestamp::DAY;

/// A call as it ended.
struct Line {
    outcome: CallOutcome,
    failure: Option<CallFailure>,
    detail: String,
    status: Option<i64>,
    attempts: i64,
    took_ms: i64,
}

/// Writes them all, and when each integration last answered.
pub(super) async fn calls(maker: &mut Maker<'_>, made: &[Made]) -> Result<(), Error> {
    let subjects = Subjects::read(maker).await?;
    let second = made.iter().find(|one| one.of.slug == "aurora");
    for one in made.iter().filter(|one| one.of.state != IntegrationState::Draft) {
        let mut at = maker.now.plus(-maker.rng.random_range(20..400) * Timestamp::SECOND);
        while maker.now.since(at) < BACK {
            let operation = chosen(maker, one.of);
            let line = line(maker, one.of, operation, at);
            let is_second = line.outcome == CallOutcome::Second;
            let subject = subjects.one(maker, operation.subject);
            write(maker, one.id, operation, at, subject, line).await?;
            if let Some(second) = second.filter(|_| is_second) {
                let line = good(maker, second.of, 0);
                write(maker, second.id, operation, at.plus(3), subject, line).await?;
            }
            let every = one.of.every * Timestamp::MINUTE;
            at = at.plus(-maker.rng.random_range(every / 2..every * 3 / 2));
        }
        if let Some((from, until)) = one.of.outage {
            turns(maker, one.id, from, until).await?;
        }
    }
    on!(maker.uow.connection(), c => sqlx::query(
        "UPDATE integration
         SET last_good_at = (SELECT MAX(g.at) FROM gateway_call g
                             WHERE g.integration_id = integration.id AND g.outcome = 'answered')")
        .execute(c).await.map(|_| ()))
    .map_err(Error::from)
}

/// Records that calls are about.
struct Subjects {
    subscriptions: Vec<(Uuid,)>,
    vehicles: Vec<(Uuid,)>,
    customers: Vec<(Uuid,)>,
}

impl Subjects {
    async fn read(maker: &mut Maker<'_>) -> Result<Self, Error> {
        Ok(Self {
            subscriptions: on!(maker.uow.connection(), c => sqlx::query_as(
                "SELECT id FROM subscription ORDER BY id LIMIT 200").fetch_all(c).await)?,
            vehicles: on!(maker.uow.connection(), c => sqlx::query_as(
                "SELECT id FROM vehicle ORDER BY id LIMIT 200").fetch_all(c).await)?,
            customers: on!(maker.uow.connection(), c => sqlx::query_as(
                "SELECT id FROM customer ORDER BY id LIMIT 200").fetch_all(c).await)?,
        })
    }

    fn one(&self, maker: &mut Maker<'_>, kind: &str) -> Option<Uuid> {
        let of = match kind {
            "subscription" => &self.subscriptions,
            "vehicle" => &self.vehicles,
            _ => &self.customers,
        };
        if of.is_empty() { None } else { Some(maker.one(of).0) }
    }
}

fn chosen(maker: &mut Maker<'_>, of: &'static Integration) -> &'static Operation {
    let sum: usize = of.operations.iter().map(|operation| operation.weight).sum();
    let mut place = maker.rng.random_range(0..sum.max(1));
    for operation in of.operations {
        if place < operation.weight {
            return operation;
        }
        place -= operation.weight;
    }
    &of.operations[0]
}

/// How a call at an instant ended.
fn line(maker: &mut Maker<'_>, of: &Integration, operation: &Operation, at: Timestamp) -> Line {
    let ago = maker.now.since(at) / Timestamp::MINUTE;
    match of.outage {
        Some((from, until)) if (until..=from).contains(&ago) => {
            // Until the breaker opens they are tried; then nothing is sent.
            let is_open = ago < from - (from - until) / 4;
            planned(maker, operation, is_open)
        }
        _ if maker.rng.random_ratio(1, 45) => odd(maker, of, operation),
        _ => {
            let retries = i64::from(maker.rng.random_ratio(1, 30));
            good(maker, of, retries)
        }
    }
}

fn good(maker: &mut Maker<'_>, of: &Integration, retries: i64) -> Line {
    let (least, most) = of.took_ms;
    let took_ms = maker.rng.random_range(least..most) + retries * maker.rng.random_range(300..900);
    let status = if of.slug == "roadsense" { 200 } else { 201 };
    Line {
        outcome: CallOutcome::Answered,
        failure: None,
        detail: String::new(),
        status: Some(status),
        attempts: 1 + retries,
        took_ms,
    }
}

/// What was done by the operation's plan while the partner was down.
fn planned(maker: &mut Maker<'_>, operation: &Operation, is_open: bool) -> Line {
    let outcome = match operation.plan {
        Plan::Second => CallOutcome::Second,
        Plan::LastKnown => CallOutcome::LastKnown,
        Plan::Queue => CallOutcome::Queued,
        Plan::Refuse => CallOutcome::Refused,
    };
    if is_open {
        let failure = Some(CallFailure::Open);
        let took_ms = maker.rng.random_range(1..4);
        return Line { outcome, failure, detail: "the circuit is open".to_owned(), status: None, attempts: 0, took_ms };
    }
    if maker.rng.random_ratio(2, 3) {
        let detail = "answered 503".to_owned();
        let took_ms = maker.rng.random_range(900..2_600);
        return Line { outcome, failure: Some(CallFailure::Server), detail, status: Some(503), attempts: 3, took_ms };
    }
    let detail = format!("no answer within {} s", operation.timeout_ms / 1_000);
    let (failure, took_ms) = (Some(CallFailure::Timeout), operation.deadline_ms);
    Line { outcome, failure, detail, status: None, attempts: 2, took_ms }
}

/// What goes wrong on a good day.
fn odd(maker: &mut Maker<'_>, of: &Integration, operation: &Operation) -> Line {
    let took_ms = of.took_ms.1 + maker.rng.random_range(0..300);
    match operation.plan {
        Plan::Refuse => Line {
            outcome: CallOutcome::Refused,
            failure: Some(CallFailure::Client),
            detail: "answered 422".to_owned(),
            status: Some(422),
            attempts: 1,
            took_ms,
        },
        _ if maker.rng.random_ratio(1, 2) => Line {
            failure: Some(CallFailure::Throttled),
            detail: "answered 429".to_owned(),
            status: Some(429),
            ..planned(maker, operation, false)
        },
        _ => planned(maker, operation, false),
    }
}

async fn write(
    maker: &mut Maker<'_>,
    integration: Uuid,
    operation: &Operation,
    at: Timestamp,
    subject: Option<Uuid>,
    line: Line,
) -> Result<(), Error> {
    let id = maker.id(at);
    let is_person = maker.rng.random_ratio(2, 3);
    let actor = if is_person && !maker.staff.is_empty() {
        let staff = maker.rng.random_range(0..maker.staff.len().min(4));
        maker.staff[staff].1
    } else {
        "Keyfob"
    };
    let request = if is_person { maker.id(at).to_string() } else { String::new() };
    let subject_type = if subject.is_some() { operation.subject } else { "" };
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO gateway_call (id, at, integration_id, operation, subject_type, subject_id, outcome, failure, detail,
                                   status, attempts, took_ms, actor, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
        .bind(id).bind(at.millis()).bind(integration).bind(operation.name).bind(subject_type).bind(subject)
        .bind(line.outcome.as_str()).bind(line.failure.map_or("", CallFailure::as_str)).bind(line.detail)
        .bind(line.status).bind(line.attempts).bind(line.took_ms).bind(actor).bind(request)
        .execute(c).await.map(|_| ()))
    .map_err(Error::from)
}

/// How the breaker turned in an outage; minutes ago.
async fn turns(maker: &mut Maker<'_>, integration: Uuid, from: i64, until: i64) -> Result<(), Error> {
    let opened = from - (from - until) / 4;
    for (ago, state, why) in [
        (opened, BreakerState::Open, "5 failures in a row"),
        (until + 1, BreakerState::HalfOpen, "trying again with single calls"),
        (until, BreakerState::Closed, "2 single calls succeeded"),
    ] {
        let at = maker.now.plus(-ago * Timestamp::MINUTE);
        let id = maker.id(at);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO integration_turn (id, integration_id, at, state, why) VALUES ($1, $2, $3, $4, $5)")
            .bind(id).bind(integration).bind(at.millis()).bind(state.as_str()).bind(why)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
