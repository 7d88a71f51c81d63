//! The database: embedded SQLite or PostgreSQL behind one small layer.
//!
//! A query is written once, with `$1` placeholders and SQL that both engines understand, and run by [`on!`] on whichever
//! is open; both arms are type-checked. What differs lives in [`dialect`].

pub mod backup;
pub mod dialect;
pub mod list;
mod migrations;
mod open;
mod unit_of_work;

pub use list::{Bind, Direction, Keyed, KeysetList, Page, prefix_range};
pub use open::OpenError;
pub use unit_of_work::UnitOfWork;

use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};

use crate::Error;

/// One of two things, by engine.
#[derive(Debug)]
pub enum Engine<S, P> {
    /// Embedded SQLite.
    Sqlite(S),
    /// PostgreSQL.
    Postgres(P),
}

/// A connection to run statements on, inside a unit of work or for reading.
pub type Connection<'a> = Engine<&'a mut SqliteConnection, &'a mut PgConnection>;

/// Runs one expression on whichever engine is open. Both arms are type-checked.
#[macro_export]
macro_rules! on {
    ($engine:expr, $connection:ident => $body:expr) => {
        match $engine {
            $crate::db::Engine::Sqlite($connection) => $body,
            $crate::db::Engine::Postgres($connection) => $body,
        }
    };
}
pub use on;

/// The open database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// Embedded: one writer, several readers, one file.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that read, beside the writer.
        readers: SqlitePool,
    },
    /// A server that several nodes share.
    Postgres(PgPool),
}

/// A connection taken from the pool for reading.
#[derive(Debug)]
pub struct Reading(Engine<PoolConnection<Sqlite>, PoolConnection<Postgres>>);

impl Reading {
    /// The connection, for one statement.
    pub fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Engine::Sqlite(connection) => Engine::Sqlite(connection),
            Engine::Postgres(connection) => Engine::Postgres(connection),
        }
    }
}

impl Connection<'_> {
    /// The same connection again, for the next statement.
    pub fn again(&mut self) -> Connection<'_> {
        match self {
            Engine::Sqlite(connection) => Engine::Sqlite(connection),
            Engine::Postgres(connection) => Engine::Postgres(connection),
        }
    }
}

impl Db {
    /// A connection for reading. Waits for a free one for a bounded time, then says that the database is away.
    pub async fn read(&self) -> Result<Reading, Error> {
        Ok(Reading(match self {
            Self::Sqlite { readers, .. } => Engine::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Engine::Postgres(pool.acquire().await?),
        }))
    }

    /// Begins a unit of work: everything in it happens together with its audit entry, or not at all.
    pub async fn begin(&self) -> Result<UnitOfWork, Error> {
        UnitOfWork::begin(self).await
    }

    /// The word for the engine, for pages and logs.
    pub const fn engine_word(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut reading = self.read().await?;
        on!(reading.connection(), c => sqlx::query("SELECT 1").execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes all connections, after those in use have come back.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
