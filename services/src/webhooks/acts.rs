//! What people do to an endpoint and to what was sent to it.

use domain::{
    Timestamp,
    credentials::Environment,
    ids::{DeliveryId, EndpointId, EventId},
    permissions::marker::WebhooksManage,
    webhooks::{Scheme, TEST},
};
use uuid::Uuid;

use super::{
    OVERLAP,
    endpoints::{Proof, fresh_proof},
    not_found,
};
use crate::{
    Error, Services,
    access::{Access, ActorKind},
    audit,
    db::{Connection, on},
    staff,
};

/// These are acts of people: a machine changes its endpoints by the partner API.
fn by_a_person(access: &Access<WebhooksManage>) -> Result<(), Error> {
    match access.actor().kind() {
        ActorKind::Machine { .. } => Err(Error::denied("webhooks.people_only", "People do this, in the portal.")),
        _ => Ok(()),
    }
}

/// For which environment an endpoint is, and how it signs.
async fn kind_of(connection: Connection<'_>, id: EndpointId) -> Result<(Environment, Scheme), Error> {
    let row: Option<(String, String)> = on!(connection, c => sqlx::query_as(
        "SELECT environment, scheme FROM webhook_endpoint WHERE id = $1").bind(id.uuid()).fetch_optional(c).await)?;
    let (environment, scheme) = row.ok_or_else(not_found)?;
    Ok((environment.parse().map_err(Error::internal)?, scheme.parse().map_err(Error::internal)?))
}

/// Makes a new secret or key. The one before signs beside it for a day, so that a receiver can change over.
pub async fn rotate(
    cx: &Services,
    access: &Access<WebhooksManage>,
    id: EndpointId,
    reason: &str,
) -> Result<Proof, Error> {
    by_a_person(access)?;
    let why = staff::reason(reason)?;
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let (environment, scheme) = kind_of(uow.connection(), id).await?;
    let (sealed, proof) = fresh_proof(cx, id, scheme, environment)?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_endpoint
         SET previous_secret = secret, previous_until = $3, secret = $2, updated_at = $4, version = version + 1
         WHERE id = $1")
        .bind(id.uuid()).bind(sealed).bind(now.plus(OVERLAP).millis()).bind(now.millis())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("webhook_endpoint.rotated").target("webhook_endpoint", id).reason(why);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(proof)
}

/// Sends nothing more to an endpoint. What waits for it goes on waiting; what happens meanwhile is not queued.
pub async fn disable(cx: &Services, access: &Access<WebhooksManage>, id: EndpointId, why: &str) -> Result<(), Error> {
    turn(cx, access, id, why, false, "webhook_endpoint.disabled").await
}

/// Sends to an endpoint again, beginning with what waits.
pub async fn enable(cx: &Services, access: &Access<WebhooksManage>, id: EndpointId, why: &str) -> Result<(), Error> {
    turn(cx, access, id, why, true, "webhook_endpoint.enabled").await
}

async fn turn(
    cx: &Services,
    access: &Access<WebhooksManage>,
    id: EndpointId,
    reason: &str,
    is_enabled: bool,
    action: &'static str,
) -> Result<(), Error> {
    by_a_person(access)?;
    let why = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    kind_of(uow.connection(), id).await?;
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_endpoint
         SET is_enabled = $2, stopped_why = '', failing_since = NULL, updated_at = $3, version = version + 1
         WHERE id = $1 AND is_enabled <> $2")
        .bind(id.uuid()).bind(is_enabled).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        let state = if is_enabled { "enabled" } else { "disabled" };
        return Err(Error::refused("webhook_endpoint.other_state", format!("This endpoint is {state} already.")));
    }
    let entry = audit::Entry::new(action).target("webhook_endpoint", id).reason(why);
    uow.commit(cx, access.actor(), entry).await
}

/// Sends a message of the type [`TEST`] to an endpoint. Answers its delivery.
pub async fn test(cx: &Services, access: &Access<WebhooksManage>, id: EndpointId) -> Result<DeliveryId, Error> {
    by_a_person(access)?;
    let (delivery, now) = (DeliveryId::new(), cx.clock.now().millis());
    let mut uow = cx.db.begin().await?;
    kind_of(uow.connection(), id).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO webhook_delivery (id, endpoint_id, event_id, event_type, object_type, object_id, event_at, state,
                                       next_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $2, $6, 'ready', $6, $6, $6)")
        .bind(delivery.uuid()).bind(id.uuid()).bind(EventId::new().uuid()).bind(TEST.name).bind(TEST.object())
        .bind(now).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("webhook_endpoint.tested").target("webhook_endpoint", id);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(delivery)
}

/// Sends an event again, with the same id, whatever became of it before.
pub async fn resend(cx: &Services, access: &Access<WebhooksManage>, id: DeliveryId) -> Result<EndpointId, Error> {
    by_a_person(access)?;
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE webhook_delivery SET state = 'ready', attempts = 0, next_at = $2, updated_at = $2
         WHERE id = $1 AND state <> 'running' RETURNING endpoint_id")
        .bind(id.uuid()).bind(cx.clock.now().millis()).fetch_optional(c).await)?;
    let Some((endpoint,)) = row else {
        let words = "It is on its way right now, or was sent so long ago that it is no longer kept.";
        return Err(Error::refused("webhook_delivery.not_at_rest", words));
    };
    let entry = audit::Entry::new("webhook_endpoint.resent")
        .target("webhook_endpoint", endpoint)
        .detail("delivery", id.to_string());
    uow.commit(cx, access.actor(), entry).await?;
    Ok(endpoint.into())
}

/// What to send again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recover {
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// What happened from then on …
    pub from: Timestamp,
    /// … and before then.
    pub until: Timestamp,
    /// Also what was delivered, not only what was given up.
    pub with_delivered: bool,
}

/// Sends everything of a range of time again. Answers how much that is.
pub async fn recover(
    cx: &Services,
    access: &Access<WebhooksManage>,
    command: Recover,
    reason: &str,
) -> Result<u64, Error> {
    by_a_person(access)?;
    let why = staff::reason(reason)?;
    if command.from >= command.until {
        return Err(Error::invalid_field("until", "The end must be after the beginning."));
    }
    let mut uow = cx.db.begin().await?;
    kind_of(uow.connection(), command.endpoint).await?;
    let count = on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_delivery SET state = 'ready', attempts = 0, next_at = $4, updated_at = $4
         WHERE endpoint_id = $1 AND event_at >= $2 AND event_at < $3
           AND (state = 'dead' OR (state = 'done' AND $5))")
        .bind(command.endpoint.uuid()).bind(command.from.millis()).bind(command.until.millis())
        .bind(cx.clock.now().millis()).bind(command.with_delivered)
        .execute(c).await.map(|done| done.rows_affected()))?;
    let entry = audit::Entry::new("webhook_endpoint.recovered")
        .target("webhook_endpoint", command.endpoint)
        .reason(why)
        .detail("from", command.from.millis())
        .detail("until", command.until.millis())
        .detail("with_delivered", command.with_delivered)
        .detail("count", count);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(count)
}
