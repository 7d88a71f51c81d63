//! Sends whoever comes by plain http to https. Pages only: a write has already shown its content to the network, and
//! following it in silence would hide that.

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode, Uri, header,
        uri::{Authority, PathAndQuery},
    },
    middleware,
    response::{IntoResponse, Response},
};

use crate::error_page::{self, Problem};

/// Where https is.
#[derive(Clone, Debug)]
pub struct Target {
    /// The configured host, with its port when it isn't 443. Without one, the host that was asked for.
    pub authority: Option<Authority>,
    /// The port of the https listener, for when the host that was asked for is used.
    pub port: u16,
}

impl Target {
    fn location(&self, uri: &Uri, host: Option<&HeaderValue>) -> Option<HeaderValue> {
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let authority = if let Some(authority) = &self.authority {
            authority.to_string()
        } else {
            let asked: Authority = host?.to_str().ok()?.parse().ok()?;
            match self.port {
                443 => asked.host().to_owned(),
                port => format!("{}:{port}", asked.host()),
            }
        };
        // A path that begins with two slashes would be read as another host if the host were left out; it never is.
        HeaderValue::from_str(&format!("https://{authority}{path}")).ok()
    }
}

/// The whole application of a plain http listener beside TLS.
pub fn router(target: Target) -> Router {
    Router::new()
        .fallback(redirect)
        .with_state(target)
        .layer(middleware::from_fn(error_page::render))
        .layer(middleware::map_response(close))
}

async fn redirect(State(target): State<Target>, request: Request) -> Response {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD);
    match target.location(request.uri(), request.headers().get(header::HOST)) {
        Some(location) if is_page => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        Some(_) => Problem::new(
            StatusCode::FORBIDDEN,
            "request.plain_http",
            "This came unencrypted and was refused. Use https; consider what you sent as seen by others.",
        )
        .into_response(),
        None => Problem::of_status(StatusCode::BAD_REQUEST).into_response(),
    }
}

async fn close(response: Response) -> ([(HeaderName, HeaderValue); 2], Response) {
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("close")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(target: &Target, host: &'static str, path: &'static str) -> Option<String> {
        let host = HeaderValue::from_static(host);
        Some(target.location(&Uri::from_static(path), Some(&host))?.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_configured_host_wins_over_the_one_asked_for() {
        let target = Target { authority: Some("portal.example".parse().unwrap()), port: 8443 };
        assert_eq!(location(&target, "evil.example", "/a?b=c").unwrap(), "https://portal.example/a?b=c");
    }

    #[test]
    fn without_one_the_port_is_replaced() {
        let at = |port| Target { authority: None, port };
        assert_eq!(location(&at(443), "portal.example:80", "/a").unwrap(), "https://portal.example/a");
        assert_eq!(location(&at(3000), "[::1]:80", "/").unwrap(), "https://[::1]:3000/");
        assert_eq!(location(&at(443), "not a host", "/"), None);
    }
}
