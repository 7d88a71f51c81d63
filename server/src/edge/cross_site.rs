//! Refuses writes that another site makes a browser send.
//!
//! A browser says where a request comes from in `Sec-Fetch-Site`, which scripts can't forge. A write passes only if that
//! says `same-origin`. Browsers leave it out on plain http to other hosts than their own; then `Origin` must be ours. If
//! both are missing it is no browser of ours, and the cookie may not be used. The token in each form stands behind this.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error_page::Problem;

/// What counts as ours.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The portal's origin as configured, `https://portal.example.com`. When it isn't, the request's own host counts.
    pub origin: Option<String>,
    /// Whether we speak TLS ourselves, so that no page of ours has an http origin.
    pub is_tls: bool,
    /// Paths that take no cookies and so need no such check, by prefix.
    pub exempt: Vec<&'static str>,
}

impl Policy {
    fn allows(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        let is_safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !is_upgrade(headers);
        let is_exempt = self.exempt.iter().any(|prefix| uri.path().starts_with(prefix));
        if is_safe || is_exempt {
            return true;
        }
        match (single(headers, "sec-fetch-site"), single(headers, "origin")) {
            (Field::One(site), _) => site.as_bytes() == b"same-origin",
            (Field::Missing, Field::One(origin)) => self.is_ours(origin, uri, headers),
            _ => false,
        }
    }

    fn is_ours(&self, origin: &HeaderValue, uri: &Uri, headers: &HeaderMap) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        if let Some(ours) = &self.origin {
            return origin.eq_ignore_ascii_case(ours);
        }
        let Some((scheme, theirs)) = origin.split_once("://") else { return false };
        let is_scheme_fit = scheme == "https" || (scheme == "http" && !self.is_tls);
        let host = uri.authority().map(Authority::as_str).or_else(|| match single(headers, "host") {
            Field::One(host) => host.to_str().ok(),
            _ => None,
        });
        is_scheme_fit && host.is_some_and(|host| without_default_port(host, scheme).eq_ignore_ascii_case(theirs))
    }
}

/// Browsers leave the scheme's own port out of `Origin`; `Host` may name it.
fn without_default_port<'a>(host: &'a str, scheme: &str) -> &'a str {
    host.strip_suffix(if scheme == "https" { ":443" } else { ":80" }).unwrap_or(host)
}

/// A handshake for a socket is a GET that opens a channel both ways, and no rule of browsers guards it.
fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(header::UPGRADE) || headers.contains_key("sec-websocket-key")
}

enum Field<'a> {
    Missing,
    One(&'a HeaderValue),
    Several,
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Field<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Field::Missing,
        (Some(value), None) => Field::One(value),
        (Some(_), Some(_)) => Field::Several,
    }
}

/// Middleware: refuses what another site sends.
pub async fn check(State(policy): State<Arc<Policy>>, request: Request, next: Next) -> Response {
    if policy.allows(request.method(), request.uri(), request.headers()) {
        return next.run(request).await;
    }
    tracing::info!(
        site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok()),
        origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()),
        "refused a write from another site"
    );
    Problem::new(
        StatusCode::FORBIDDEN,
        "request.cross_site",
        "This change was not sent from a page of this portal, so nothing was changed. Open the page here and try again.",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(policy: &Policy, method: &Method, path: &str, fields: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        policy.allows(method, &path.parse().unwrap(), &headers)
    }

    fn configured() -> Policy {
        Policy { origin: Some("https://portal.example".to_owned()), is_tls: false, exempt: vec!["/api/"] }
    }

    #[test]
    fn reading_is_free_and_writing_needs_our_own_page() {
        let policy = configured();
        let site = |value: &'static str| allows(&policy, &Method::POST, "/customers", &[("sec-fetch-site", value)]);
        assert!(allows(&policy, &Method::GET, "/customers", &[("sec-fetch-site", "cross-site")]));
        assert!(site("same-origin"));
        assert!(!site("cross-site") && !site("same-site") && !site("none") && !site(""));
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"PURGE").unwrap()] {
            assert!(!allows(&policy, &method, "/customers", &[]));
        }
    }

    #[test]
    fn without_the_browsers_word_the_origin_must_be_ours() {
        let policy = configured();
        let origin = |value: &'static str| allows(&policy, &Method::POST, "/customers", &[("origin", value)]);
        assert!(origin("https://portal.example"));
        assert!(!origin("http://portal.example") && !origin("https://portal.example.evil") && !origin("null"));
        assert!(!allows(&policy, &Method::POST, "/customers", &[]));
    }

    #[test]
    fn the_browsers_word_outweighs_an_origin_and_two_words_are_none() {
        let policy = configured();
        let ours = ("origin", "https://portal.example");
        assert!(!allows(&policy, &Method::POST, "/", &[("sec-fetch-site", "cross-site"), ours]));
        let twice = [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site"), ours];
        assert!(!allows(&policy, &Method::POST, "/", &twice));
        assert!(!allows(&policy, &Method::POST, "/", &[ours, ("origin", "https://evil.example")]));
    }

    #[test]
    fn without_a_configured_origin_the_requests_host_counts() {
        let policy = Policy { origin: None, is_tls: false, exempt: vec![] };
        let from = |policy: &Policy, host: &'static str, origin: &'static str| {
            allows(policy, &Method::POST, "/", &[("host", host), ("origin", origin)])
        };
        assert!(from(&policy, "127.0.0.1:3000", "http://127.0.0.1:3000"));
        assert!(from(&policy, "portal.example:80", "http://portal.example"));
        assert!(!from(&policy, "127.0.0.1:3000", "http://127.0.0.1:4000"));
        assert!(!from(&policy, "127.0.0.1:3000", "null"));
        let tls = Policy { is_tls: true, ..policy };
        assert!(from(&tls, "portal.example:443", "https://portal.example"));
        assert!(!from(&tls, "portal.example", "http://portal.example"));
    }

    #[test]
    fn paths_without_cookies_are_exempt_and_nothing_that_looks_like_them() {
        let policy = configured();
        assert!(allows(&policy, &Method::POST, "/api/v1/subscriptions", &[]));
        assert!(!allows(&policy, &Method::POST, "/apiary", &[]));
    }

    #[test]
    fn a_socket_is_not_opened_for_another_site() {
        let policy = configured();
        let upgrade = ("upgrade", "websocket");
        assert!(!allows(&policy, &Method::GET, "/live", &[upgrade, ("origin", "https://evil.example")]));
        assert!(allows(&policy, &Method::GET, "/live", &[upgrade, ("origin", "https://portal.example")]));
    }
}
