//! One span and one log line for each request. The route's pattern is logged, never the address that was asked for:
//! addresses carry invitation tokens and what people search for.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, field::Empty};

use super::request_id::RequestId;

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
