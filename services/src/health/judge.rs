//! Opening and closing incidents: five hundred failures make one, and it closes by itself when all has been well a while.

use domain::{
    Timestamp, health::Health, ids::IncidentId, integrations::IntegrationState, permissions::marker::IntegrationsRead,
};
use sqlx::FromRow;
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

/// One of a kind for each integration, of which there are dozens.
const MOST_OPEN: i64 = 2_000;

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

/// An incident that is open.
#[derive(Clone, Debug, FromRow)]
struct Open {
    id: Uuid,
    integration_id: Uuid,
    kind: String,
    seen_at: i64,
    state: String,
}

/// Judges every integration: opens, goes on with and closes incidents. Two nodes may do it at once. Answers how many
/// were opened and closed.
pub async fn judge(cx: &Services) -> Result<(u64, u64), Error> {
    let actor = Actor::job("health");
    let access: Access<IntegrationsRead> = actor.authorize()?;
    let open_ones = read_open(cx).await?;
    let (mut opened, mut closed) = (0, 0);
    for standing in all(cx, &access).await? {
        let its: Vec<&Open> = open_ones.iter().filter(|one| one.integration_id == standing.id.uuid()).collect();
        if let Some((kind, words)) = kind(standing.health) {
            opened += open(cx, &actor, &standing, kind, words).await?;
        } else if its.is_empty() {
            // Nothing is written about what is well and was.
        } else if is_well(&standing) {
            for one in its {
                closed += close(cx, &actor, one, WELL, "Closed: all has been well.").await?;
            }
        } else {
            // Whoever works on it, switched it off or does not call it learns nothing about it: no incident is over.
            go_on(cx, standing.id.uuid()).await?;
        }
    }
    for one in open_ones.iter().filter(|one| one.state == IntegrationState::Retired.as_str()) {
        closed += close(cx, &actor, one, 0, "Closed: the integration is not used any more.").await?;
    }
    Ok((opened, closed))
}

/// Whether calls of the last hour show that all is well.
fn is_well(standing: &Standing) -> bool {
    standing.health.is_well() && standing.hour.calls > 0
}

async fn read_open(cx: &Services) -> Result<Vec<Open>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT n.id, n.integration_id, n.kind, n.seen_at, i.state
         FROM integration_incident n JOIN integration i ON i.id = n.integration_id
         WHERE n.closed_at IS NULL LIMIT $1")
        .bind(MOST_OPEN).fetch_all(c).await)?)
}

/// Every open incident of an integration goes on.
async fn go_on(cx: &Services, integration: Uuid) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    touch(&mut uow, cx.clock.now(), integration).await?;
    uow.commit_bookkeeping().await
}

async fn touch(uow: &mut UnitOfWork, now: Timestamp, integration: Uuid) -> Result<(), Error> {
    on!(uow.connection(), c => sqlx::query(
        "UPDATE integration_incident SET seen_at = $2 WHERE integration_id = $1 AND closed_at IS NULL")
        .bind(integration).bind(now.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn open(cx: &Services, actor: &Actor, of: &Standing, kind: &str, words: &str) -> Result<u64, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    // While anything is wrong, none of its incidents is over.
    touch(&mut uow, now, of.id.uuid()).await?;
    let id = IncidentId::new();
    let title = format!("{}: {words}", of.name);
    let opened = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration_incident (id, integration_id, kind, title, opened_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING")
        .bind(id.uuid()).bind(of.id.uuid()).bind(kind).bind(&title).bind(now.millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if opened == 0 {
        uow.commit_bookkeeping().await?;
        return Ok(0);
    }
    tell(cx, uow, actor, id, (of.id.uuid(), "integration.incident_opened"), kind, &title).await?;
    Ok(1)
}

/// Closes an incident that has not been seen for so many milliseconds.
async fn close(cx: &Services, actor: &Actor, one: &Open, well: i64, words: &str) -> Result<u64, Error> {
    let now = cx.clock.now();
    let latest = now.plus(-well).millis();
    if one.seen_at > latest {
        return Ok(0);
    }
    let mut uow = cx.db.begin().await?;
    let closed = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration_incident SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL AND seen_at <= $3")
        .bind(one.id).bind(now.millis()).bind(latest).execute(c).await.map(|done| done.rows_affected()))?;
    if closed == 0 {
        return Ok(0);
    }
    let told = (one.integration_id, "integration.incident_closed");
    tell(cx, uow, actor, one.id.into(), told, &one.kind, words).await?;
    Ok(1)
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
