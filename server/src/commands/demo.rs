//! `keyfob demo`: a believable fleet in an empty database, the same for the same seed.

use services::{Services, demo};

use super::{Exit, Failure, say};
use crate::cli::Demo;

pub(super) async fn run(cx: &Services, options: Demo) -> Result<Exit, Failure> {
    fill(cx, demo::Options { customers: options.customers, seed: options.seed }).await?;
    Ok(Exit::Done)
}

/// Fills, unless there is something already, and says how to sign in.
pub(super) async fn fill(cx: &Services, options: demo::Options) -> Result<(), Failure> {
    let filled = demo::fill(cx, options).await?;
    say("Demo accounts:");
    for account in &filled.accounts {
        say(format_args!("  {:<32} {:<24} {}", account.email, account.password, account.role));
    }
    Ok(())
}
