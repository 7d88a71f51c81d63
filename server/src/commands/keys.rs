//! `keyfob keys …`: putting the vault under a new master key.

use domain::permissions::marker::IntegrationsManage;
use services::{Keys, Services, access::Actor, vault};

use super::{Exit, Failure, say};
use crate::config::Config;

/// Adds a master key to the key file.
pub(super) fn rotate_master(config: &Config) -> Result<Exit, Failure> {
    let path = config.key_file();
    let fingerprint = Keys::add_master(&path).map_err(|error| {
        Failure::new(Exit::Usage, format!("key_file: no master key can be added to {}: {error}", path.display()))
    })?;
    say(format_args!("The master key {fingerprint} was added to {}.", path.display()));
    say("Copy the file to every node and start them again. Then `keyfob keys rewrap` puts the vault under it;");
    say("the workers of a running portal do the same by themselves.");
    Ok(Exit::Done)
}

/// Seals what is under older master keys again, step by step; broken off, it goes on where it was.
pub(super) async fn rewrap(cx: &Services) -> Result<Exit, Failure> {
    let access = Actor::command_line().authorize::<IntegrationsManage>()?;
    loop {
        let reached = vault::rewrap(cx, &access).await?;
        say(format_args!(
            "{} of {} secrets are under the newest master key.",
            reached.done,
            reached.done + reached.left
        ));
        if reached.left == 0 {
            return Ok(Exit::Done);
        }
    }
}
