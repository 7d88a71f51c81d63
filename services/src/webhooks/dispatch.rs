//! The loop that hands events out and works off each endpoint's queue beside all others', so that one that hangs delays
//! none.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{credentials::Environment, ids::EndpointId};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use super::{deliver::deliver, outbox::fan_out};
use crate::{Db, Error, Services, db::on};

/// So many batches of events are handed out in a round.
const BATCHES: usize = 4;
/// How often the outbox and the queues are looked at.
const ROUND: Duration = Duration::from_millis(100);
/// How long nothing is tried after a round that failed.
const RECOVERY: Duration = Duration::from_secs(1);
/// After how many rounds leases that ran out are looked for: five seconds.
const SWEEP: u64 = 50;

/// Delivers until it is stopped. Several processes may do it at once over one database.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    cx: Services,
    is_stopping: Arc<AtomicBool>,
    busy: Arc<Mutex<BTreeSet<EndpointId>>>,
}

impl Dispatcher {
    /// Over the database that keeps the endpoints.
    pub fn new(cx: Services) -> Self {
        Self { cx, is_stopping: Arc::default(), busy: Arc::default() }
    }

    /// Takes nothing new from now on; [`Dispatcher::run`] ends when what is on its way has arrived.
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
        let mut queues = JoinSet::new();
        if matches!(self.cx.db, Db::Sqlite { .. }) {
            // No other process works on this file: what is leased is left over from one that ended.
            log(release(&self.cx, i64::MAX).await);
        }
        for round in 0_u64.. {
            ticks.tick().await;
            if self.is_stopping() {
                break;
            }
            if round % SWEEP == 0 {
                log(release(&self.cx, self.cx.clock.now().millis()).await);
            }
            if let Err(error) = self.round(&mut queues).await {
                log(Err(error));
                // With the database gone there is no use in asking ten times a second.
                tokio::time::sleep(RECOVERY).await;
            }
            while queues.try_join_next().is_some() {}
        }
        while queues.join_next().await.is_some() {}
    }

    async fn round(&self, queues: &mut JoinSet<()>) -> Result<(), Error> {
        // What is queued is sent even if what waits in the outbox can't be queued.
        let handed_out = self.hand_out().await;
        for endpoint in due(&self.cx).await? {
            self.begin(queues, endpoint);
        }
        handed_out
    }

    /// Hands out what waits in the outbox; what comes faster waits for the next round.
    async fn hand_out(&self) -> Result<(), Error> {
        for _ in 0..BATCHES {
            if fan_out(&self.cx, &self.cx, Environment::Live).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Works off an endpoint's queue, unless that is being done.
    fn begin(&self, queues: &mut JoinSet<()>, endpoint: EndpointId) {
        if !self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(endpoint) {
            return;
        }
        let dispatcher = self.clone();
        queues.spawn(async move {
            // Until nothing is due, or something fails: then the next round begins again.
            while !dispatcher.is_stopping() {
                match deliver(&dispatcher.cx, endpoint).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) => {
                        log(Err(error));
                        break;
                    }
                }
            }
            dispatcher.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&endpoint);
        });
    }
}

/// Endpoints for which something is due.
async fn due(cx: &Services) -> Result<Vec<EndpointId>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT e.id
         FROM webhook_endpoint e
         JOIN partner p ON p.id = e.partner_id
         WHERE e.is_enabled AND p.status = 'active'
           AND EXISTS (SELECT 1 FROM webhook_delivery d
                       WHERE d.endpoint_id = e.id AND d.state = 'ready' AND d.next_at <= $1)")
        .bind(cx.clock.now().millis()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Returns work to the queue whose lease ended before `before`.
async fn release(cx: &Services, before: i64) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_delivery SET state = 'ready', lease_id = NULL, lease_until = NULL
         WHERE state = 'running' AND lease_until < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

fn log(outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!("a round of webhooks did not finish; the next one tries again");
        error.log();
    }
}
