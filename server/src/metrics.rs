//! Numbers for the people on call, in Prometheus' text format.
//!
//! `/metrics` tells much about a system, so it is not for everybody. With `http.metrics_listen` set it is served on that
//! address only, where the probes are too. Without, it is served on the main address, and only to callers on the same
//! machine: the client's address is loopback *and* no forwarding header is there, because behind a proxy on the same
//! machine that isn't configured as trusted everybody seems to be local. To others it doesn't exist.

use std::time::Instant;

use axum::{
    Extension, Router,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::integrations::BreakerState;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use services::{Error, Services, access::Actor, health};

use crate::{
    edge::{client_address::ClientAddress, trace},
    error_page::Problem,
};

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const IN_FLIGHT: &str = "http_requests_in_flight";
const CALLS: &str = "partner_calls_total";
const BREAKER: &str = "partner_breaker_state";
const WAITING: &str = "partner_calls_waiting";
const DEAD: &str = "partner_calls_dead";

/// Upper bounds in seconds, dense where a portal's answers should lie.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts recording for this process; once.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe_counter!(REQUESTS, "Requests answered, by method, route and status");
    describe_histogram!(DURATION, Unit::Seconds, "Time until an answer began, by method, route and status");
    describe_gauge!(IN_FLIGHT, "Requests being answered");
    describe_counter!(CALLS, "Calls to partners that came to an end in this process, by integration and outcome");
    describe_gauge!(BREAKER, "Circuit breakers by integration: 0 closed, 1 half-open, 2 open");
    describe_gauge!(WAITING, "Calls to partners that wait in the queue, by integration");
    describe_gauge!(DEAD, "Calls to partners that were given up, by integration");
    let upkeep = handle.clone();
    tokio::spawn(async move {
        // Without it the histograms' raw samples pile up while nobody scrapes.
        let mut ticks = tokio::time::interval(std::time::Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// Middleware: counts and times a request under its route's pattern.
pub async fn count(request: Request, next: Next) -> Response {
    let method = method_word(request.method());
    let route = trace::route(&request).to_owned();
    let in_flight = InFlight::begin();
    let start = Instant::now();
    let response = next.run(request).await;
    drop(in_flight);
    let labels = [("method", method.to_owned()), ("route", route), ("status", response.status().as_u16().to_string())];
    counter!(REQUESTS, &labels).increment(1);
    histogram!(DURATION, &labels).record(start.elapsed());
    response
}

/// Renews the numbers of calls to partners. An integration that was retired keeps its last ones until the next start.
pub async fn count_partners(services: &Services) -> Result<(), Error> {
    for one in health::numbers(services, &Actor::job("numbers").authorize()?).await? {
        for (outcome, calls) in one.calls {
            let labels = [("integration", one.slug.clone()), ("outcome", outcome.as_str().to_owned())];
            counter!(CALLS, &labels).absolute(calls);
        }
        let labels = [("integration", one.slug)];
        gauge!(BREAKER, &labels).set(match one.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        });
        gauge!(WAITING, &labels).set(in_figures(one.waiting));
        gauge!(DEAD, &labels).set(in_figures(one.dead));
    }
    Ok(())
}

/// A count as the format has it.
fn in_figures(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// Counts down also when the client goes away and the request is dropped.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!(IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

/// A bounded set: methods are free text, and each label makes a series.
fn method_word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

/// `/metrics` for the main listener: for callers on the same machine.
pub fn local_routes(handle: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(show_locally)).layer(Extension(handle))
}

/// `/metrics` for a listener of its own.
pub fn routes(handle: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(show)).layer(Extension(handle))
}

async fn show_locally(request: Request) -> Response {
    let extensions = request.extensions();
    let is_local = extensions.get::<ClientAddress>().is_some_and(|address| address.0.is_loopback());
    match extensions.get::<PrometheusHandle>() {
        Some(handle) if is_local && !is_forwarded(request.headers()) => show(Extension(handle.clone())).await,
        _ => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    ["x-forwarded-for", "forwarded", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name))
}

async fn show(Extension(handle): Extension<PrometheusHandle>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
