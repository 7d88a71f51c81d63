//! Working off queued calls: claimed with a lease, sent without a transaction, finished only by whoever holds the lease.
//!
//! An open breaker, a kill switch or a closed gate holds work: it is put back as it was, and nothing is given up for it.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{CallOutcome, Plan, after_failure},
};
use futures::{StreamExt, stream};
use rand::Rng;
use serde_json::Value;
use sqlx::FromRow;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use super::{
    attempt::Failed,
    call::{Answer, Ask, observe, send},
    line::Line,
    log, plan, queue,
};
use crate::{
    Error, Services,
    access::Actor,
    db::{dialect, on},
    keys::Purpose,
};

/// So many are claimed at a time.
const CLAIMED: i64 = 32;
/// So many of one integration are under way at once.
const AT_ONCE: usize = 4;
/// How long claimed work is ours: longer than the longest deadline, twice (the second provider's), for all of it.
/// Milliseconds.
const LEASE: i64 = 40 * Timestamp::MINUTE;
/// When held work is looked at again; milliseconds.
const HELD: i64 = 10 * Timestamp::SECOND;
/// How often the queue is looked at.
const ROUND: Duration = Duration::from_millis(250);
/// After how many rounds leases that ran out are looked for: about half a minute.
const SWEEP: u64 = 120;
/// How long what is done or cancelled is kept; milliseconds.
const KEPT: i64 = 90 * Timestamp::DAY;
/// How long the log is kept; milliseconds.
const LOG_KEPT: i64 = 400 * Timestamp::DAY;

#[derive(Debug, FromRow)]
struct Claimed {
    id: Uuid,
    operation: String,
    idempotency_key: String,
    subject_type: String,
    subject_id: Uuid,
    payload: Vec<u8>,
    attempts: i64,
}

/// Works off queued calls until it is stopped. Several processes may do it at once over one database.
#[derive(Clone, Debug)]
pub struct CallWorker {
    cx: Services,
    is_stopping: Arc<AtomicBool>,
    busy: Arc<Mutex<BTreeSet<IntegrationId>>>,
}

impl CallWorker {
    /// Over the database that keeps the queue.
    pub fn new(cx: Services) -> Self {
        Self { cx, is_stopping: Arc::default(), busy: Arc::default() }
    }

