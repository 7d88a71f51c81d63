//! Where every integration stands, the worst first: a few statements, however many calls there were.

use std::collections::HashMap;

use domain::{
    Timestamp,
    health::{BURN_RULES, Facts, Health, Tally, budget_left, is_silent},
    ids::IntegrationId,
    integrations::{BreakerState, Criticality, IntegrationKind, IntegrationState},
    permissions::{Grant, marker::IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Grain, count::ALL, sketch::Sketch};
use crate::{
    Error, Services,
    access::Access,
    db::{Connection, on},
};

/// Integrations are dozens.
const MOST: i64 = 500;

/// Hours that are looked back over for a silence; three days are read anyway.
const LISTENED: i64 = 72;

/// An integration, and how it does.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub kind: IntegrationKind,
    /// How much depends on it.
    pub criticality: Criticality,
    /// Whether it may be used.
    pub state: IntegrationState,
    /// How it does, in a word.
    pub health: Health,
    /// The last hour.
    pub hour: Tally,
    /// The last 24 hours.
    pub day: Tally,
    /// Half of the calls of the last 24 hours took no longer; milliseconds.
    pub p50_ms: Option<i64>,
    /// 99 of 100 calls of the last 24 hours took no longer; milliseconds.
    pub p99_ms: Option<i64>,
    /// What is left of the error budget of 30 days, in hundredths.
    pub budget_left: i64,
    /// Calls of each of the last 24 hours, the oldest first.
    pub hours: Vec<Tally>,
    /// Until when its breaker, or somebody, holds calls back.
    pub held_until: Option<Timestamp>,
    /// Calls that wait, and calls that were given up.
    pub waiting: (i64, i64),
    /// When it last did what it was asked.
    pub last_good_at: Option<Timestamp>,
    /// Until when a maintenance window is open.
    pub maintained_until: Option<Timestamp>,
    /// Why it is not live, when it isn't.
    pub state_why: String,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    partner_id: Uuid,
    kind: String,
    criticality: String,
    state: String,
    state_why: String,
    availability_ppm: i64,
    latency_ms: i64,
    drill_until: Option<i64>,
    last_good_at: Option<i64>,
    breaker: Option<String>,
    held_until: Option<i64>,
    waiting: i64,
    dead: i64,
    maintained_until: Option<i64>,
}

/// Every integration that isn't retired, the worst first.
pub async fn overview(cx: &Services, access: &Access<IntegrationsRead>) -> Result<Vec<Standing>, Error> {
    all(cx, access).await
}

/// What is expected of an integration: successes in a million, and milliseconds.
pub async fn expected(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<(i64, i64), Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT availability_ppm, latency_ms FROM integration WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?)
}

pub(super) async fn all<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Vec<Standing>, Error> {
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id, i.name, i.partner_id, i.kind, i.criticality, i.state, i.state_why, i.availability_ppm,
                i.latency_ms, i.drill_until, i.last_good_at, b.state AS breaker, b.held_until,
                (SELECT COUNT(*) FROM partner_call q
                 WHERE q.integration_id = i.id AND q.state IN ('ready', 'running')) AS waiting,
                (SELECT COUNT(*) FROM partner_call q WHERE q.integration_id = i.id AND q.state = 'dead') AS dead,
                (SELECT MAX(m.ends_at) FROM maintenance_window m
                 WHERE m.integration_id = i.id AND m.starts_at <= $1 AND m.ends_at > $1) AS maintained_until
         FROM integration i LEFT JOIN integration_breaker b ON b.integration_id = i.id
         WHERE i.state <> 'retired'
         ORDER BY i.sort_name LIMIT $2")
        .bind(now.millis()).bind(MOST).fetch_all(c).await)?;
    let switches: Vec<(String, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT level, key FROM kill_switch WHERE level IN ('everything', 'partner', 'integration')")
        .fetch_all(c).await)?;
    let minutes = tallies(reading.connection(), Grain::Minute, now.plus(-Timestamp::HOUR)).await?;
    let hours = tallies(reading.connection(), Grain::Hour, now.plus(-3 * Timestamp::DAY)).await?;
    let days = tallies(reading.connection(), Grain::Day, now.plus(-30 * Timestamp::DAY)).await?;
    let mut sketches = sketches(reading.connection(), now).await?;
    drop(reading);
    let mut standings = Vec::with_capacity(rows.len());
    for row in rows {
        let counted = Counted {
            minutes: minutes.get(&row.id).map_or(&[], Vec::as_slice),
            hours: hours.get(&row.id).map_or(&[], Vec::as_slice),
            days: days.get(&row.id).map_or(&[], Vec::as_slice),
        };
        let is_switched_off = switches.iter().any(|(level, key)| match level.as_str() {
            "everything" => true,
            "partner" => *key == row.partner_id.to_string(),
            _ => *key == row.id.to_string(),
        });
        let (day, hour) = sketches.remove(&row.id).unwrap_or_default();
        standings.push(standing(now, row, &counted, is_switched_off, (&day, &hour))?);
    }
    standings.sort_by_key(|standing| (standing.health, std::cmp::Reverse(standing.criticality)));
    Ok(standings)
}

