//! Failure drills: for some minutes the gateway behaves as if a partner were down, and what happened is kept.

use domain::{
    Timestamp,
    ids::{DrillId, IntegrationId},
    integrations::CallOutcome,
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::breaker::must_exist;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    staff,
};

/// The longest drill; minutes.
const LONGEST: i64 = 120;

/// What the calls of a drill came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrillReport {
    /// All of them.
    pub calls: i64,
    /// Answered by the second provider.
    pub second: i64,
    /// Answered with the last known answer.
    pub last_known: i64,
    /// Queued.
    pub queued: i64,
    /// Refused.
    pub refused: i64,
}

/// A drill.
#[derive(Clone, Debug, FromRow)]
pub struct Drill {
    /// Its id.
    pub id: Uuid,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// When it was to end, in milliseconds.
    pub ends_at: i64,
    /// When somebody ended it before, in milliseconds.
    pub ended_at: Option<i64>,
    /// Who ran it.
    pub started_by: String,
    /// Why.
    pub reason: String,
    /// What it showed.
    #[sqlx(skip)]
    pub report: DrillReport,
}

/// The drills of an integration, the newest first, at most 20.
pub async fn drills(cx: &Services, _access: &Access<IntegrationsRead>, id: IntegrationId) -> Result<Vec<Drill>, Error> {
    let mut reading = cx.db.read().await?;
    let mut drills: Vec<Drill> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, started_at, ends_at, ended_at, started_by, reason FROM drill
         WHERE integration_id = $1 ORDER BY started_at DESC, id DESC LIMIT 20")
        .bind(id.uuid()).fetch_all(c).await)?;
    for drill in &mut drills {
        drill.report = report(reading.connection(), id, drill).await?;
    }
    Ok(drills)
}

async fn report(connection: Connection<'_>, id: IntegrationId, drill: &Drill) -> Result<DrillReport, Error> {
    let until = drill.ended_at.unwrap_or(drill.ends_at);
    let rows: Vec<(String, i64)> = on!(connection, c => sqlx::query_as(
        "SELECT outcome, COUNT(*) FROM gateway_call
         WHERE integration_id = $1 AND at >= $2 AND at <= $3 AND is_drill GROUP BY outcome")
        .bind(id.uuid()).bind(drill.started_at).bind(until).fetch_all(c).await)?;
    let of =
        |outcome: CallOutcome| rows.iter().find(|(word, _)| word == outcome.as_str()).map_or(0, |(_, count)| *count);
    Ok(DrillReport {
        calls: rows.iter().map(|(_, count)| count).sum(),
        second: of(CallOutcome::Second),
        last_known: of(CallOutcome::LastKnown),
        queued: of(CallOutcome::Queued),
        refused: of(CallOutcome::Refused),
    })
}

/// Begins a drill of some minutes.
pub async fn start(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IntegrationId,
    minutes: i64,
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    if !(1..=LONGEST).contains(&minutes) {
        return Err(Error::invalid_field("minutes", "A drill takes 1 to 120 minutes."));
    }
    let now = cx.clock.now();
    let ends_at = now.plus(minutes * Timestamp::MINUTE).millis();
    let mut uow = cx.db.begin().await?;
    must_exist(uow.connection(), id).await?;
    let begun = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration SET drill_until = $2 WHERE id = $1 AND (drill_until IS NULL OR drill_until <= $3)")
        .bind(id.uuid()).bind(ends_at).bind(now.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if begun == 0 {
        return Err(Error::conflict("integration.drill_on", "A drill is on already. End it first."));
    }
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO drill (id, integration_id, started_at, ends_at, started_by, reason) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(DrillId::new().uuid()).bind(id.uuid()).bind(now.millis()).bind(ends_at).bind(access.actor().name())
        .bind(&reason).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("integration.drill_started")
        .target("integration", id)
        .reason(reason)
        .detail("minutes", minutes);
    uow.commit(cx, access.actor(), entry).await
}

/// Ends a drill before its time.
pub async fn stop(cx: &Services, access: &Access<IntegrationsOperate>, id: IntegrationId) -> Result<(), Error> {
    let now = cx.clock.now().millis();
    let mut uow = cx.db.begin().await?;
    let ended = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration SET drill_until = NULL WHERE id = $1 AND drill_until > $2")
        .bind(id.uuid()).bind(now).execute(c).await.map(|done| done.rows_affected()))?;
    if ended == 0 {
        return Err(Error::conflict("integration.no_drill", "No drill is on any more."));
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE drill SET ended_at = $2 WHERE integration_id = $1 AND ended_at IS NULL AND ends_at > $2")
        .bind(id.uuid()).bind(now).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("integration.drill_ended").target("integration", id);
    uow.commit(cx, access.actor(), entry).await
}
