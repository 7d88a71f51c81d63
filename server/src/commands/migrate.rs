//! `keyfob migrate`: for operators who want to do it before the new version serves. `serve` does it too.

use super::{Exit, Failure, open_database, say};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<Exit, Failure> {
    let db = open_database(config).await?;
    db.migrate().await?;
    say(format_args!("The {} database is up to date.", db.engine_word()));
    db.close().await;
    Ok(Exit::Done)
}
