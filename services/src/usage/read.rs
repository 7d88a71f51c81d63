//! Reading counts: over time, by route, by credential, by network.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    ids::{CredentialId, PartnerId},
    permissions::marker::AccessRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::time::Grain;
use crate::{Error, Services, access::Access, db::on};

domain::text_enum! {
    /// How far back.
    pub enum Range {
        /// The last 24 hours, by hour.
        Day = "day", "24 hours";
        /// The last 7 days, by hour.
        Week = "week", "7 days";
        /// The last 30 days, by day.
        Month = "month", "30 days";
        /// The last 12 months, by month.
        Year = "year", "12 months";
    }
}

impl Range {
    const fn grain(self) -> Grain {
        match self {
            Self::Day | Self::Week => Grain::Hour,
            Self::Month => Grain::Day,
            Self::Year => Grain::Month,
        }
    }

    /// The beginning of its first stretch.
    fn from(self, now: Timestamp) -> Timestamp {
        let back = match self {
            Self::Day => 23 * Timestamp::HOUR,
            Self::Week => 7 * Timestamp::DAY - Timestamp::HOUR,
            Self::Month => 29 * Timestamp::DAY,
            Self::Year => 335 * Timestamp::DAY,
        };
        self.grain().start(now.plus(-back))
    }
}

/// Whose calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Of {
    /// Everybody's.
    #[default]
    All,
    /// Those of a partner.
    Partner(PartnerId),
    /// Those of a key or client.
    Credential(CredentialId),
}

impl Of {
    /// Two ids to bind: the partner's and the credential's, each or nothing.
    fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::All => (None, None),
            Self::Partner(id) => (Some(id.uuid()), None),
            Self::Credential(id) => (None, Some(id.uuid())),
        }
    }
}

/// What was counted in one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// When the stretch begins.
    pub starts_at: Timestamp,
    /// Calls.
    pub calls: i64,
    /// Those that failed on our side.
    pub errors: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// The mean time of an answer, in microseconds.
    pub mean_micros: i64,
    /// The slowest answer, in microseconds.
    pub slowest_micros: i64,
}

#[derive(FromRow)]
struct Sum {
    starts_at: i64,
    calls: i64,
    errors: i64,
    refusals: i64,
    micros: i64,
    slowest: i64,
}

/// Calls over time, every stretch of the range, also those without a call.
pub async fn series(cx: &Services, _access: &Access<AccessRead>, of: Of, range: Range) -> Result<Vec<Point>, Error> {
    let (grain, from, now) = (range.grain(), range.from(cx.clock.now()), cx.clock.now());
    let (partner, credential) = of.ids();
    let mut reading = cx.db.read().await?;
    let sums: Vec<Sum> = match (partner, credential) {
        (Some(id), _) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT starts_at, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(slowest) AS slowest
             FROM usage_count WHERE partner_id = $1 AND grain = $2 AND starts_at >= $3 GROUP BY starts_at")
            .bind(id).bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
        (None, Some(id)) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT starts_at, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(slowest) AS slowest
             FROM usage_count WHERE credential_id = $1 AND grain = $2 AND starts_at >= $3 GROUP BY starts_at")
            .bind(id).bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
        (None, None) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT starts_at, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(slowest) AS slowest
             FROM usage_count WHERE grain = $1 AND starts_at >= $2 GROUP BY starts_at")
            .bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
    };
    let sums: BTreeMap<i64, Sum> = sums.into_iter().map(|sum| (sum.starts_at, sum)).collect();
    let mut points = Vec::new();
    let mut start = from;
    while start <= now {
        points.push(sums.get(&start.millis()).map_or(Point { starts_at: start, ..Point::default() }, |sum| Point {
            starts_at: start,
            calls: sum.calls,
            errors: sum.errors,
            refusals: sum.refusals,
            mean_micros: sum.micros / sum.calls.max(1),
            slowest_micros: sum.slowest,
        }));
        start = grain.next(start);
    }
    Ok(points)
}

/// What one route was used for.
#[derive(Clone, Debug, FromRow)]
pub struct RouteUse {
    /// Method and route.
    pub route: String,
    /// Calls.
    pub calls: i64,
    /// Those that failed on our side.
    pub errors: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// All answers together, in microseconds.
    pub micros: i64,
    /// The last call, in milliseconds.
    pub last_at: i64,
}

