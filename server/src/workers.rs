//! What happens without anybody asking: due changes, checkpoints of the audit log, tidying up.

use std::{sync::Arc, time::Duration};

use domain::credentials::Environment;
use services::{
    Error, Services,
    access::Actor,
    assessments,
    audit::{self, checkpoint},
    contracts, disclosures, form_token, gateway, health, inbound, oauth, patches, subscriptions, usage, vault,
    webhooks,
};
use tokio::time::{MissedTickBehavior, interval};

use crate::{metrics, partner_api::Api};

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
        log("health of integrations", health::judge(&services).await.map(|_| ()));
        log("due changes", subscriptions::run_due(&services).await.map(|_| ()));
        log("the vault’s master key", rewrap(&services).await);
        log("gates of integrations", assessments::watch(&services).await);
        log("updates", patches::run_due(&services).await.map(|_| ()));
        log("audit checkpoints", checkpoint::sign_if_due(&services).await.map(|_| ()));
        if round % TIDY == 0 {
            log("form tokens", form_token::sweep_now(&services).await);
            log("old counts of calls", usage::sweep(&services).await);
            log("tokens that are over", oauth::sweep(&services).await);
            log("old deliveries", webhooks::sweep(&services).await);
            log("old health", health::sweep(&services).await);
            log("old calls to partners", gateway::sweep(&services).await);
            log("old disclosures", contracts::sweep(&services).await.map(|_| ()));
            log("old messages in", inbound::sweep(&services).await.map(|_| ()));
        }
    }
}

/// One step of putting the vault under the newest master key, while anything is under an older one.
async fn rewrap(services: &Services) -> Result<(), Error> {
    let access = Actor::job("master key").authorize()?;
    vault::rewrap(services, &access).await.map(|_| ())
}

/// Between two writes of what was counted: a refusal can be looked up within a second.
const COUNTING: Duration = Duration::from_millis(500);

/// After how many writes the numbers for the people on call are renewed: each ten seconds.
const NUMBERS: u64 = 20;

/// Writes what was counted of calls, until the process ends.
pub async fn count(services: Services, api: Arc<Api>) {
    let mut ticks = interval(COUNTING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for round in 0_u64.. {
        ticks.tick().await;
        count_once(&services, &api).await;
        if round % NUMBERS == 0 {
            log("numbers of partners", metrics::count_partners(&services).await);
        }
    }
}

/// Writes what was counted of calls, and tells the audit log when calls could not be counted by the limits.
pub async fn count_once(services: &Services, api: &Api) {
    log("counts of calls", usage::flush(services, api.recorder()).await);
    log("counts of calls to partners", health::flush(services).await);
    log("what left for partners", disclosures::flush(services, &services.disclosures).await);
    for (at, is_away) in services.limiter.take_turns() {
        let action = if is_away { "limits.store_away" } else { "limits.store_back" };
        let entry =
            audit::Entry::new(action).detail("at", at.millis()).detail("store", services.limiter.health().store);
        log("health of the limits", audit::record(services, &Actor::job("limits"), entry).await);
    }
}

/// Between two looks at what happened in the sandbox.
const SANDBOX: Duration = Duration::from_millis(250);

/// Hands out what happens in the sandbox to the endpoints for tests, until the process ends.
pub async fn fan_out_sandbox(api: Arc<Api>) {
    let Some(sandbox) = api.sandbox() else { return };
    let mut ticks = interval(SANDBOX);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let handed_out = webhooks::fan_out(sandbox, api.services(), Environment::Test).await;
        log("events of the sandbox", handed_out.map(|_| ()));
    }
}

/// Between two looks at what came in from partners.
const MESSAGES: Duration = Duration::from_millis(500);

/// Works off what comes in from partners, until the process ends. What it is at is one transaction, or is found done by
/// whoever takes it up.
pub async fn work_off_messages(services: Services) {
    let mut ticks = interval(MESSAGES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let mut worked = inbound::work_once(&services).await;
        while matches!(worked, Ok(count) if count > 0) {
            worked = inbound::work_once(&services).await;
        }
        log("messages in", worked.map(|_| ()));
    }
}

fn log(what: &'static str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!(what, "a round of background work did not finish; the next one tries again");
        error.log();
    }
}
