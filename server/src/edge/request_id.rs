//! A name for each request, so that what a person sees, the log and the audit can be put side by side.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use super::client_address::TrustedProxies;

/// The header that carries it, in and out.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longer names than this are not taken over.
const MAX_LENGTH: usize = 64;

/// The request's name, in the extensions of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that nothing else has.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// The name that a proxy gave, if it is fit for logs and headers as it stands.
    fn given(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(HEADER).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let text = value.to_str().ok()?;
        let is_fit = (1..=MAX_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        is_fit.then(|| Self(text.into()))
    }
}

/// Middleware: takes the name over from a trusted proxy, or makes one; answers with it.
pub async fn assign(State(trusted): State<Arc<TrustedProxies>>, mut request: Request, next: Next) -> Response {
    let is_from_proxy = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| trusted.contains(peer.ip()));
    let given = if is_from_proxy { RequestId::given(request.headers()) } else { None };
    let id = given.unwrap_or_else(RequestId::fresh);
    let value = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Ok(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(values: &[&'static str]) -> Option<RequestId> {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(HEADER, HeaderValue::from_static(value));
        }
        RequestId::given(&map)
    }

    #[test]
    fn only_a_plain_single_name_is_taken_over() {
        assert_eq!(given(&["0199-a.b_c"]).unwrap().as_str(), "0199-a.b_c");
        assert_eq!(given(&[]), None);
        assert_eq!(given(&[""]), None);
        assert_eq!(given(&["a b"]), None);
        assert_eq!(given(&["a\"} injected"]), None);
        assert_eq!(given(&["a", "b"]), None);
        assert_eq!(given(&["0123456789012345678901234567890123456789012345678901234567890123456789"]), None);
    }
}
