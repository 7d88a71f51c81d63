//! `keyfob serve`: from settings to listeners, and to an orderly end.

use std::{env, sync::Arc, time::Duration};

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use services::{Db, Services, gateway::CallWorker, webhooks::Dispatcher};
use tokio::task::JoinHandle;

use super::{Exit, Failure, demo, open, say, staff};
use crate::{
    assets, bill_of_materials,
    config::{Config, Role},
    edge::{self, EdgeConfig},
    health::{self, Health},
    hooks,
    listen::{self, Running, asked_to_stop},
    logging, metrics,
    partner_api::{self, Api, open_sandbox},
    site, workers,
};

/// How long deliveries that are on their way may take to arrive when we stop.
const DELIVERING: Duration = Duration::from_secs(20);
/// Between two sweeps.
const SWEEPING: Duration = Duration::from_mins(10);

pub(super) async fn run(config: Config) -> Result<Exit, Failure> {
    logging::start(&config.log);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let numbers = metrics::install().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    let services = open(&config).await?;
    if config.demo {
        demo::fill(&services, services::demo::Options { customers: 2_000, seed: 1 }).await?;
    }
    services::patches::sync_own(&services, &bill_of_materials::components()).await?;
    let health = Health::new(vec![database_check(&services.db)]);

    let api = partner_api(&config, &services).await;
    let app = application(&config, portal(&services, &api), &api, &health, &numbers);
    let main = listen::start(app, &listen::Options::from(&config))?;
    let side = match config.http.metrics_listen {
        Some(address) => {
            let app = metrics::routes(numbers).merge(health.routes());
            Some(listen::start(app, &listen::Options::plain(address))?)
        }
        None => None,
    };
    announce(&config, &main, &services).await?;
    let sweeping = sweep_regularly(&config, &services);
    let watching = tokio::spawn(services::credentials::watch(services.clone()));
    let counting = tokio::spawn(workers::count(services.clone(), Arc::clone(&api)));
    let sandbox = tokio::spawn(workers::fan_out_sandbox(Arc::clone(&api)));
    let work = matches!(config.role, Role::All | Role::Worker).then(|| tokio::spawn(workers::run(services.clone())));
    let messages = matches!(config.role, Role::All | Role::Worker)
        .then(|| tokio::spawn(workers::work_off_messages(services.clone())));
    let dispatcher = Dispatcher::new(services.clone());
    let dispatching = matches!(config.role, Role::All | Role::Worker).then(|| {
        let dispatcher = dispatcher.clone();
        tokio::spawn(async move { dispatcher.run().await })
    });

    let caller = CallWorker::new(services.clone());
    let calling = matches!(config.role, Role::All | Role::Worker).then(|| {
        let caller = caller.clone();
        tokio::spawn(async move { caller.run().await })
    });

    asked_to_stop().await;
    dispatcher.stop();
    caller.stop();
    stop(&config, &health, main).await;
    sandbox.abort();
    // What is on its way is bounded by a receiver's time; what it makes of that is written before we go.
    for sending in [dispatching, calling].into_iter().flatten() {
        let _ = tokio::time::timeout(DELIVERING, sending).await;
    }
    watching.abort();
    counting.abort();
    workers::count_once(&services, &api).await;
    if let Some(sweeping) = sweeping {
        sweeping.abort();
    }
    if let Some(messages) = messages {
        messages.abort();
    }
    if let Some(work) = work {
        // What it was at is one transaction: done or not done.
        work.abort();
    }
    if let Some(side) = side {
        side.stop(Duration::ZERO, std::future::ready(())).await;
    }
    services.db.close().await;
    tracing::info!("stopped");
    Ok(Exit::Done)
}

/// The partner API, with its sandbox where that can be had: without it test keys are told so, and live keys work.
async fn partner_api(config: &Config, services: &Services) -> Arc<Api> {
    if !config.api.sandbox || config.role == Role::Worker {
        return Api::new(services.clone(), None);
    }
    let sandbox = open_sandbox(services, config.sandbox_url().expose()).await;
    if let Err(error) = &sandbox {
        tracing::error!(%error, "there is no sandbox for test keys");
    }
    Api::new(services.clone(), sandbox.ok())
}

