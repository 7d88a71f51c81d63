//! Calls that wait for their time: put in with the change that needs them, worked off in the background, and looked after
//! by people when that fails.

use domain::{
    Timestamp,
    ids::{IntegrationId, PartnerCallId},
    integrations::CallState,
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on},
    keys::Purpose,
    staff,
};

/// No more than this is sent again at once.
const MOST_REPLAYED: i64 = 10_000;

/// A call to be made later.
#[derive(Clone, Debug)]
pub struct NewCall<'a> {
    /// To which integration.
    pub integration: IntegrationId,
    /// Which operation.
    pub operation: &'a str,
    /// The same for the same work: it is queued once, and done once by the partner.
    pub key: &'a str,
    /// The record that needs it.
    pub subject: (&'a str, Uuid),
    /// What it is for, in a few words.
    pub title: &'a str,
    /// What is sent.
    pub payload: &'a Value,
}

/// What the payload of a queued call is sealed for.
pub(super) fn place(id: Uuid) -> String {
    format!("partner_call/payload/{id}")
}

/// Queues a call, inside the unit of work of the change that needs it. The same work twice is queued once.
pub async fn enqueue(
    cx: &Services,
    mut connection: Connection<'_>,
    by: &str,
    new: &NewCall<'_>,
) -> Result<PartnerCallId, Error> {
    let id = PartnerCallId::new();
    let payload = serde_json::to_vec(new.payload).map_err(Error::internal)?;
    let payload = cx.keys.seal(Purpose::SealPartnerData, &place(id.uuid()), &payload)?;
    let now = cx.clock.now().millis();
    on!(connection.again(), c => sqlx::query(
        "INSERT INTO partner_call (id, integration_id, operation, idempotency_key, subject_type, subject_id, title,
                                   payload, state, next_at, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ready', $9, $9, $10, $9)
         ON CONFLICT (integration_id, operation, idempotency_key) DO NOTHING")
        .bind(id.uuid()).bind(new.integration.uuid()).bind(new.operation).bind(new.key).bind(new.subject.0)
        .bind(new.subject.1).bind(new.title).bind(payload).bind(now).bind(by)
        .execute(c).await.map(|_| ()))?;
    let (id,): (Uuid,) = on!(connection, c => sqlx::query_as(
        "SELECT id FROM partner_call WHERE integration_id = $1 AND operation = $2 AND idempotency_key = $3")
        .bind(new.integration.uuid()).bind(new.operation).bind(new.key).fetch_one(c).await)?;
    Ok(id.into())
}

/// A queued call as read; what is sent stays sealed.
#[derive(Clone, Debug, FromRow)]
pub struct Queued {
    /// Its id.
    pub id: Uuid,
    /// To which integration.
    pub integration_id: Uuid,
    /// Its name.
    pub integration_name: String,
    /// Which operation.
    pub operation: String,
    /// By which the partner knows it again.
    pub idempotency_key: String,
    /// What kind of record needs it.
    pub subject_type: String,
    /// Which record.
    pub subject_id: Uuid,
    /// What it is for.
    pub title: String,
    state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, in milliseconds.
    pub next_at: i64,
    /// Why it was not done yet; empty when it was not tried.
    pub last_error: String,
    /// Since when it waits, in milliseconds.
    pub created_at: i64,
    /// Who needed it.
    pub created_by: String,
    /// When something last happened to it, in milliseconds.
    pub updated_at: i64,
}

impl Queued {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> CallState {
        self.state.parse().unwrap_or(CallState::Dead)
    }
}

impl Keyed for Queued {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.created_at), self.id)
    }
}

/// Which queued calls, from where.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// Only those that stand so.
    pub state: Option<CallState>,
    /// Only those to this integration.
    pub integration: Option<IntegrationId>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of queued calls, the newest first.