/// Calls by route, the busiest first, at most 100.
pub async fn routes(cx: &Services, _access: &Access<AccessRead>, of: Of, range: Range) -> Result<Vec<RouteUse>, Error> {
    let (grain, from) = (range.grain(), range.from(cx.clock.now()));
    let (partner, credential) = of.ids();
    let mut reading = cx.db.read().await?;
    Ok(match (partner, credential) {
        (Some(id), _) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT route, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(last_at) AS last_at
             FROM usage_count WHERE partner_id = $1 AND grain = $2 AND starts_at >= $3
             GROUP BY route ORDER BY 2 DESC, route LIMIT 100")
            .bind(id).bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
        (None, Some(id)) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT route, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(last_at) AS last_at
             FROM usage_count WHERE credential_id = $1 AND grain = $2 AND starts_at >= $3
             GROUP BY route ORDER BY 2 DESC, route LIMIT 100")
            .bind(id).bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
        (None, None) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT route, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                    CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros, MAX(last_at) AS last_at
             FROM usage_count WHERE grain = $1 AND starts_at >= $2
             GROUP BY route ORDER BY 2 DESC, route LIMIT 100")
            .bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?,
    })
}

/// What one key or client did in a range.
#[derive(Clone, Debug, FromRow)]
pub struct Total {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The public part of its credential.
    pub public_id: String,
    /// Whose, by name.
    pub partner: String,
    /// Whose.
    pub partner_id: Uuid,
    /// Calls.
    pub calls: i64,
    /// Those that failed on our side.
    pub errors: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// All answers together, in microseconds.
    pub micros: i64,
}

/// Calls by key and client, the busiest first, at most 100.
pub async fn totals(cx: &Services, _access: &Access<AccessRead>, range: Range) -> Result<Vec<Total>, Error> {
    let (grain, from) = (range.grain(), range.from(cx.clock.now()));
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT c.id, c.name, c.public_id, p.name AS partner, p.id AS partner_id, u.calls, u.errors, u.refusals, u.micros
         FROM (SELECT credential_id, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(errors) AS BIGINT) AS errors,
                      CAST(SUM(refusals) AS BIGINT) AS refusals, CAST(SUM(micros) AS BIGINT) AS micros
               FROM usage_count WHERE grain = $1 AND starts_at >= $2 GROUP BY credential_id) u
         JOIN credential c ON c.id = u.credential_id
         JOIN partner p ON p.id = c.partner_id
         ORDER BY u.calls DESC, c.sort_name LIMIT 100")
        .bind(grain.as_str()).bind(from.millis()).fetch_all(c).await)?)
}

/// A network that calls came from.
#[derive(Clone, Debug, FromRow)]
pub struct Source {
    /// The network.
    pub network: String,
    /// Calls.
    pub calls: i64,
    /// The first day, in milliseconds.
    pub first_day: i64,
    /// The last day, in milliseconds.
    pub last_day: i64,
}

/// The networks a credential was used from in the last `days`, the busiest first, at most 50.
pub async fn sources(
    cx: &Services,
    _access: &Access<AccessRead>,
    id: CredentialId,
    days: i64,
) -> Result<Vec<Source>, Error> {
    let from = Grain::Day.start(cx.clock.now().plus(-days * Timestamp::DAY));
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT network, CAST(SUM(calls) AS BIGINT) AS calls, MIN(day) AS first_day, MAX(day) AS last_day
         FROM usage_source WHERE credential_id = $1 AND day >= $2
         GROUP BY network ORDER BY 2 DESC, network LIMIT 50")
        .bind(id.uuid()).bind(from.millis()).fetch_all(c).await)?)
}

/// Somebody who still uses a version or a route that is going away.
#[derive(Clone, Debug, FromRow)]
pub struct Laggard {
    /// Whose key.
    pub partner: String,
    /// The key.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Method and route.
    pub route: String,
    /// The version of the API.
    pub version: String,
    /// Calls in the last 30 days.
    pub calls: i64,
    /// The last one, in milliseconds.
    pub last_at: i64,
}

/// Every use of any version older than `newest`, or of one of `routes`, in the last 30 days; the most frequent first.
pub async fn laggards(
    cx: &Services,
    _access: &Access<AccessRead>,
    newest: &str,
    routes: &[&str],
) -> Result<Vec<Laggard>, Error> {
    let from = Grain::Day.start(cx.clock.now().plus(-30 * Timestamp::DAY));
    let mut reading = cx.db.read().await?;
    let rows: Vec<Laggard> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT p.name AS partner, c.id, c.name, u.route, u.version, u.calls, u.last_at
         FROM (SELECT credential_id, route, version, CAST(SUM(calls) AS BIGINT) AS calls, MAX(last_at) AS last_at
               FROM usage_count WHERE grain = 'day' AND starts_at >= $1 GROUP BY credential_id, route, version) u
         JOIN credential c ON c.id = u.credential_id
         JOIN partner p ON p.id = c.partner_id
         ORDER BY u.calls DESC, p.sort_name, c.sort_name, u.route LIMIT 2000")
        .bind(from.millis()).fetch_all(c).await)?;
    Ok(rows.into_iter().filter(|row| row.version.as_str() < newest || routes.contains(&row.route.as_str())).collect())
}
