//! Backup and restore of the embedded database, while it is in use. PostgreSQL has tools of its own.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;

use super::{Db, OpenError};
use crate::Error;

/// Writes a consistent copy to a new file.
pub async fn write(db: &Db, path: &Path) -> Result<(), Error> {
    let Db::Sqlite { readers, .. } = db else {
        return Err(Error::refused("backup.postgres", "PostgreSQL is backed up with its own tools, like pg_dump."));
    };
    if path.exists() {
        return Err(Error::refused(
            "backup.exists",
            format!("{} exists already. Choose another file.", path.display()),
        ));
    }
    let mut copy = path.as_os_str().to_owned();
    copy.push(".part");
    let copy = PathBuf::from(copy);
    let _ = std::fs::remove_file(&copy);
    sqlx::query("VACUUM INTO $1").bind(copy.display().to_string()).execute(readers).await?;
    // Complete under its own name, or not there at all.
    std::fs::rename(&copy, path).map_err(Error::internal)
}

/// Puts a backup in place of the database that `url` names. With `replace` an existing one is kept beside it.
pub async fn restore(url: &str, path: &Path, replace: bool) -> Result<(), OpenError> {
    let options: SqliteConnectOptions = url.parse().map_err(OpenError::Url)?;
    let target = options.get_filename().to_owned();
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| OpenError::File { path, source }
    };
    let backup = Db::open(&format!("sqlite://{}", path.display())).await?;
    backup.migrate().await?;
    backup.close().await;
    if target.exists() {
        if !replace {
            let source = std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "there is a database already; say --replace to keep it beside",
            );
            return Err(failed(&target)(source));
        }
        let aside = target.with_extension("before-restore");
        std::fs::rename(&target, &aside).map_err(failed(&target))?;
        for extra in ["-wal", "-shm"] {
            let mut name = target.as_os_str().to_owned();
            name.push(extra);
            let _ = std::fs::remove_file(PathBuf::from(name));
        }
    }
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    std::fs::copy(path, &target).map(|_| ()).map_err(failed(&target))
}
