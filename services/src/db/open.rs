//! Opening a database by its URL.

use std::{str::FromStr, time::Duration};

use sqlx::{
    SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Db, migrations};

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no engine we know.
    #[error("the database URL must begin with sqlite:// or postgres://")]
    UnknownEngine,
    /// The URL is not well formed.
    #[error("the database URL can't be read: {0}")]
    Url(#[source] sqlx::Error),
    /// The folder or the file can't be made.
    #[error("the database file {path} can't be made: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nobody answers there, or they refuse us.
    #[error("the database can't be reached: {0}")]
    Connect(#[source] sqlx::Error),
    /// A migration failed; the database is as it was.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// How long a request waits for a connection before it is told that the database is away.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(3);

impl Db {
    /// Opens `sqlite://PATH` or `postgres://…`. A SQLite file that isn't there is made, readable by its owner only.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(OpenError::Url)?;
            let pool = PgPoolOptions::new()
                .max_connections(20)
                .acquire_timeout(WAIT_FOR_CONNECTION)
                .connect_with(options)
                .await
                .map_err(OpenError::Connect)?;
            Ok(Self::Postgres(pool))
        } else {
            Err(OpenError::UnknownEngine)
        }
    }

    /// Opens the schema `sandbox` in a PostgreSQL database, made if it isn't there: the same tables once more.
    pub async fn open_sandbox(url: &str) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(OpenError::Url)?;
        // Extensions are in `public`, and may be used from here.
        let options = options.options([("search_path", "sandbox,public")]);
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .connect_with(options)
            .await
            .map_err(OpenError::Connect)?;
        sqlx::query("CREATE SCHEMA IF NOT EXISTS sandbox").execute(&pool).await.map_err(OpenError::Connect)?;
        Ok(Self::Postgres(pool))
    }

    async fn open_sqlite(url: &str) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(OpenError::Url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: an acknowledged change survives the loss of power, not only of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "268435456")
            .pragma("temp_store", "memory")
            .optimize_on_close(true, 400);
        make_private_file(options.get_filename())?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone())
            .await
            .map_err(OpenError::Connect)?;
        let readers: SqlitePool = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(OpenError::Connect)?;
        Ok(Self::Sqlite { writer, readers })
    }

    /// Brings the tables up to date. Safe to call by several nodes at once; does nothing when they are.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        match self {
            Self::Sqlite { writer, .. } => migrations::SQLITE.run(writer).await?,
            Self::Postgres(pool) => migrations::POSTGRES.run(pool).await?,
        }
        Ok(())
    }
}

fn make_private_file(path: &std::path::Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::File { path: path.display().to_string(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut open = std::fs::OpenOptions::new();
    open.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop).map_err(failed)
}
