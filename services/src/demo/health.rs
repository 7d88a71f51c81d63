//! How the demo's integrations did: counted from their calls, and an incident for an outage that is over.

use domain::{Timestamp, ids::IntegrationId};
use sqlx::FromRow;
use uuid::Uuid;

use super::Maker;
use crate::{
    Error,
    db::on,
    health::{Observation, count_into},
};

#[derive(FromRow)]
struct Call {
    at: i64,
    integration_id: Uuid,
    operation: String,
    outcome: String,
    failure: String,
    attempts: i64,
    took_ms: i64,
}

/// Counts the calls that the demo made, and tells of the worst of them.
pub(super) async fn counts(maker: &mut Maker<'_>) -> Result<(), Error> {
    let calls: Vec<Call> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT at, integration_id, operation, outcome, failure, attempts, took_ms FROM gateway_call WHERE NOT is_drill")
        .fetch_all(c).await)?;
    let seen: Result<Vec<Observation>, Error> = calls.iter().map(observation).collect();
    let node = maker.id(maker.now);
    count_into(&mut maker.uow, node, &seen?).await?;
    incident(maker).await
}

fn observation(call: &Call) -> Result<Observation, Error> {
    Ok(Observation {
        at: Timestamp(call.at),
        integration: call.integration_id.into(),
        operation: call.operation.clone(),
        outcome: call.outcome.parse().map_err(Error::internal)?,
        failure: call.failure.parse().ok(),
        took_ms: (call.attempts > 0).then_some(call.took_ms),
        attempts: u32::try_from(call.attempts).unwrap_or(0),
        is_drill: false,
    })
}

/// The integration whose breaker turned last had an incident.
async fn incident(maker: &mut Maker<'_>) -> Result<(), Error> {
    let row: Option<(Uuid, String, i64, i64)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT i.id, i.name, MIN(t.at), MAX(t.at) FROM integration_turn t JOIN integration i ON i.id = t.integration_id
         GROUP BY i.id, i.name ORDER BY MAX(t.at) DESC LIMIT 1")
        .fetch_optional(c).await)?;
    let Some((integration, name, opened_at, ended_at)) = row else { return Ok(()) };
    let integration: IntegrationId = integration.into();
    let closed_at = Timestamp(ended_at).plus(15 * Timestamp::MINUTE).millis();
    let (id, title) = (maker.id(Timestamp(opened_at)), format!("{name}: circuit open, nothing is sent"));
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO integration_incident (id, integration_id, kind, title, opened_at, seen_at, closed_at)
         VALUES ($1, $2, 'circuit', $3, $4, $5, $6)")
        .bind(id).bind(integration.uuid()).bind(&title).bind(opened_at).bind(ended_at).bind(closed_at)
        .execute(c).await.map(|_| ()))?;
    let said = [
        (opened_at, "Job: health", title.as_str()),
        (
            opened_at + 9 * Timestamp::MINUTE,
            "Luc Moreau",
            "Called them: a database of theirs fails over. Cover is queued.",
        ),
        (closed_at, "Job: health", "Closed: all has been well."),
    ];
    for (at, actor, body) in said {
        let entry = maker.id(Timestamp(at));
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO incident_entry (id, incident_id, at, actor, body) VALUES ($1, $2, $3, $4, $5)")
            .bind(entry).bind(id).bind(at).bind(actor).bind(body).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
