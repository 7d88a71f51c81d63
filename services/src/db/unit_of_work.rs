//! A change and its audit entry, in one transaction.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Connection, Db, Engine};
use crate::{Error, Services, access::Actor, audit};

/// A transaction that can only be committed together with an audit entry. Dropped without a commit, it leaves no trace.
#[derive(Debug)]
pub struct UnitOfWork(Engine<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>);

impl UnitOfWork {
    pub(super) async fn begin(db: &Db) -> Result<Self, Error> {
        Ok(Self(match db {
            // IMMEDIATE: the lock is taken now, so that a read inside can't be overtaken before its write.
            Db::Sqlite { writer, .. } => Engine::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Engine::Postgres(pool.begin().await?),
        }))
    }

    /// The connection, for one statement.
    pub fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Engine::Sqlite(transaction) => Engine::Sqlite(transaction),
            Engine::Postgres(transaction) => Engine::Postgres(transaction),
        }
    }

    /// Sequences the audit entry last, then commits. Answers the event's id, for a timeline to point at.
    pub async fn commit(self, cx: &Services, actor: &Actor, entry: audit::Entry) -> Result<(), Error> {
        self.commit_all(cx, actor, vec![entry]).await
    }

    /// Like [`UnitOfWork::commit`] for a change that more than one entry tells of.
    pub async fn commit_all(mut self, cx: &Services, actor: &Actor, entries: Vec<audit::Entry>) -> Result<(), Error> {
        audit::append::append(self.connection(), cx.clock.now(), actor, entries).await?;
        self.finish().await
    }

    /// Commits what is not a change anybody made: the bookkeeping of sessions, throttles and checkpoints, which the
    /// audit log either records elsewhere or is itself.
    pub(crate) async fn commit_bookkeeping(self) -> Result<(), Error> {
        self.finish().await
    }

    async fn finish(self) -> Result<(), Error> {
        match self.0 {
            Engine::Sqlite(transaction) => transaction.commit().await?,
            Engine::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
