//! One endpoint's queue: claiming what is due, sending it, and writing down how that went.
//!
//! Nothing is held over a call: work is claimed with a lease, sent without a transaction, and finished only by whoever
//! still holds the lease. A lease that runs out returns the work to the queue.

use std::time::{Duration, Instant};

use domain::{
    Timestamp,
    ids::EndpointId,
    webhooks::{self, Scheme},
};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rand::Rng;
use secrecy::{ExposeSecret, SecretSlice};
use sqlx::FromRow;
use uuid::Uuid;

use super::{endpoints::place, message, sign::signature};
use crate::{
    Error, Services,
    access::Actor,
    audit,
    db::{Connection, UnitOfWork, dialect, on},
    keys::Purpose,
    outbound::{Failure, Reply},
};

/// So much is claimed at a time.
const CLAIMED: i64 = 64;
/// So many messages are on their way to one endpoint at once.
const AT_ONCE: usize = 16;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long claimed work is ours: longer than the slowest receiver takes for all of it. Milliseconds.
const LEASE: i64 = 90 * Timestamp::SECOND;
/// The longest wait that a receiver can ask for: a day, in milliseconds.
const LONGEST_WAIT: i64 = Timestamp::DAY;

#[derive(Debug, FromRow)]
struct Claimed {
    id: Uuid,
    event_id: Uuid,
    event_type: String,
    object_type: String,
    object_id: Uuid,
    event_at: i64,
    attempts: i64,
}

#[derive(Debug, FromRow)]
struct TargetRow {
    url: String,
    scheme: String,
    max_per_second: Option<i64>,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    previous_until: Option<i64>,
}

/// Where to, and by which secrets it is signed.
#[derive(Debug)]
struct Target {
    url: String,
    scheme: Scheme,
    max_per_second: Option<u32>,
    secrets: Vec<SecretSlice<u8>>,
}

/// How an attempt went.
#[derive(Debug)]
struct Tried {
    claimed: Claimed,
    at: Timestamp,
    took_ms: i64,
    came: Result<Reply, Failure>,
}

impl Tried {
    fn status(&self) -> Option<StatusCode> {
        self.came.as_ref().ok().map(|reply| reply.status)
    }

    fn is_taken(&self) -> bool {
        self.status().is_some_and(|status| status.is_success())
    }

    /// Why it wasn't taken; empty when it was.
    fn error(&self) -> String {
        match &self.came {
            Ok(reply) if reply.status.is_success() => String::new(),
            Ok(reply) if reply.status.is_redirection() => {
                format!("answered {}; redirects are not followed", reply.status.as_u16())
            }
            Ok(reply) => format!("answered {}", reply.status.as_u16()),
            Err(failure) => failure.to_string(),
        }
    }
}

/// Sends one batch of what is due for an endpoint, and takes as long for it as the endpoint's rate wants. Answers how
/// much there was.
pub(super) async fn deliver(cx: &Services, endpoint: EndpointId) -> Result<usize, Error> {
    let (lease, begun) = (Uuid::new_v4(), Instant::now());
    let target = target(cx, endpoint).await?;
    let most = target.max_per_second.map_or(CLAIMED, i64::from).min(CLAIMED);
    let claimed = claim(cx, endpoint, lease, most).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let count = claimed.len();
    let tried: Vec<Tried> = stream::iter(claimed.into_iter().map(|claimed| attempt(cx, &target, claimed)))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    finish(cx, endpoint, lease, &tried).await?;
    if let (Some(most), Ok(sent)) = (target.max_per_second, u32::try_from(count)) {
        let time = Duration::from_secs(1) * sent / most.max(1);
        tokio::time::sleep(time.saturating_sub(begun.elapsed())).await;
    }
    Ok(count)
}

async fn claim(cx: &Services, endpoint: EndpointId, lease: Uuid, most: i64) -> Result<Vec<Claimed>, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let statement = dialect::claim_deliveries(&uow.connection());
    let claimed = on!(uow.connection(), c => sqlx::query_as(statement)
        .bind(lease).bind(now.plus(LEASE).millis()).bind(now.millis()).bind(endpoint.uuid()).bind(most)
        .fetch_all(c).await)?;
    uow.commit_bookkeeping().await?;
    Ok(claimed)
}

async fn target(cx: &Services, id: EndpointId) -> Result<Target, Error> {
    let mut reading = cx.db.read().await?;
    let row: TargetRow = on!(reading.connection(), c => sqlx::query_as(
        "SELECT url, scheme, max_per_second, secret, previous_secret, previous_until FROM webhook_endpoint WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    let now = cx.clock.now();
    let previous = row.previous_secret.filter(|_| row.previous_until.is_some_and(|until| Timestamp(until) > now));
    let secrets = [Some(row.secret), previous].into_iter().flatten();
    let secrets: Result<Vec<_>, Error> = secrets
        .map(|sealed| cx.keys.unseal(Purpose::SealWebhookSecret, &place(id), &sealed).map(SecretSlice::from))
        .collect();
    Ok(Target {
        url: row.url,
        scheme: row.scheme.parse().map_err(Error::internal)?,
        max_per_second: row.max_per_second.and_then(|most| u32::try_from(most).ok()),
        secrets: secrets?,
    })
}

async fn attempt(cx: &Services, target: &Target, claimed: Claimed) -> Tried {
    let (at, begun) = (cx.clock.now(), Instant::now());
    let body = message::body(
        claimed.event_id,
        &claimed.event_type,
        Timestamp(claimed.event_at),
        &claimed.object_type,
        claimed.object_id,
    );
    let came = match headers(target, &claimed.event_id.to_string(), at, &body) {
        Ok(headers) => cx.outbound.post(&target.url, headers, body, PATIENCE).await,
        Err(error) => {
            error.log();
            Err(Failure::Refused("it could not be signed".to_owned()))
        }
    };
    Tried { claimed, at, took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX), came }
}

fn headers(target: &Target, id: &str, at: Timestamp, body: &str) -> Result<HeaderMap, Error> {
    let seconds = at.millis() / Timestamp::SECOND;
    let signatures: Result<Vec<String>, Error> = target
        .secrets
        .iter()
        .map(|secret| signature(target.scheme, secret.expose_secret(), id, seconds, body))
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("Keyfob-Webhooks/1"));
    headers.insert("webhook-timestamp", HeaderValue::from(seconds));
    headers.insert("webhook-id", HeaderValue::from_str(id).map_err(Error::internal)?);
    headers.insert("webhook-signature", HeaderValue::from_str(&signatures?.join(" ")).map_err(Error::internal)?);
    Ok(headers)
}