pub async fn page(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    filter: &QueueFilter,
) -> Result<Page<Queued>, Error> {
    let mut list = KeysetList::new(
        "SELECT q.id, q.integration_id, i.name AS integration_name, q.operation, q.idempotency_key, q.subject_type,
                q.subject_id, q.title, q.state, q.attempts, q.next_at, q.last_error, q.created_at, q.created_by,
                q.updated_at
         FROM partner_call q JOIN integration i ON i.id = q.integration_id",
        "q.created_at",
        "q.id",
        Direction::Descending,
    );
    if let Some(state) = filter.state {
        list = list.filter("q.state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(id) = filter.integration {
        list = list.filter("q.integration_id = ?", [Bind::Id(id.uuid())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One queued call.
pub async fn one(cx: &Services, _access: &Access<IntegrationsRead>, id: PartnerCallId) -> Result<Queued, Error> {
    let mut reading = cx.db.read().await?;
    load(reading.connection(), id).await
}

async fn load(connection: Connection<'_>, id: PartnerCallId) -> Result<Queued, Error> {
    let row: Option<Queued> = on!(connection, c => sqlx::query_as(
        "SELECT q.id, q.integration_id, i.name AS integration_name, q.operation, q.idempotency_key, q.subject_type,
                q.subject_id, q.title, q.state, q.attempts, q.next_at, q.last_error, q.created_at, q.created_by,
                q.updated_at
         FROM partner_call q JOIN integration i ON i.id = q.integration_id WHERE q.id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("partner_call.not_found", "There is no such call. The address may be wrong."))
}

/// The calls that a record needed, the newest first, at most 50. For whoever may read the record.
pub async fn of_subject(connection: Connection<'_>, kind: &str, id: Uuid) -> Result<Vec<Queued>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT q.id, q.integration_id, i.name AS integration_name, q.operation, q.idempotency_key, q.subject_type,
                q.subject_id, q.title, q.state, q.attempts, q.next_at, q.last_error, q.created_at, q.created_by,
                q.updated_at
         FROM partner_call q JOIN integration i ON i.id = q.integration_id
         WHERE q.subject_type = $1 AND q.subject_id = $2
         ORDER BY q.created_at DESC, q.id DESC LIMIT 50")
        .bind(kind).bind(id).fetch_all(c).await)?)
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting or on their way.
    pub ready: i64,
    /// Given up.
    pub dead: i64,
    /// Since when the oldest of them waits.
    pub oldest_ready: Option<Timestamp>,
}

/// How much waits, over all integrations.
pub async fn counts(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Counts, Error> {
    let mut reading = cx.db.read().await?;
    let (ready, oldest): (i64, Option<i64>) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*), MIN(created_at) FROM partner_call WHERE state IN ('ready', 'running')")
        .fetch_one(c).await)?;
    let (dead,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM partner_call WHERE state = 'dead'").fetch_one(c).await)?;
    Ok(Counts { ready, dead, oldest_ready: oldest.map(Timestamp) })
}

/// Sends one again, from the beginning, whether it was given up or only waits for its next try.
pub async fn replay(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: PartnerCallId,
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    again(cx, access.actor(), id, reason).await
}

/// Like [`replay`], for whoever may change the record that needs it.
pub(crate) async fn again(cx: &Services, actor: &Actor, id: PartnerCallId, reason: String) -> Result<(), Error> {
    let now = cx.clock.now().millis();
    let mut uow = cx.db.begin().await?;
    let queued = load(uow.connection(), id).await?;
    let moved = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner_call SET state = 'ready', attempts = 0, next_at = $2, updated_at = $2
         WHERE id = $1 AND state IN ('dead', 'ready', 'cancelled')")
        .bind(id.uuid()).bind(now).execute(c).await.map(|done| done.rows_affected()))?;
    if moved == 0 {
        return Err(Error::conflict(
            "partner_call.not_waiting",
            format!("This call is {}. There is nothing to send again.", queued.state().label().to_lowercase()),
        ));
    }
    crate::steps::settle(uow.connection(), &queued.subject_type, queued.subject_id).await?;
    let entry = audit::Entry::new("partner_call.replayed")
        .target("partner_call", id)
        .reason(reason)
        .detail("operation", queued.operation);
    uow.commit(cx, actor, entry).await
}

/// Sends again what was given up between two instants, at so many a minute. Answers how many.
pub async fn replay_many(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    integration: Option<IntegrationId>,
    from: Timestamp,
    until: Timestamp,
    per_minute: i64,
    reason: &str,
) -> Result<i64, Error> {
    let reason = staff::reason(reason)?;
    if !(1..=6_000).contains(&per_minute) {
        return Err(Error::invalid_field("per_minute", "Enter 1 to 6,000 calls a minute."));
    }
    if until <= from {
        return Err(Error::invalid_field("until", "The end must lie after the beginning."));
    }
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let rows: Vec<(Uuid, Uuid)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT id, integration_id FROM partner_call
         WHERE state = 'dead' AND created_at >= $1 AND created_at < $2 ORDER BY created_at, id LIMIT $3")
        .bind(from.millis()).bind(until.millis()).bind(MOST_REPLAYED).fetch_all(c).await)?;
    let wanted = rows.into_iter().filter(|(_, of)| integration.is_none_or(|id| id.uuid() == *of));
    let mut count = 0;
    for (id, _) in wanted {
        let next = now.plus(count * Timestamp::MINUTE / per_minute).millis();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE partner_call SET state = 'ready', attempts = 0, next_at = $2, updated_at = $3
             WHERE id = $1 AND state = 'dead'")
            .bind(id).bind(next).bind(now.millis()).execute(c).await.map(|_| ()))?;
        count += 1;
    }
    let entry = audit::Entry::new("partner_call.replayed_many")
        .target("integration", integration.map(|id| id.to_string()).unwrap_or_default())
        .reason(reason)
        .detail("count", count)
        .detail("per_minute", per_minute);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(count)
}

/// Takes one off the queue: it is not needed any more.
pub async fn cancel(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: PartnerCallId,
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    let queued = load(uow.connection(), id).await?;
    let moved = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner_call SET state = 'cancelled', updated_at = $2 WHERE id = $1 AND state IN ('ready', 'dead')")
        .bind(id.uuid()).bind(cx.clock.now().millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if moved == 0 {
        return Err(Error::conflict(
            "partner_call.not_waiting",
            format!("This call is {}. It can’t be cancelled.", queued.state().label().to_lowercase()),
        ));
    }
    crate::steps::settle(uow.connection(), &queued.subject_type, queued.subject_id).await?;
    let entry = audit::Entry::new("partner_call.cancelled")
        .target("partner_call", id)
        .reason(reason)
        .detail("operation", queued.operation);
    uow.commit(cx, access.actor(), entry).await
}
