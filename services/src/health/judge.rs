//! Opening and closing incidents: five hundred failures make one, and it closes by itself when all has been well a while.

use domain::{Timestamp, health::Health, ids::IncidentId, permissions::marker::IntegrationsRead};
use uuid::Uuid;

use super::standing::{Standing, all};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    db::{UnitOfWork, on},
    webhooks,
};

/// It has to be well for so long before an incident closes; milliseconds.
const WELL: i64 = 15 * Timestamp::MINUTE;

/// The kind of incident that a state of health is; nothing for one that alerts nobody.
fn kind(health: Health) -> Option<(&'static str, &'static str)> {
    Some(match health {
        Health::CircuitOpen => ("circuit", "circuit open, nothing is sent"),
        Health::Recovering => ("circuit", "circuit half-open, single calls find out"),
        Health::Failing => ("failing", "it fails more often than its error budget bears"),
        Health::Silent => ("silent", "it is usually heard of each hour, and has not been for three"),
        _ => return None,
    })
}

/// Judges every integration: opens, goes on with and closes incidents. Two nodes may do it at once. Answers how many
/// were opened and closed.
pub async fn judge(cx: &Services) -> Result<(u64, u64), Error> {
    let actor = Actor::job("health");
    let access: Access<IntegrationsRead> = actor.authorize()?;
    let (mut opened, mut closed) = (0, 0);
    for standing in all(cx, &access).await? {
        if let Some((kind, words)) = kind(standing.health) {
            opened += open(cx, &actor, &standing, kind, words).await?;
        }
        closed += close(cx, &actor, &standing).await?;
    }
    Ok((opened, closed))
}

async fn open(cx: &Services, actor: &Actor, of: &Standing, kind: &str, words: &str) -> Result<u64, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let goes_on = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration_incident SET seen_at = $3 WHERE integration_id = $1 AND kind = $2 AND closed_at IS NULL")
        .bind(of.id.uuid()).bind(kind).bind(now.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if goes_on > 0 {
        uow.commit_bookkeeping().await?;
        return Ok(0);
    }
    let id = IncidentId::new();
    let title = format!("{}: {words}", of.name);
    let opened = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration_incident (id, integration_id, kind, title, opened_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING")
        .bind(id.uuid()).bind(of.id.uuid()).bind(kind).bind(&title).bind(now.millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if opened == 0 {
        return Ok(0);
    }
    tell(cx, uow, actor, id, (of.id.uuid(), "integration.incident_opened"), kind, &title).await?;
    Ok(1)
}

async fn close(cx: &Services, actor: &Actor, of: &Standing) -> Result<u64, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let rows: Vec<(Uuid, String)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE integration_incident SET closed_at = $2
         WHERE integration_id = $1 AND closed_at IS NULL AND seen_at <= $3 RETURNING id, kind")
        .bind(of.id.uuid()).bind(now.millis()).bind(now.plus(-WELL).millis()).fetch_all(c).await)?;
    let Some((id, kind)) = rows.first() else { return Ok(0) };
    for (other, _) in &rows[1..] {
        super::incidents::write(uow.connection(), now, (*other).into(), "Job: health", "Closed: all has been well.")
            .await?;
    }
    tell(
        cx,
        uow,
        actor,
        (*id).into(),
        (of.id.uuid(), "integration.incident_closed"),
        kind,
        "Closed: all has been well.",
    )
    .await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// An entry on the incident, an event for webhooks, and one in the audit log.
async fn tell(
    cx: &Services,
    mut uow: UnitOfWork,
    actor: &Actor,
    id: IncidentId,
    (integration, action): (Uuid, &'static str),
    kind: &str,
    words: &str,
) -> Result<(), Error> {
    let now = cx.clock.now();
    super::incidents::write(uow.connection(), now, id, &actor.name(), words).await?;
    webhooks::announce(uow.connection(), now, action, "integration", integration).await?;
    let entry = audit::Entry::new(action)
        .target("integration", integration)
        .detail("incident", id.to_string())
        .detail("kind", kind);
    uow.commit(cx, actor, entry).await
}