/// Writes down how a batch went.
async fn finish(cx: &Services, endpoint: EndpointId, lease: Uuid, tried: &[Tried]) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    for one in tried {
        note(uow.connection(), now, lease, one).await?;
    }
    let is_gone = tried.iter().any(|one| one.status() == Some(StatusCode::GONE));
    match judge(uow.connection(), now, endpoint, tried.iter().any(Tried::is_taken), is_gone).await? {
        Some(why) => stop(cx, uow, endpoint, why).await,
        None => uow.commit_bookkeeping().await,
    }
}

/// One attempt: what it makes of its delivery, and its line in the log. One that is no longer ours is left alone.
async fn note(mut connection: Connection<'_>, now: Timestamp, lease: Uuid, tried: &Tried) -> Result<(), Error> {
    let attempts = tried.claimed.attempts + 1;
    let asked = tried.came.as_ref().ok().and_then(|reply| reply.retry_after).unwrap_or(0).min(LONGEST_WAIT);
    let wait = webhooks::retry_after(attempts, rand::rng().random_range(0..=1_000)).map(|wait| wait.max(asked));
    let (state, next) = match (tried.is_taken(), wait) {
        (true, _) => ("done", now),
        (false, Some(wait)) => ("ready", now.plus(wait)),
        (false, None) => ("dead", now),
    };
    let status = tried.status().map(|status| i64::from(status.as_u16()));
    let error = tried.error();
    let ours = on!(connection.again(), c => sqlx::query(
        "UPDATE webhook_delivery
         SET state = $3, attempts = $4, next_at = $5, last_status = $6, last_error = $7, updated_at = $8,
             lease_id = NULL, lease_until = NULL
         WHERE id = $1 AND lease_id = $2")
        .bind(tried.claimed.id).bind(lease).bind(state).bind(attempts).bind(next.millis()).bind(status).bind(&error)
        .bind(now.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if ours == 0 {
        return Ok(());
    }
    let excerpt = tried.came.as_ref().map_or("", |reply| reply.excerpt.as_str());
    on!(connection, c => sqlx::query(
        "INSERT INTO webhook_attempt (id, delivery_id, at, took_ms, status, error, excerpt)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(Uuid::now_v7()).bind(tried.claimed.id).bind(tried.at.millis()).bind(tried.took_ms).bind(status)
        .bind(error).bind(excerpt).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// How the endpoint does after a batch; a word when it is to be stopped.
async fn judge(
    connection: Connection<'_>,
    now: Timestamp,
    endpoint: EndpointId,
    is_taken: bool,
    is_gone: bool,
) -> Result<Option<&'static str>, Error> {
    let row: Option<(Option<i64>,)> = on!(connection, c => sqlx::query_as(
        "UPDATE webhook_endpoint
         SET failing_since = CASE WHEN $3 THEN NULL ELSE COALESCE(failing_since, $2) END,
             last_success_at = CASE WHEN $3 THEN $2 ELSE last_success_at END
         WHERE id = $1
         RETURNING failing_since")
        .bind(endpoint.uuid()).bind(now.millis()).bind(is_taken).fetch_optional(c).await)?;
    let since = row.and_then(|(since,)| since).map(Timestamp);
    Ok(if is_gone {
        Some("gone")
    } else if since.is_some_and(|since| now.since(since) >= webhooks::PATIENCE) {
        Some("failing")
    } else {
        None
    })
}

/// Sends nothing more to an endpoint that wants nothing or takes nothing. What is queued waits until somebody enables it.
async fn stop(cx: &Services, mut uow: UnitOfWork, endpoint: EndpointId, why: &'static str) -> Result<(), Error> {
    let stopped = on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_endpoint SET is_enabled = FALSE, stopped_why = $2, updated_at = $3, version = version + 1
         WHERE id = $1 AND is_enabled")
        .bind(endpoint.uuid()).bind(why).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if stopped == 0 {
        return uow.commit_bookkeeping().await;
    }
    tracing::warn!(%endpoint, why, "a webhook endpoint was stopped");
    let entry = audit::Entry::new("webhook_endpoint.stopped")
        .target("webhook_endpoint", endpoint)
        .outcome(audit::Outcome::Failed)
        .detail("why", why);
    uow.commit(cx, &Actor::job("webhooks"), entry).await
}
