//! How fresh what a process remembers of credentials is.
//!
//! Every change of what a credential may do moves one number on, in the change's own transaction. A process compares
//! what it remembers with the newest number it has heard of. It hears of its own changes at once, of another node's by
//! a notification (PostgreSQL) and by asking twice a second; when it has heard nothing for five seconds, it trusts
//! nothing it remembers.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::postgres::PgListener;

use crate::{
    Db, Error, Services,
    access::Actor,
    audit,
    db::{Connection, Engine, UnitOfWork, on},
};

/// Without news for this long, memory is no longer trusted.
const TRUSTED_FOR: Duration = Duration::from_secs(5);
/// Between two questions. Two of them fit into the second within which a revocation holds everywhere.
const POLL: Duration = Duration::from_millis(400);
/// After a failure of the listening connection.
const RECONNECT: Duration = Duration::from_secs(2);
const CHANNEL: &str = "keyfob_credentials";

/// The newest epoch heard of, and when.
#[derive(Debug, Default)]
pub struct Epoch {
    current: AtomicI64,
    heard: Mutex<Option<Instant>>,
}

impl Epoch {
    /// The newest epoch, if it was heard of lately enough to go by.
    pub fn trusted(&self) -> Option<i64> {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.filter(|heard| heard.elapsed() < TRUSTED_FOR).map(|_| self.current.load(Ordering::Acquire))
    }

    /// A change of our own, or an epoch read beside something else: newer than what we knew, or not news.
    pub fn raise(&self, epoch: i64) {
        self.current.fetch_max(epoch, Ordering::AcqRel);
    }

    /// News from the database.
    fn hear(&self, epoch: i64) {
        self.raise(epoch);
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// The epoch as it stands in the database.
pub(super) async fn read(connection: Connection<'_>) -> Result<i64, Error> {
    let (epoch,): (i64,) =
        on!(connection, c => sqlx::query_as("SELECT epoch FROM credential_epoch WHERE id = 1").fetch_one(c).await)?;
    Ok(epoch)
}

/// Moves the epoch on, in the change's own transaction. Tell [`Epoch::raise`] once it is committed.
async fn bump(mut connection: Connection<'_>) -> Result<i64, Error> {
    let (epoch,): (i64,) = on!(connection.again(), c => sqlx::query_as(
        "UPDATE credential_epoch SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch").fetch_one(c).await)?;
    if let Engine::Postgres(connection) = connection {
        // Delivered when the transaction commits, and not at all when it doesn't.
        sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(epoch.to_string()).execute(connection).await?;
    }
    Ok(epoch)
}

/// Moves the epoch on and commits: this process knows at once.
pub(crate) async fn bump_and_commit(
    cx: &Services,
    mut uow: UnitOfWork,
    actor: &Actor,
    entries: Vec<audit::Entry>,
) -> Result<(), Error> {
    let epoch = bump(uow.connection()).await?;
    uow.commit_all(cx, actor, entries).await?;
    cx.epoch.raise(epoch);
    Ok(())
}

async fn ask(cx: &Services) {
    let asked = async {
        let mut reading = cx.db.read().await?;
        read(reading.connection()).await
    };
    match asked.await {
        Ok(epoch) => cx.epoch.hear(epoch),
        // Not hearing is told by the time that passes; the log need not repeat it twice a second.
        Err(error) => tracing::debug!(%error, "the credential epoch could not be asked for"),
    }
}

/// Listens and asks until the process ends.
pub async fn watch(cx: Services) {
    let Db::Postgres(pool) = cx.db.clone() else { return watch_by_polling(cx).await };
    loop {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        match listening.await {
            Ok(mut listener) => loop {
                ask(&cx).await;
                match tokio::time::timeout(POLL, listener.try_recv()).await {
                    Ok(Ok(Some(news))) => {
                        if let Ok(epoch) = news.payload().parse() {
                            cx.epoch.hear(epoch);
                        }
                    }
                    // Nothing new: ask again.
                    Err(_) => {}
                    Ok(Ok(None) | Err(_)) => break,
                }
            },
            Err(error) => tracing::debug!(%error, "the credential channel can't be listened to"),
        }
        let until = Instant::now() + RECONNECT;
        while Instant::now() < until {
            ask(&cx).await;
            tokio::time::sleep(POLL).await;
        }
    }
}

/// Asks until the process ends, without listening.
pub async fn watch_by_polling(cx: Services) {
    loop {
        ask(&cx).await;
        tokio::time::sleep(POLL).await;
    }
}
