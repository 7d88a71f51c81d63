//! What was sent to an endpoint, and how each attempt went.

use domain::{
    Timestamp,
    ids::{DeliveryId, EndpointId},
    permissions::marker::AccessRead,
    webhooks::DeliveryState,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// How long it is known what was sent: 90 days, in milliseconds.
const KEPT: i64 = 90 * Timestamp::DAY;
/// So many are cleared away at a time, so that no change waits long for it.
const SWEPT: i64 = 5_000;

/// The way of an event to an endpoint.
#[derive(Clone, Debug, FromRow)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// To which endpoint.
    pub endpoint_id: Uuid,
    /// Which event: the message's id.
    pub event_id: Uuid,
    /// The type of the event.
    pub event_type: String,
    /// The kind of record it is about.
    pub object_type: String,
    /// Which record.
    pub object_id: Uuid,
    /// When it happened, in milliseconds.
    pub event_at: i64,
    state: String,
    /// How often it was tried since it was last asked for.
    pub attempts: i64,
    next_at: i64,
    /// What the last answer's status was; nothing when there was no answer.
    pub last_status: Option<i64>,
    /// Why the last attempt failed; empty when it didn't.
    pub last_error: String,
    /// When it was queued, in milliseconds.
    pub created_at: i64,
    /// When something last came of it, in milliseconds.
    pub updated_at: i64,
}

impl Delivery {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> DeliveryState {
        self.state.parse().unwrap_or(DeliveryState::Dead)
    }

    /// When it is tried next; nothing when it isn't.
    pub fn next_at(&self) -> Option<Timestamp> {
        (self.state() == DeliveryState::Ready).then_some(Timestamp(self.next_at))
    }
}

impl Keyed for Delivery {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.created_at), self.id)
    }
}

/// One attempt.
#[derive(Clone, Debug, FromRow)]
pub struct Attempt {
    /// When, in milliseconds.
    pub at: i64,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status; nothing when there was no answer.
    pub status: Option<i64>,
    /// Why it failed; empty when it didn't.
    pub error: String,
    /// How the answer began.
    pub excerpt: String,
}

/// Which deliveries, from where; the newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Only those that stand there.
    pub state: Option<DeliveryState>,
    /// The id of an event or of a record, or the beginning of a type.
    pub query: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

const SELECT: &str = "SELECT id, endpoint_id, event_id, event_type, object_type, object_id, event_at, state, attempts,
       next_at, last_status, last_error, created_at, updated_at
FROM webhook_delivery";

/// A page of what was sent to an endpoint.
pub async fn deliveries(
    cx: &Services,
    _access: &Access<AccessRead>,
    endpoint: EndpointId,
    filter: &DeliveryFilter,
) -> Result<Page<Delivery>, Error> {
    let mut list = KeysetList::new(SELECT, "created_at", "id", Direction::Descending)
        .filter("endpoint_id = ?", [Bind::Id(endpoint.uuid())]);
    if let Some(state) = filter.state {
        list = list.filter("state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = match Uuid::try_parse(query) {
            Ok(id) => list.filter("event_id = ? OR object_id = ?", [Bind::Id(id), Bind::Id(id)]),
            Err(_) => list.filter("event_type >= ? AND event_type < ?", prefix_range(query)),
        };
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One delivery with its attempts, the latest first.
pub async fn delivery(
    cx: &Services,
    _access: &Access<AccessRead>,
    id: DeliveryId,
) -> Result<(Delivery, Vec<Attempt>), Error> {
    let mut reading = cx.db.read().await?;
    let found: Page<Delivery> = KeysetList::new(SELECT, "created_at", "id", Direction::Descending)
        .filter("id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(reading.connection())
        .await?;
    let delivery = found.rows.into_iter().next().ok_or_else(|| {
        Error::not_found("webhook_delivery.not_found", "There is no such delivery, or it is no longer kept.")
    })?;
    let attempts = on!(reading.connection(), c => sqlx::query_as(
        "SELECT at, took_ms, status, error, excerpt FROM webhook_attempt
         WHERE delivery_id = $1 ORDER BY at DESC, id DESC LIMIT 100")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok((delivery, attempts))
}

/// Clears away what came to rest so long ago that it is no longer kept.
pub async fn sweep(cx: &Services) -> Result<(), Error> {
    let before = cx.clock.now().plus(-KEPT).millis();
    loop {
        let mut uow = cx.db.begin().await?;
        let swept = on!(uow.connection(), c => sqlx::query(
            "DELETE FROM webhook_delivery WHERE id IN (
                 SELECT id FROM webhook_delivery WHERE state IN ('done', 'dead') AND updated_at < $1 LIMIT $2)")
            .bind(before).bind(SWEPT).execute(c).await.map(|done| done.rows_affected()))?;
        uow.commit_bookkeeping().await?;
        if swept == 0 {
            return Ok(());
        }
    }
}