/// Counts of one integration: the beginning of each stretch, and what was in it.
struct Counted<'a> {
    minutes: &'a [(i64, Tally)],
    hours: &'a [(i64, Tally)],
    days: &'a [(i64, Tally)],
}

fn since(counts: &[(i64, Tally)], from: Timestamp) -> Tally {
    counts.iter().filter(|(at, _)| *at >= from.millis()).fold(Tally::default(), |sum, (_, tally)| Tally {
        calls: sum.calls + tally.calls,
        failed: sum.failed + tally.failed,
    })
}

fn standing(
    now: Timestamp,
    row: Row,
    counted: &Counted<'_>,
    is_switched_off: bool,
    (day, hour): (&Sketch, &Sketch),
) -> Result<Standing, Error> {
    let state: IntegrationState = row.state.parse().map_err(Error::internal)?;
    let this_hour = Grain::Hour.start(now);
    let hour_back = |back: i64| {
        let start = this_hour.plus(-back * Timestamp::HOUR).millis();
        counted.hours.iter().find(|(at, _)| *at == start).map(|(_, tally)| *tally).unwrap_or_default()
    };
    let hours: Vec<Tally> = (0..24).rev().map(hour_back).collect();
    let heard: Vec<bool> = (0..LISTENED).map(|back| hour_back(back).calls > 0).collect();
    // Minutes are many: more than an hour is added up from hours, the first of them whole.
    let of = |span: i64| {
        if span <= Timestamp::HOUR {
            since(counted.minutes, now.plus(-span))
        } else {
            since(counted.hours, Grain::Hour.start(now.plus(-span)))
        }
    };
    let burns = BURN_RULES.iter().any(|rule| rule.burns(row.availability_ppm, of(rule.long), of(rule.short)));
    let held_until = row.held_until.map(Timestamp).filter(|until| *until > now);
    let breaker: BreakerState = row.breaker.as_deref().unwrap_or("closed").parse().map_err(Error::internal)?;
    let day_tally = since(counted.hours, this_hour.plus(-23 * Timestamp::HOUR));
    let facts = Facts {
        state,
        is_switched_off,
        is_drilled: row.drill_until.is_some_and(|until| until > now.millis()),
        is_maintained: row.maintained_until.is_some(),
        breaker: if held_until.is_some() { BreakerState::Open } else { breaker },
        burns,
        is_silent: is_silent(&heard),
        hour: of(Timestamp::HOUR),
        day: day_tally,
        p95_ms: hour.percentile(95),
        latency_ms: row.latency_ms,
        availability_ppm: row.availability_ppm,
    };
    Ok(Standing {
        id: row.id.into(),
        name: row.name,
        kind: row.kind.parse().map_err(Error::internal)?,
        criticality: row.criticality.parse().map_err(Error::internal)?,
        state,
        health: facts.health(),
        hour: facts.hour,
        day: day_tally,
        p50_ms: day.percentile(50),
        p99_ms: day.percentile(99),
        budget_left: budget_left(row.availability_ppm, since(counted.days, Timestamp(0))),
        hours,
        held_until,
        waiting: (row.waiting, row.dead),
        last_good_at: row.last_good_at.map(Timestamp),
        maintained_until: row.maintained_until.map(Timestamp),
        state_why: row.state_why,
    })
}

async fn tallies(
    connection: Connection<'_>,
    grain: Grain,
    from: Timestamp,
) -> Result<HashMap<Uuid, Vec<(i64, Tally)>>, Error> {
    let rows: Vec<(Uuid, i64, i64, i64)> = on!(connection, c => sqlx::query_as(
        "SELECT integration_id, starts_at, CAST(SUM(calls) AS BIGINT), CAST(SUM(failed) AS BIGINT)
         FROM health_count
         WHERE grain = $1 AND starts_at >= $2 AND operation = $3
         GROUP BY integration_id, starts_at")
        .bind(grain.as_str()).bind(grain.start(from).millis()).bind(ALL).fetch_all(c).await)?;
    let mut found: HashMap<Uuid, Vec<(i64, Tally)>> = HashMap::new();
    for (id, at, calls, failed) in rows {
        found.entry(id).or_default().push((at, Tally { calls, failed }));
    }
    Ok(found)
}

/// How long calls took: in the last 24 hours, and in the last two.
async fn sketches(connection: Connection<'_>, now: Timestamp) -> Result<HashMap<Uuid, (Sketch, Sketch)>, Error> {
    let this_hour = Grain::Hour.start(now);
    let rows: Vec<(Uuid, i64, String)> = on!(connection, c => sqlx::query_as(
        "SELECT integration_id, starts_at, sketch FROM health_count
         WHERE grain = 'hour' AND starts_at >= $1 AND operation = $2 AND sketch <> ''")
        .bind(this_hour.plus(-23 * Timestamp::HOUR).millis()).bind(ALL).fetch_all(c).await)?;
    let mut found: HashMap<Uuid, (Sketch, Sketch)> = HashMap::new();
    for (id, at, text) in rows {
        let (day, hour) = found.entry(id).or_default();
        day.add_stored(&text)?;
        if at >= this_hour.plus(-Timestamp::HOUR).millis() {
            hour.add_stored(&text)?;
        }
    }
    Ok(found)
}