/// The pages and whatever else a session or a key is needed for.
fn portal(services: &Services, api: &Arc<Api>) -> Router {
    let assets::Names { css, js, wasm } = assets::names();
    let path = |name: Option<String>| name.map(|name| format!("/pkg/{name}")).unwrap_or_default();
    let files = app::Assets { css: path(css), js: path(js), wasm: path(wasm) };
    site::router(site::Site { services: services.clone(), assets: files, calls: partner_api::calls(api) })
}

/// Everything on the main address.
fn application(config: &Config, portal: Router, api: &Arc<Api>, health: &Health, numbers: &PrometheusHandle) -> Router {
    let mut edge = EdgeConfig::from(config);
    edge.headers.connect_to.extend(live_reload());
    let mut beside = health.routes();
    if config.http.metrics_listen.is_none() {
        beside = beside.merge(metrics::local_routes(numbers.clone()));
    }
    match config.role {
        Role::All | Role::Web => {
            let quota = edge::limits::Quota {
                per_second: config.api.address_per_second,
                burst: config.api.address_burst,
                max_addresses: config.throttle.max_addresses,
            };
            // Limited by address on its own terms: machines come more often than people.
            let calls =
                partner_api::router(api).merge(hooks::router(api.services().clone())).layer(edge::limits::layer(quota));
            edge::wrap_beside(portal, beside.merge(assets::routes()).merge(calls), &edge)
        }
        Role::Worker => edge::wrap_beside(Router::new(), beside, &edge),
    }
}

fn database_check(db: &Db) -> health::NamedCheck {
    let db = db.clone();
    health::check("database", move || {
        let db = db.clone();
        async move { db.ping().await.is_ok() }
    })
}

/// Where pages may connect to for a reload after a change, while the site is being watched in development.
fn live_reload() -> Option<String> {
    let is_watched = cfg!(debug_assertions) && env::var_os("LEPTOS_WATCH").is_some();
    is_watched.then(|| format!("ws://*:{}", env::var("LEPTOS_RELOAD_PORT").unwrap_or_else(|_| "3001".to_owned())))
}

async fn announce(config: &Config, main: &Running, services: &Services) -> Result<(), Failure> {
    let database = services.db.engine_word();
    tracing::info!(address = %main.address(), tls = ?config.tls.mode, database, "listening");
    if let Some(address) = main.redirect_address() {
        tracing::info!(%address, "sending plain http to https");
    }
    say(format_args!("Keyfob is ready at {}", config.public_url().origin()));
    if config.role != Role::Worker
        && let Some(link) = services::staff::first_owner_link(services).await?
    {
        staff::say_link(services, "Nobody can sign in yet. Set up the first owner here", &link);
    }
    Ok(())
}

/// Clears away sessions that ended long ago.
fn sweep_regularly(config: &Config, services: &Services) -> Option<JoinHandle<()>> {
    let services = services.clone();
    (config.role != Role::Web).then(|| {
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(SWEEPING);
            loop {
                ticks.tick().await;
                if let Err(error) = services::sessions::sweep(&services).await {
                    error.log();
                }
            }
        })
    })
}

/// Says at the probe that no more is wanted, waits until that was seen, takes no more, and lets finish what has begun.
/// Being asked a second time cuts the waiting short.
async fn stop(config: &Config, health: &Health, main: Running) {
    health.drain();
    let notice = Duration::from_secs(config.http.shutdown_notice_seconds);
    let patience = Duration::from_secs(config.http.shutdown_drain_seconds);
    tracing::info!(notice = notice.as_secs(), patience = patience.as_secs(), "stopping");
    tokio::select! {
        () = tokio::time::sleep(notice) => {}
        () = asked_to_stop() => {}
    }
    main.stop(patience, asked_to_stop()).await;
}
