//! How many requests one client may make, counted by address, before any session is loaded or password hashed.
//!
//! The counting is `tower_governor`'s. Around it stands what it leaves open: the key is our own client address and not a
//! header that anybody writes; IPv6 clients count by network; the table is cleaned each minute and can't grow beyond its
//! cap; a refusal is a [`Problem`] with the fields of draft-ietf-httpapi-ratelimit-headers. The counters live in this
//! process; what must hold across nodes and restarts (sign-in attempts) is counted in the database.

mod tracked;

use std::{
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Request, StatusCode},
    response::{IntoResponse, Response},
};
use governor::{clock::QuantaInstant, middleware::NoOpMiddleware};
use tower_governor::{
    GovernorError, GovernorLayer,
    governor::{GovernorConfig, GovernorConfigBuilder, SharedRateLimiter},
    key_extractor::KeyExtractor,
};

use self::tracked::Tracked;
use super::client_address::ClientAddress;
use crate::error_page::Problem;

/// Between two cleanings of the table.
const CLEANING: Duration = Duration::from_mins(1);

/// How much one client may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests per second in the long run; at least 1.
    pub per_second: u32,
    /// Requests at once; at least 1.
    pub burst: u32,
    /// Clients that are counted one by one. When there are more, the newcomers share common counters.
    pub max_addresses: usize,
}

impl Quota {
    /// The time after which one request is given back. `tower_governor`'s own `per_second(n)` means "one in n seconds".
    pub fn period(&self) -> Duration {
        Duration::from_secs(1) / self.per_second.max(1)
    }

    /// The seconds in which the whole burst is given back, as the policy header states it.
    fn window(&self) -> u32 {
        self.burst.max(1).div_ceil(self.per_second.max(1))
    }
}

/// Whose counter a request falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A client of its own.
    Client(IpAddr),
    /// One of the counters that newcomers share while the table is full.
    Shared(u16),
}

/// Finds the key of a request.
#[derive(Clone, Debug)]
pub struct ByClient(Arc<Tracked>);

impl KeyExtractor for ByClient {
    type Key = Key;

    fn extract<T>(&self, request: &Request<T>) -> Result<Key, GovernorError> {
        let address = request.extensions().get::<ClientAddress>().ok_or(GovernorError::UnableToExtractKey)?;
        Ok(self.0.key(address.limit_key()))
    }
}

type Middleware = NoOpMiddleware<QuantaInstant>;

/// The layer that counts and refuses.
pub type Layer = GovernorLayer<ByClient, Middleware, Body>;

/// Makes the layer, and starts the cleaning of its table where an async runtime is at hand.
pub fn layer(quota: Quota) -> Layer {
    let tracked = Arc::new(Tracked::new(quota.max_addresses));
    let config = config(quota, &tracked);
    tracked.count_with(config.limiter());
    clean_regularly(&tracked, config.limiter());
    GovernorLayer::new(config).error_handler(move |error| refuse(&error, quota))
}

fn config(quota: Quota, tracked: &Arc<Tracked>) -> GovernorConfig<ByClient, Middleware> {
    GovernorConfigBuilder::default()
        .period(quota.period())
        .burst_size(quota.burst.max(1))
        .key_extractor(ByClient(Arc::clone(tracked)))
        .finish()
        .unwrap_or_else(|| unreachable!("neither the period nor the burst is zero"))
}

fn clean_regularly(tracked: &Arc<Tracked>, limiter: &SharedRateLimiter<Key, Middleware>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let (tracked, limiter) = (Arc::downgrade(tracked), Arc::downgrade(limiter));
    // Weak, so that the table and the task go when the router goes.
    runtime.spawn(async move {
        let mut ticks = tokio::time::interval(CLEANING);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if !clean(&tracked, &limiter) {
                return;
            }
        }
    });
}

fn clean(tracked: &Weak<Tracked>, limiter: &Weak<governor::DefaultKeyedRateLimiter<Key>>) -> bool {
    let (Some(tracked), Some(limiter)) = (tracked.upgrade(), limiter.upgrade()) else { return false };
    limiter.retain_recent();
    limiter.shrink_to_fit();
    tracked.turn();
    true
}

fn refuse(error: &GovernorError, quota: Quota) -> Response {
    let GovernorError::TooManyRequests { wait_time, .. } = error else {
        tracing::error!("a request reached the limiter without a client address");
        return Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    };
    // The time comes rounded down; coming back then would be refused again.
    let seconds = wait_time + 1;
    let policy = format!("\"address\";q={};w={}", quota.burst, quota.window());
    let state = format!("\"address\";r=0;t={seconds}");
    [("ratelimit-policy", policy), ("ratelimit", state)]
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)))
        .fold(Problem::of_status(StatusCode::TOO_MANY_REQUESTS), |problem, (name, value)| {
            problem.with_header(name, value)
        })
        .retry_after(seconds)
        .into_response()
}

#[cfg(test)]
mod tests {
    use governor::{RateLimiter, clock::FakeRelativeClock};

    use super::*;

    /// What the layer's own limiter counts by, as it says itself when it refuses.
    fn as_configured(quota: Quota) -> governor::Quota {
        let config = config(quota, &Arc::new(Tracked::new(1)));
        let refusal = (0..=quota.burst).find_map(|_| config.limiter().check_key(&Key::Shared(0)).err());
        refusal.unwrap().quota()
    }

    /// How many of the requests, one each `step`, pass over `time`.
    fn passed(quota: Quota, time: Duration, step: Duration) -> usize {
        let clock = FakeRelativeClock::default();
        let limiter = RateLimiter::dashmap_with_clock(as_configured(quota), clock.clone());
        let key = Key::Client("203.0.113.9".parse().unwrap());
        let steps = time.as_nanos() / step.as_nanos();
        (0..steps)
            .filter(|_| {
                let passes = limiter.check_key(&key).is_ok();
                clock.advance(step);
                passes
            })
            .count()
    }

    #[test]
    fn ten_per_second_means_ten_per_second() {
        let quota = Quota { per_second: 10, burst: 20, max_addresses: 100 };
        let in_a_minute = passed(quota, Duration::from_mins(1), Duration::from_millis(5));
        assert!((619..=621).contains(&in_a_minute), "20 at once and 600 in a minute, not {in_a_minute}");
    }

    #[test]
    fn the_burst_is_all_that_passes_at_once() {
        let quota = Quota { per_second: 1, burst: 5, max_addresses: 100 };
        assert_eq!(passed(quota, Duration::from_millis(100), Duration::from_millis(1)), 5);
    }

    #[test]
    fn a_client_within_its_rate_is_never_refused() {
        let quota = Quota { per_second: 4, burst: 1, max_addresses: 100 };
        assert_eq!(passed(quota, Duration::from_mins(1), Duration::from_millis(250)), 240);
    }

    #[tokio::test]
    async fn a_refusal_says_when_to_come_back() {
        let quota = Quota { per_second: 10, burst: 25, max_addresses: 100 };
        let response = refuse(&GovernorError::TooManyRequests { wait_time: 0, headers: None }, quota);
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["ratelimit-policy"], "\"address\";q=25;w=3");
        assert_eq!(response.headers()["ratelimit"], "\"address\";r=0;t=1");
    }
}
