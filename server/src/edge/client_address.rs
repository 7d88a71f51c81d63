//! Where a request really comes from.
//!
//! `X-Forwarded-For` is written by anybody; only what our own proxies appended is to be believed. So: the peer of the
//! connection is the client, unless it is one of the trusted proxies; then it is the N-th entry from the right over all
//! such fields joined, N being the number of our proxies in a row. What stands further left is the client's own story.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State, connect_info::MockConnectInfo},
    http::{HeaderMap, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;

use crate::error_page::Problem;

/// The client's address, in the extensions of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What limits count by: an IPv6 client owns its whole /64 and could otherwise take a new address for each request.
    pub fn limit_key(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

/// The proxies in front of us.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    /// The networks that they connect from.
    pub networks: Vec<IpNet>,
    /// How many of them stand in a row between the client and us; at least 1.
    pub hops: usize,
}

impl TrustedProxies {
    /// Whether a peer is one of them.
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }

    /// The client behind a peer.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer;
        }
        let entries: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        // Shorter than our own row of proxies, or not an address: then somebody left out what we rely on, and the peer
        // is the only address that nobody can make up.
        entries.len().checked_sub(self.hops.max(1)).and_then(|index| parse(entries[index])).unwrap_or(peer)
    }
}

/// An address, as proxies write it: bare, with a port, or in brackets.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

/// Middleware: finds the client's address and puts it into the extensions and the request's span.
pub async fn find(State(trusted): State<Arc<TrustedProxies>>, mut request: Request, next: Next) -> Response {
    let Some(peer) = peer(&request) else {
        // Answering without an address would mean a limiter that counts nobody.
        tracing::error!("the listener passes on no peer address; serve the router with connect info");
        return Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    };
    let address = ClientAddress(trusted.client(peer, request.headers()));
    tracing::Span::current().record("client", tracing::field::display(address.0));
    request.extensions_mut().insert(address);
    next.run(request).await
}

fn peer(request: &Request) -> Option<IpAddr> {
    let extensions = request.extensions();
    let real = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    real.or_else(|| extensions.get::<MockConnectInfo<SocketAddr>>().map(|MockConnectInfo(peer)| peer.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, hops: usize, fields: &[&'static str]) -> String {
        let trusted =
            TrustedProxies { networks: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()], hops };
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append("x-forwarded-for", field.parse().unwrap());
        }
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_can_not_choose_its_address() {
        assert_eq!(client("203.0.113.9", 1, &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn behind_one_proxy_the_rightmost_entry_counts() {
        assert_eq!(client("10.0.0.1", 1, &["198.51.100.1, 203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn several_fields_are_one_list() {
        assert_eq!(client("10.0.0.1", 1, &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", 2, &["198.51.100.1, 203.0.113.9", "10.0.0.2"]), "203.0.113.9");
    }

    #[test]
    fn a_list_that_is_too_short_or_garbled_falls_back_to_the_peer() {
        assert_eq!(client("10.0.0.1", 2, &["203.0.113.9"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", 1, &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", 1, &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", 1, &["203.0.113.9,"]), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        assert_eq!(client("10.0.0.1", 1, &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("fd00::1", 1, &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client("fd00::1", 1, &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(client("::ffff:10.0.0.1", 1, &["::ffff:203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn one_ipv6_network_is_one_client_to_limits() {
        let key = |text: &str| ClientAddress(text.parse().unwrap()).limit_key();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), key("2001:db8:1:2:ffff::1"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("203.0.113.9").to_string(), "203.0.113.9");
    }
}