    /// Takes nothing new from now on; [`CallWorker::run`] ends when what is on its way has ended.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Works until it is stopped. What fails is tried again in the next round.
    pub async fn run(&self) {
        let mut ticks = interval(ROUND);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut running = JoinSet::new();
        if matches!(self.cx.db, crate::Db::Sqlite { .. }) {
            // No other process works on this file: what is leased is left over from one that ended.
            report(release(&self.cx, i64::MAX).await);
        }
        for round in 0_u64.. {
            ticks.tick().await;
            if self.is_stopping() {
                break;
            }
            if round % SWEEP == 0 {
                report(release(&self.cx, self.cx.clock.now().millis()).await);
            }
            match due(&self.cx).await {
                Ok(integrations) => integrations.into_iter().for_each(|id| self.begin(&mut running, id)),
                Err(error) => {
                    error.log();
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            while running.try_join_next().is_some() {}
        }
        while running.join_next().await.is_some() {}
    }

    /// Works off one integration's calls beside all others', unless that is being done.
    fn begin(&self, running: &mut JoinSet<()>, id: IntegrationId) {
        if !self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return;
        }
        let worker = self.clone();
        running.spawn(async move {
            report(batch(&worker.cx, id).await.map(|_| ()));
            worker.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }
}

fn report(outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!("a round of queued calls did not finish; the next one tries again");
        error.log();
    }
}

/// Does what is due now, once; answers how many calls were looked at. For tests, and for a press on "Try now".
pub async fn work_once(cx: &Services) -> Result<usize, Error> {
    let mut count = 0;
    for id in due(cx).await? {
        count += batch(cx, id).await?;
    }
    Ok(count)
}

/// Integrations for which something is due and may go out: live, and with a breaker that lets something through, or with
/// a second provider that can be asked instead.
async fn due(cx: &Services) -> Result<Vec<IntegrationId>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id
         FROM integration i
         JOIN partner p ON p.id = i.partner_id
         LEFT JOIN integration_breaker b ON b.integration_id = i.id
         WHERE EXISTS (SELECT 1 FROM partner_call q
                       WHERE q.integration_id = i.id AND q.state = 'ready' AND q.next_at <= $1)
           AND ((i.state IN ('live', 'restricted') AND p.status = 'active'
                 AND (b.held_until IS NULL OR b.held_until <= $1))
                OR EXISTS (SELECT 1 FROM integration_operation o
                           WHERE o.integration_id = i.id AND o.plan = 'second'))")
        .bind(cx.clock.now().millis()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// One batch of an integration's calls. Answers how many there were.
async fn batch(cx: &Services, integration: IntegrationId) -> Result<usize, Error> {
    let lease = Uuid::new_v4();
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let statement = dialect::claim_calls(&uow.connection());
    let claimed: Vec<Claimed> = on!(uow.connection(), c => sqlx::query_as(statement)
        .bind(lease).bind(now.plus(LEASE).millis()).bind(now.millis()).bind(integration.uuid()).bind(CLAIMED)
        .fetch_all(c).await)?;
    uow.commit_bookkeeping().await?;
    let count = claimed.len();
    let outcomes: Vec<Result<(), Error>> = stream::iter(claimed)
        .map(|claimed| one(cx, integration, lease, claimed))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    outcomes.into_iter().collect::<Result<Vec<()>, Error>>()?;
    Ok(count)
}

/// One call: sent, or asked of the second provider, or put off.
async fn one(cx: &Services, integration: IntegrationId, lease: Uuid, claimed: Claimed) -> Result<(), Error> {
    let actor = Actor::job("partner calls");
    let (at, begun) = (cx.clock.now(), Instant::now());
    let payload = cx.keys.unseal(Purpose::SealPartnerData, &queue::place(claimed.id), &claimed.payload)?;
    let payload: Value = serde_json::from_slice(&payload).map_err(Error::internal)?;
    let line = match Line::read(cx, integration, &claimed.operation).await {
        Ok(line) => line,
        Err(error) if error.status == 404 => {
            let failed = Failed::new(domain::integrations::CallFailure::Gate, "the operation is no longer there");
            return finish(cx, lease, &claimed, Some(&failed)).await;
        }
        Err(error) => return Err(error),
    };
    let ask = Ask {
        integration,
        operation: claimed.operation.clone(),
        payload,
        subject: subject(&claimed),
        key: Some(claimed.idempotency_key.clone()),
    };
    let tried = send(cx, &line, &ask).await?;
    let mut outcome = CallOutcome::Answered;
    let mut failed = tried.result.as_ref().err().cloned();
    let may_ask_second =
        failed.as_ref().is_some_and(|failed| failed.failure.may_pass_later()) && line.operation.plan == Plan::Second;
    if may_ask_second && let Some(Answer::Second(..)) = plan::second(cx, &line, &ask).await? {
        (outcome, failed) = (CallOutcome::Second, None);
    }
    let is_held = failed.as_ref().is_some_and(|failed| plan::is_held(failed.failure));
    if failed.is_some() {
        outcome = CallOutcome::Queued;
    }
    finish(cx, lease, &claimed, failed.as_ref()).await?;
    if is_held {
        return Ok(());
    }
    log::write(
        cx,
        &actor,
        &log::Line {
            at,
            integration,
            operation: &claimed.operation,
            subject: subject(&claimed),
            outcome,
            failed: failed.as_ref().or(tried.result.as_ref().err()),
            status: tried.status,
            attempts: tried.attempts,
            took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            is_drill: line.is_drilled(at),
        },
    )
    .await?;
    observe(cx, &line, at, outcome, &tried);
    Ok(())
}

fn subject(claimed: &Claimed) -> Option<(&'static str, Uuid)> {
    let kind = ["subscription", "vehicle", "customer", "driver"].into_iter().find(|kind| *kind == claimed.subject_type);
    kind.map(|kind| (kind, claimed.subject_id))
}

/// Writes down what became of a call that is still ours.
async fn finish(cx: &Services, lease: Uuid, claimed: &Claimed, failed: Option<&Failed>) -> Result<(), Error> {
    let now = cx.clock.now();
    let (state, attempts, next) = match failed {
        None => ("done", claimed.attempts + 1, now),
        Some(failed) if plan::is_held(failed.failure) => ("ready", claimed.attempts, now.plus(HELD)),
        Some(failed) if !failed.failure.may_pass_later() => ("dead", claimed.attempts + 1, now),
        Some(failed) => {
            let attempts = claimed.attempts + 1;
            match after_failure(attempts, rand::rng().random_range(0..=1_000)) {
                Some(wait) => ("ready", attempts, now.plus(wait.max(failed.retry_after.unwrap_or(0)))),
                None => ("dead", attempts, now),
            }
        }
    };
    let words = failed.map(|failed| format!("{}: {}", failed.failure.label(), failed.detail)).unwrap_or_default();
    let mut uow = cx.db.begin().await?;
    let ours = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner_call
         SET state = $3, attempts = $4, next_at = $5, last_error = $6, updated_at = $7, lease_id = NULL,
             lease_until = NULL
         WHERE id = $1 AND lease_id = $2")
        .bind(claimed.id).bind(lease).bind(state).bind(attempts).bind(next.millis()).bind(words).bind(now.millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if ours > 0 {
        crate::steps::settle(uow.connection(), &claimed.subject_type, claimed.subject_id).await?;
    }
    uow.commit_bookkeeping().await
}

/// Returns work to the queue whose lease ended before `before`.
async fn release(cx: &Services, before: i64) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE partner_call SET state = 'ready', lease_id = NULL, lease_until = NULL
         WHERE state = 'running' AND lease_until < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

/// Forgets what is old: calls that are done, the log, and answers that no plan may use any more.
pub async fn sweep(cx: &Services) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "DELETE FROM partner_call WHERE state IN ('done', 'cancelled') AND created_at < $1")
        .bind(now.plus(-KEPT).millis()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM gateway_call WHERE at < $1")
        .bind(now.plus(-LOG_KEPT).millis()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM last_answer WHERE at < $1")
        .bind(now.plus(-plan::KEPT).millis()).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
