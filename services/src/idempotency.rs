//! Idempotency keys: a creating call that is sent again gets the answer of the first, and is not done again.
//!
//! The key is taken in a transaction of its own before the call is carried out, and the answer stored after it. A call
//! whose process dies in between leaves its key taken without an answer; it may be taken again once the call can't be
//! under way any more.

use domain::{Timestamp, ids::CredentialId};
use sqlx::FromRow;

use crate::{Error, Services, db::on};

/// Answers are repeated for so long; milliseconds.
const KEPT: i64 = Timestamp::DAY;
/// No call is under way for longer than this; milliseconds.
const LONGEST_CALL: i64 = 2 * Timestamp::MINUTE;

/// The answer of the first call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Headers that belong to it, as `name: value` lines.
    pub headers: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// What a key means for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new: carry the call out and store its answer.
    Now,
    /// The call was made before; this was its answer.
    Before(Answer),
}

#[derive(FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    status: Option<i64>,
    headers: String,
    body: Option<Vec<u8>>,
    created_at: i64,
}

/// Takes a key for a call. `fingerprint` is a hash of what was asked for.
pub async fn take(cx: &Services, caller: CredentialId, key: &str, fingerprint: &[u8; 32]) -> Result<Taken, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "DELETE FROM idempotency_key
         WHERE credential_id = $1 AND key = $2 AND (created_at < $3 OR (status IS NULL AND created_at < $4))")
        .bind(caller.uuid()).bind(key).bind(now.plus(-KEPT).millis()).bind(now.plus(-LONGEST_CALL).millis())
        .execute(c).await.map(|_| ()))?;
    let inserted = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO idempotency_key (credential_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (credential_id, key) DO NOTHING")
        .bind(caller.uuid()).bind(key).bind(fingerprint.as_slice()).bind(now.millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if inserted == 1 {
        uow.commit_bookkeeping().await?;
        return Ok(Taken::Now);
    }
    let row: Row = on!(uow.connection(), c => sqlx::query_as(
        "SELECT fingerprint, status, headers, body, created_at FROM idempotency_key WHERE credential_id = $1 AND key = $2")
        .bind(caller.uuid()).bind(key).fetch_one(c).await)?;
    if row.fingerprint != fingerprint {
        return Err(Error::unprocessable(
            "idempotency.other_payload",
            "This Idempotency-Key was used for another request. Use a new key for each new request.",
        ));
    }
    if let (Some(status), Some(body)) = (row.status.and_then(|status| u16::try_from(status).ok()), row.body) {
        return Ok(Taken::Before(Answer { status, headers: row.headers, body }));
    }
    let age = now.since(Timestamp(row.created_at)) / Timestamp::SECOND;
    tracing::debug!(age, "a call with the same idempotency key is under way");
    Err(Error::conflict(
        "idempotency.in_progress",
        "The first request with this Idempotency-Key is still being carried out. Ask again in a moment.",
    ))
}

/// Stores the answer of a call.
pub async fn store(cx: &Services, caller: CredentialId, key: &str, answer: &Answer) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE idempotency_key SET status = $3, headers = $4, body = $5 WHERE credential_id = $1 AND key = $2")
        .bind(caller.uuid()).bind(key).bind(i64::from(answer.status)).bind(&answer.headers).bind(answer.body.as_slice())
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

/// Lets a key go: the call was refused and changed nothing, so it may be tried again with it.
pub async fn release(cx: &Services, caller: CredentialId, key: &str) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "DELETE FROM idempotency_key WHERE credential_id = $1 AND key = $2 AND status IS NULL")
        .bind(caller.uuid()).bind(key).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
