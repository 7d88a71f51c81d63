//! Headers that tell browsers what our pages may do, on every answer, errors included; and the nonce that lets our own
//! scripts run under that policy.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;

/// The nonce of this request's answer, in the extensions of the request. 128 random bits in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CspNonce(pub String);

impl CspNonce {
    fn new() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(STANDARD.encode(bytes))
    }
}

/// Marks an answer that everybody may keep: files of the site. Every other answer is `no-store`.
#[derive(Clone, Copy, Debug)]
pub struct Cacheable;

/// What differs between installations.
#[derive(Clone, Debug, Default)]
pub struct SecurityHeaders {
    /// Whether browsers are told to come by https only. Not for plain http, and not for a self-signed certificate, which
    /// would lock the developer's other services on the same host out.
    pub https_only: bool,
    /// Further places that scripts may connect to; the live reload of development.
    pub connect_to: Vec<String>,
}

impl SecurityHeaders {
    fn policy(&self, nonce: &CspNonce) -> String {
        let CspNonce(nonce) = nonce;
        let connect = self.connect_to.iter().fold(String::new(), |all, place| format!("{all} {place}"));
        format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
             style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'{connect}; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        )
    }

    fn apply(&self, headers: &mut HeaderMap, nonce: &CspNonce) {
        if let Ok(policy) = HeaderValue::from_str(&self.policy(nonce)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in FIXED {
            headers.insert(name, value);
        }
        if self.https_only {
            let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
        }
    }
}

/// The same everywhere. `same-origin` and not `no-referrer`: without a referrer browsers send `Origin: null` with forms,
/// and the check against foreign sites would refuse our own.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
        ),
    ),
];

/// Middleware: mints the nonce, then sets the headers on whatever comes back.
pub async fn secure(State(policy): State<Arc<SecurityHeaders>>, mut request: Request, next: Next) -> Response {
    let nonce = CspNonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let is_cacheable = response.extensions().get::<Cacheable>().is_some();
    let headers = response.headers_mut();
    policy.apply(headers, &nonce);
    if !is_cacheable {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nonces_are_fresh_and_long_enough() {
        let nonces: BTreeSet<String> = (0..1000).map(|_| CspNonce::new().0).collect();
        assert_eq!(nonces.len(), 1000);
        assert!(nonces.iter().all(|nonce| STANDARD.decode(nonce).unwrap().len() == 16));
    }

    #[test]
    fn the_policy_allows_no_inline_code_without_the_nonce() {
        let policy = SecurityHeaders::default().policy(&CspNonce("N".to_owned()));
        assert!(policy.contains("script-src 'self' 'nonce-N' 'wasm-unsafe-eval';"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert!(policy.contains("connect-src 'self';"), "{policy}");
    }

    #[test]
    fn only_an_https_portal_asks_for_https() {
        let mut headers = HeaderMap::new();
        SecurityHeaders::default().apply(&mut headers, &CspNonce::new());
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        SecurityHeaders { https_only: true, ..SecurityHeaders::default() }.apply(&mut headers, &CspNonce::new());
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
