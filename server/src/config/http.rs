//! The listener, and what is around us.

use std::{fmt, net::SocketAddr};

use axum::http::{Uri, uri::Authority};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Fault, Networks};

/// The table `[http]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where we listen.
    pub listen: SocketAddr,
    /// Where people reach the portal, `https://portal.example.com`. Without it, the address we listen on.
    pub public_url: Option<PublicUrl>,
    /// The networks of the proxies in front of us, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
    /// How many such proxies stand in a row.
    pub trusted_hops: usize,
    /// Where `/metrics` is served instead of on the main address; the probes are there too.
    pub metrics_listen: Option<SocketAddr>,
    /// How large a request's body may be.
    pub body_limit_bytes: usize,
    /// How long a request may take until its answer begins.
    pub request_timeout_seconds: u64,
    /// How long a client may take for the head of a request.
    pub header_timeout_seconds: u64,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// At shutdown, how long `/readyz` says no before the listener closes, so that a load balancer sees it. 5 to 10
    /// behind one, 0 without.
    pub shutdown_notice_seconds: u64,
    /// At shutdown, how long requests that are under way may take to finish.
    pub shutdown_drain_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            trusted_proxies: Networks::default(),
            trusted_hops: 1,
            metrics_listen: None,
            body_limit_bytes: 2 * 1024 * 1024,
            request_timeout_seconds: 30,
            header_timeout_seconds: 15,
            max_connections: 10_000,
            shutdown_notice_seconds: 0,
            shutdown_drain_seconds: 20,
        }
    }
}

impl Http {
    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        let mut within = |key: &str, value: u64, low: u64, high: u64| {
            if !(low..=high).contains(&value) {
                faults.push(Fault::new(format!("http.{key}"), format!("is {value}"), format!("use {low} to {high}")));
            }
        };
        within("trusted_hops", self.trusted_hops as u64, 1, 10);
        within("body_limit_bytes", self.body_limit_bytes as u64, 1024, 1 << 30);
        within("request_timeout_seconds", self.request_timeout_seconds, 1, 600);
        within("header_timeout_seconds", self.header_timeout_seconds, 1, 120);
        within("max_connections", self.max_connections as u64, 10, 1_000_000);
        within("shutdown_notice_seconds", self.shutdown_notice_seconds, 0, 120);
        within("shutdown_drain_seconds", self.shutdown_drain_seconds, 0, 600);
        if self.metrics_listen == Some(self.listen) {
            let remedy = "use another port, or leave it out";
            faults.push(Fault::new("http.metrics_listen", "is the same as http.listen", remedy));
        }
    }
}

/// Where people reach the portal: a scheme and a host, perhaps a port, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    authority: Authority,
}

impl PublicUrl {
    /// As browsers write an origin: no default port, no slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, with its port when it isn't the scheme's own.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether the portal is reached encrypted.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether browsers on the same machine are meant, which treat plain http there as safe.
    pub fn is_local(&self) -> bool {
        let host = self.authority.host();
        host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]"
    }

    pub(super) fn of_listener(listen: SocketAddr, is_tls: bool) -> Self {
        let scheme = if is_tls { "https" } else { "http" };
        let host = match listen.ip() {
            ip if ip.is_unspecified() => format!("localhost:{}", listen.port()),
            _ => listen.to_string(),
        };
        // An address and a port are always a valid authority; the words stand in for what can't happen.
        Self::parse(&format!("{scheme}://{host}")).unwrap_or_else(|_| Self {
            origin: "http://localhost".to_owned(),
            authority: Authority::from_static("localhost"),
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not like https://portal.example.com (no path, no user)");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else { return Err(wrong()) };
        let own_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(wrong()),
        };
        let has_more = parts.path_and_query.is_some_and(|path| path.as_str() != "/");
        if has_more || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(wrong());
        }
        let host = authority.host().to_ascii_lowercase();
        let host = match authority.port_u16() {
            Some(port) if port != own_port => format!("{host}:{port}"),
            _ => host,
        };
        Ok(Self { origin: format!("{scheme}://{host}"), authority: host.parse().map_err(|_| wrong())? })
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl Serialize for PublicUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.origin)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_written_as_browsers_write_origins() {
        let origin = |text: &str| PublicUrl::parse(text).map(|url| url.origin().to_owned());
        assert_eq!(origin("https://Portal.Example:443/").unwrap(), "https://portal.example");
        assert_eq!(origin("http://localhost:3000").unwrap(), "http://localhost:3000");
        assert_eq!(origin("http://[::1]:80").unwrap(), "http://[::1]");
        for wrong in ["portal.example", "ftp://a", "https://a/b", "https://u@a", "https://a/?q", "//a", ""] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_listener_stands_in_for_a_missing_one() {
        let of = |listen: &str, tls| PublicUrl::of_listener(listen.parse().unwrap(), tls).origin;
        assert_eq!(of("0.0.0.0:3000", false), "http://localhost:3000");
        assert_eq!(of("192.0.2.1:443", true), "https://192.0.2.1");
        assert_eq!(of("[::1]:3000", true), "https://[::1]:3000");
    }
}
