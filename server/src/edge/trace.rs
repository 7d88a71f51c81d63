//! One span and one log line for each request. The route's pattern is logged, never the address that was asked for:
//! addresses carry invitation tokens and what people search for.

use std::{net::IpAddr, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::header,
    middleware::Next,
    response::Response,
};
use services::access::Trace;
use tracing::{Instrument, field::Empty};

use super::{client_address::ClientAddress, request_id::RequestId};

/// Middleware: opens the span, and says in one line how the request ended.
pub async fn observe(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let span = tracing::info_span!(
        "request",
        id = id.as_ref().map(RequestId::as_str),
        method = %request.method(),
        route = route(&request),
        client = Empty,
    );
    // Probes come every few seconds; they would drown the rest.
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    let start = Instant::now();
    async move {
        let response = next.run(request).await;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let status = response.status().as_u16();
        if is_probe {
            tracing::debug!(status, milliseconds, "answered");
        } else if status >= 500 {
            tracing::warn!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// The pattern of the route that answers, a bounded set of names for logs and metrics.
pub fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str)
}

/// Where a request came from, for the audit trail.
pub fn of(request: &Request) -> Trace {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Trace {
        ip: address(request).to_string(),
        user_agent: agent.chars().take(300).collect(),
        request_id: request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default(),
    }
}

/// The client's address as the edge worked it out; the unspecified one where no edge stands before us.
pub fn address(request: &Request) -> IpAddr {
    request.extensions().get::<ClientAddress>().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.0)
}
