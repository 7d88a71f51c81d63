//! From the change to the endpoints: an event waits in the outbox, written with the change, until it is handed out.

use domain::{Timestamp, credentials::Environment, ids::DeliveryId, webhooks::event_type};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::{
    Error, Services,
    db::{Connection, on},
    timeline::NewEntry,
};

/// How many events are handed out at a time.
const BATCH: i64 = 256;
/// Deliveries in one INSERT: eleven values each, far below what either engine binds at most.
const ROWS: usize = 200;

/// Puts an event out, in the change's own unit of work. What is in no catalogue is not told.
pub(crate) async fn put_out(
    connection: Connection<'_>,
    now: Timestamp,
    id: Uuid,
    entry: &NewEntry<'_>,
) -> Result<(), Error> {
    if event_type(entry.action).is_none() {
        return Ok(());
    }
    on!(connection, c => sqlx::query(
        "INSERT INTO event_outbox (id, at, action, object_type, object_id) VALUES ($1, $2, $3, $4, $5)")
        .bind(id).bind(now.millis()).bind(entry.action).bind(entry.subject.as_str()).bind(entry.id)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Puts an event out that stands on no record's timeline.
pub(crate) async fn announce(
    connection: Connection<'_>,
    now: Timestamp,
    action: &str,
    object_type: &str,
    object_id: Uuid,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "INSERT INTO event_outbox (id, at, action, object_type, object_id) VALUES ($1, $2, $3, $4, $5)")
        .bind(Uuid::now_v7()).bind(now.millis()).bind(action).bind(object_type).bind(object_id)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

#[derive(Debug, FromRow)]
struct Event {
    id: Uuid,
    at: i64,
    action: String,
    object_type: String,
    object_id: Uuid,
}

#[derive(Debug, FromRow)]
struct Wanting {
    id: Uuid,
    event_types: String,
}

/// Hands out what waits in the outbox of `from` to the endpoints for `environment`, which `to` keeps. Answers how many
/// events there were. Two may do it at once, and it may break off anywhere: an event reaches an endpoint's queue once.
pub async fn fan_out(from: &Services, to: &Services, environment: Environment) -> Result<usize, Error> {
    let mut reading = from.db.read().await?;
    let events: Vec<Event> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, at, action, object_type, object_id FROM event_outbox ORDER BY id LIMIT $1")
        .bind(BATCH).fetch_all(c).await)?;
    drop(reading);
    if events.is_empty() {
        return Ok(0);
    }
    let mut reading = to.db.read().await?;
    let endpoints: Vec<Wanting> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, event_types FROM webhook_endpoint WHERE environment = $1 AND (is_enabled OR stopped_why <> '')")
        .bind(environment.as_str()).fetch_all(c).await)?;
    drop(reading);
    let deliveries: Vec<(Uuid, &Event)> = endpoints
        .iter()
        .flat_map(|endpoint| {
            let wanted: Vec<String> = serde_json::from_str(&endpoint.event_types).unwrap_or_default();
            events
                .iter()
                .filter(move |event| wanted.is_empty() || wanted.contains(&event.action))
                .map(|event| (endpoint.id, event))
        })
        .collect();
    if !deliveries.is_empty() {
        queue(to, &deliveries).await?;
    }
    let mut uow = from.db.begin().await?;
    on!(uow.connection(), c => {
        let mut query = QueryBuilder::new("DELETE FROM event_outbox WHERE id IN (");
        let mut ids = query.separated(", ");
        for event in &events {
            ids.push_bind(event.id);
        }
        query.push(")");
        query.build().persistent(false).execute(c).await.map(|_| ())
    })?;
    uow.commit_bookkeeping().await?;
    Ok(events.len())
}

async fn queue(to: &Services, deliveries: &[(Uuid, &Event)]) -> Result<(), Error> {
    let now = to.clock.now().millis();
    let mut uow = to.db.begin().await?;
    for rows in deliveries.chunks(ROWS) {
        on!(uow.connection(), c => {
            let mut query = QueryBuilder::new(
                "INSERT INTO webhook_delivery (id, endpoint_id, event_id, event_type, object_type, object_id, event_at,
                                               state, next_at, created_at, updated_at) ",
            );
            query.push_values(rows, |mut row, (endpoint, event)| {
                row.push_bind(DeliveryId::new().uuid()).push_bind(endpoint).push_bind(event.id)
                    .push_bind(&event.action).push_bind(&event.object_type).push_bind(event.object_id)
                    .push_bind(event.at).push_bind("ready").push_bind(now).push_bind(now).push_bind(now);
            });
            query.push(" ON CONFLICT (endpoint_id, event_id) DO NOTHING");
            query.build().persistent(false).execute(c).await.map(|_| ())
        })?;
    }
    uow.commit_bookkeeping().await
}
