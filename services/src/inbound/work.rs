//! Working messages off: claimed with a lease, handled, and ended only by whoever still holds the lease.

use domain::{
    Timestamp,
    ids::IntegrationId,
    inbound::{MessageState, retry_after},
    integrations::IntegrationKind,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{payload::Payload, payments, place, telematics};
use crate::{
    Error, Services,
    db::{Connection, dialect, on},
    keys::Purpose,
};

/// So many are claimed at a time.
const CLAIMED: i64 = 32;
/// How long claimed messages are ours: far longer than all of them take. Milliseconds.
const LEASE: i64 = 60 * Timestamp::SECOND;
/// So many characters of a failure are kept.
const LONGEST_ERROR: usize = 300;

#[derive(Debug, FromRow)]
struct Claimed {
    id: Uuid,
    integration_id: Uuid,
    external_id: String,
    body: Option<Vec<u8>>,
    attempts: i64,
}

/// A message that a worker holds.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: Uuid,
    pub(super) lease: Uuid,
    pub(super) external_id: String,
    pub(super) integration: IntegrationId,
    pub(super) partner_name: String,
    pub(super) kind: IntegrationKind,
    pub(super) payload: Payload,
}

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// What it says was done: what that was.
    Done(String),
    /// Nothing is done about it: why.
    Ignored(String),
    /// Somebody has to decide: why.
    Parked(String),
}

/// Works off one batch of what is due. Answers how much that was; several processes may do it at once.
pub async fn work_once(cx: &Services) -> Result<usize, Error> {
    let lease = Uuid::new_v4();
    let claimed = claim(cx, lease).await?;
    let count = claimed.len();
    for one in claimed {
        let (id, attempts) = (one.id, one.attempts);
        let ending = match handle(cx, lease, one).await {
            Ok(None) => continue,
            Ok(Some(ending)) => ending,
            Err(error) => {
                fail(cx, id, lease, attempts, &error).await?;
                continue;
            }
        };
        let mut uow = cx.db.begin().await?;
        end(uow.connection(), cx.clock.now(), id, lease, &ending).await?;
        uow.commit_bookkeeping().await?;
    }
    Ok(count)
}

async fn claim(cx: &Services, lease: Uuid) -> Result<Vec<Claimed>, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    release(uow.connection(), now).await?;
    let statement = dialect::claim_inbound(&uow.connection());
    let claimed = on!(uow.connection(), c => sqlx::query_as(statement)
        .bind(lease).bind(now.plus(LEASE).millis()).bind(now.millis()).bind(CLAIMED)
        .fetch_all(c).await)?;
    uow.commit_bookkeeping().await?;
    Ok(claimed)
}

/// Returns messages to the queue whose worker ended before them. One that ended workers as often as there is patience
/// for is parked: it may be what ends them.
async fn release(connection: Connection<'_>, now: Timestamp) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE inbound_message
         SET state = CASE WHEN attempts >= $2 THEN 'parked' ELSE 'ready' END, lease_id = NULL, lease_until = NULL,
             last_error = 'The worker that had it ended before it was done.', updated_at = $1
         WHERE state = 'running' AND lease_until < $1")
        .bind(now.millis()).bind(domain::inbound::MOST_ATTEMPTS).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Does what a message says. Nothing when that has also ended it, in its own transaction.
async fn handle(cx: &Services, lease: Uuid, claimed: Claimed) -> Result<Option<Ending>, Error> {
    let Some(sealed) = claimed.body else {
        return Ok(Some(Ending::Parked("What it said was erased before it was worked off.".to_owned())));
    };
    let body = cx.keys.unseal(Purpose::SealPartnerData, &place(claimed.id), &sealed)?;
    let Ok(payload) = Payload::read(&body) else {
        return Ok(Some(Ending::Parked("It can't be read.".to_owned())));
    };
    let mut reading = cx.db.read().await?;
    let (kind, partner_name): (String, String) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.kind, p.name FROM integration i JOIN partner p ON p.id = i.partner_id WHERE i.id = $1")
        .bind(claimed.integration_id).fetch_one(c).await)?;
    drop(reading);
    let job = Job {
        id: claimed.id,
        lease,
        external_id: claimed.external_id,
        integration: claimed.integration_id.into(),
        partner_name,
        kind: kind.parse().map_err(Error::internal)?,
        payload,
    };
    match job.kind {
        IntegrationKind::Payments => payments::handle(cx, &job).await,
        IntegrationKind::Telematics => telematics::handle(cx, &job).await.map(Some),
        _ => Ok(Some(unruled())),
    }
}

/// For what no rule says what to do.
pub(super) fn unruled() -> Ending {
    Ending::Ignored("There is no rule for messages of this type.".to_owned())
}

/// Ends a message, if its lease is still this one.
pub(super) async fn end(
    connection: Connection<'_>,
    now: Timestamp,
    id: Uuid,
    lease: Uuid,
    ending: &Ending,
) -> Result<bool, Error> {
    let (state, words) = match ending {
        Ending::Done(words) => (MessageState::Done, words),
        Ending::Ignored(words) => (MessageState::Ignored, words),
        Ending::Parked(words) => (MessageState::Parked, words),
    };
    let ended = on!(connection, c => sqlx::query(
        "UPDATE inbound_message
         SET state = $3, outcome = $4, last_error = '', updated_at = $5, lease_id = NULL, lease_until = NULL
         WHERE id = $1 AND lease_id = $2")
        .bind(id).bind(lease).bind(state.as_str()).bind(words).bind(now.millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Puts a message off that could not be worked off, or parks it when that was the last try.
async fn fail(cx: &Services, id: Uuid, lease: Uuid, attempts: i64, error: &Error) -> Result<(), Error> {
    error.log();
    let now = cx.clock.now();
    let words: String = error.message.chars().take(LONGEST_ERROR).collect();
    let (state, next, outcome) = match retry_after(attempts) {
        Some(wait) => (MessageState::Ready, now.plus(wait), ""),
        None => (MessageState::Parked, now, "It failed as often as it is tried."),
    };
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE inbound_message
         SET state = $3, next_at = $4, last_error = $5, outcome = $6, updated_at = $7, lease_id = NULL, lease_until = NULL
         WHERE id = $1 AND lease_id = $2")
        .bind(id).bind(lease).bind(state.as_str()).bind(next.millis()).bind(words).bind(outcome).bind(now.millis())
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
