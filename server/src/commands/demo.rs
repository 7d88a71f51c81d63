//! `keyfob demo`: a believable fleet in an empty database, the same for the same seed.

use std::time::Instant;

use services::{Services, demo};

use super::{Exit, Failure, say};
use crate::cli::Demo;

pub(super) async fn run(cx: &Services, options: Demo) -> Result<Exit, Failure> {
    fill(cx, demo::Options { customers: options.customers, seed: options.seed }).await?;
    Ok(Exit::Done)
}

/// Fills, unless there is something already, and says how to sign in.
pub(super) async fn fill(cx: &Services, options: demo::Options) -> Result<(), Failure> {
    let begun = Instant::now();
    let filled = demo::fill(cx, options).await?;
    if filled.customers > 0 {
        say(format_args!(
            "Made {} customers, {} vehicles and {} subscriptions in {:.1} s.",
            filled.customers,
            filled.vehicles,
            filled.subscriptions,
            begun.elapsed().as_secs_f64()
        ));
    }
    say(format_args!("Demo accounts, all with the password {}:", demo::PASSWORD));
    for account in demo::ACCOUNTS {
        say(format_args!("  {:<36} {}", account.email, account.role_name));
    }
    Ok(())
}
