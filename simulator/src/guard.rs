//! Pages of other sites must not play with partners here through somebody's browser.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Lets through what comes from our own pages or from no page at all.
pub(crate) async fn only_from_here(request: Request, next: Next) -> Response {
    if is_from_here(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "Another site sent this. Open the simulator by its own address.").into_response()
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(header::HOST) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    // A name could lead here for a moment and elsewhere the next; an address can't.
    let is_fixed = name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let origin = text(header::ORIGIN);
    let is_own = origin.is_none_or(|origin| origin.split_once("://").is_some_and(|(_, rest)| rest == host));
    let is_cross = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    is_fixed && is_own && !is_cross
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_and_programs_may_play() {
        assert!(is_from_here(&headers(&[("host", "127.0.0.1:3901")])));
        assert!(is_from_here(&headers(&[("host", "[::1]:3901")])));
        assert!(is_from_here(&headers(&[("host", "localhost:3901"), ("origin", "http://localhost:3901")])));
        assert!(!is_from_here(&headers(&[("host", "127.0.0.1:3901"), ("origin", "https://evil.example")])));
        assert!(!is_from_here(&headers(&[("host", "127.0.0.1:3901"), ("origin", "null")])));
        assert!(!is_from_here(&headers(&[("host", "rebound.example:3901")])));
        assert!(!is_from_here(&headers(&[("host", "127.0.0.1:3901"), ("sec-fetch-site", "cross-site")])));
    }
}
