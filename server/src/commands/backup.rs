//! `keyfob backup` and `keyfob restore`: for the embedded database. PostgreSQL has tools of its own.

use std::path::Path;

use services::db::backup;

use super::{Exit, Failure, open_database, say};
use crate::config::Config;

pub(super) async fn write(config: &Config, path: &Path) -> Result<Exit, Failure> {
    let db = open_database(config).await?;
    backup::write(&db, path).await?;
    db.close().await;
    say(format_args!(
        "The backup is in {}. The master key ({}) is not in it.",
        path.display(),
        config.key_file().display()
    ));
    Ok(Exit::Done)
}

pub(super) async fn restore(config: &Config, path: &Path, replace: bool) -> Result<Exit, Failure> {
    backup::restore(config.database_url().expose(), path, replace).await?;
    say(format_args!("{} is in place.", path.display()));
    Ok(Exit::Done)
}
