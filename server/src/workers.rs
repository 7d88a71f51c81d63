//! What happens without anybody asking: due changes, checkpoints of the audit log, tidying up.

use std::time::Duration;

use services::{Error, Services, audit::checkpoint, form_token, subscriptions};
use tokio::time::{MissedTickBehavior, interval};

/// How often the work is looked at.
const ROUND: Duration = Duration::from_secs(20);
/// After how many rounds it is tidied up: about each hour.
const TIDY: u64 = 180;

/// Works until the process ends. Two nodes may do it at once: each piece of work is its own transaction and is found
/// done by whoever comes second.
pub async fn run(services: Services) {
    let mut rounds = interval(ROUND);
    // After a standstill one round is enough.
    rounds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for round in 0_u64.. {
        rounds.tick().await;
        log("due changes", subscriptions::run_due(&services).await.map(|_| ()));
        log("audit checkpoints", checkpoint::sign_if_due(&services).await.map(|_| ()));
        if round % TIDY == 0 {
            log("form tokens", form_token::sweep_now(&services).await);
        }
    }
}

fn log(what: &'static str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!(what, "a round of background work did not finish; the next one tries again");
        error.log();
    }
}
