//! What stands between the network and the portal: everything that must hold for each request, whatever answers it.
//!
//! Outside in:
//!
//! 1. [`request_id`]: a name for the request.
//! 2. [`trace`]: its span and log line. Then [`crate::metrics`].
//! 3. [`client_address`]: where it really comes from.
//! 4. [`headers`]: what browsers may do with the answer, and the nonce. Outside of what refuses, so that refusals carry
//!    them too.
//! 5. [`crate::error_page`]: draws whatever was refused further in.
//! 6. [`panic`]: turns a fault into an answer.
//! 7. [`timeout`], then the limit of bodies.
//! 8. [`limits`]: how often a client may come. Files of the site, probes and metrics stand beside it, not behind it.
//! 9. [`cross_site`]: no writes from other sites.
//!
//! Sessions and sign-in stand further in; they are part of the portal.

pub mod client_address;
pub mod cross_site;
pub mod headers;
pub mod https_redirect;
pub mod limits;
pub mod panic;
pub mod request_id;
pub mod timeout;
pub mod too_large;
pub mod trace;

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower_http::limit::RequestBodyLimitLayer;

use crate::{
    config::{Config, PublicUrl},
    error_page, metrics,
};

/// What the edge needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// The proxies in front of us.
    pub trusted_proxies: client_address::TrustedProxies,
    /// What is told to browsers.
    pub headers: headers::SecurityHeaders,
    /// Which writes are ours.
    pub cross_site: cross_site::Policy,
    /// How often a client may come.
    pub quota: limits::Quota,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// How large a request's body may be, in bytes.
    pub body_limit: usize,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self::from(&Config::default())
    }
}

impl From<&Config> for EdgeConfig {
    fn from(config: &Config) -> Self {
        let is_tls = config.tls.is_on();
        let is_https = config.http.public_url.as_ref().map_or(config.tls.has_own_certificate(), PublicUrl::is_https);
        Self {
            trusted_proxies: client_address::TrustedProxies {
                networks: config.http.trusted_proxies.0.clone(),
                hops: config.http.trusted_hops,
            },
            headers: headers::SecurityHeaders { https_only: is_https, connect_to: Vec::new() },
            cross_site: cross_site::Policy {
                origin: config.http.public_url.as_ref().map(|url| url.origin().to_owned()),
                is_tls,
                // The partner API takes keys and tokens, never cookies.
                exempt: vec!["/api/"],
            },
            quota: limits::Quota {
                per_second: config.throttle.per_second,
                burst: config.throttle.burst,
                max_addresses: config.throttle.max_addresses,
            },
            request_timeout: Duration::from_secs(config.http.request_timeout_seconds),
            body_limit: config.http.body_limit_bytes,
        }
    }
}

/// Puts the edge around a router.
pub fn wrap(inner: Router, config: &EdgeConfig) -> Router {
    wrap_beside(inner, Router::new(), config)
}

/// Puts the edge around a router, with routes beside it that are neither limited nor checked for foreign writes: files
/// of the site, probes, metrics. They must be safe to call by anybody at any rate.
pub fn wrap_beside(inner: Router, beside: Router, config: &EdgeConfig) -> Router {
    let trusted = Arc::new(config.trusted_proxies.clone());
    let foreign = Arc::new(config.cross_site.clone());
    let security = Arc::new(config.headers.clone());
    let guarded =
        inner.layer(middleware::from_fn_with_state(foreign, cross_site::check)).layer(limits::layer(config.quota));
    // In this order: of two fallbacks the later one is kept, and that must be the one behind the limiter.
    beside
        .merge(guarded)
        // The limit below holds for every way of reading a body, not only for axum's own.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(config.body_limit))
        .layer(middleware::from_fn(too_large::receive_rest))
        .layer(middleware::from_fn_with_state(config.request_timeout, timeout::limit))
        .layer(panic::layer())
        .layer(middleware::from_fn(error_page::render))
        .layer(middleware::from_fn_with_state(security, headers::secure))
        .layer(middleware::from_fn_with_state(Arc::clone(&trusted), client_address::find))
        .layer(middleware::from_fn(metrics::count))
        .layer(middleware::from_fn(trace::observe))
        .layer(middleware::from_fn_with_state(trusted, request_id::assign))
}
