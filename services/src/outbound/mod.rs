//! Calls that we make to addresses which other people name: webhooks, partners.
//!
//! Whoever names the address must not be able to reach our own network through us: a host is looked up once, what it
//! points to is checked, and the connection goes to what was checked. Redirects are not followed.

mod resolver;

use std::{collections::BTreeSet, fmt, io, sync::Arc, time::Duration};

use domain::{Timestamp, addresses};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header::RETRY_AFTER, uri::Scheme};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, builderstates::WantsSchemes};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use resolver::Resolver;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How much of an answer is read; bytes.
const ANSWER: usize = 16 << 10;
/// How much of an answer is kept; characters.
const EXCERPT: usize = 500;

/// Hosts that may be called though they are inside our own network, and without encryption.
pub type AllowedHosts = BTreeSet<String>;

/// Calls addresses that other people name.
pub struct Outbound {
    http: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    allowed: Arc<AllowedHosts>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// How long we are asked to wait, in milliseconds.
    pub retry_after: Option<i64>,
    /// How the answer begins.
    pub excerpt: String,
}

/// A whole answer of a partner.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// How long we are asked to wait, in milliseconds.
    pub retry_after: Option<i64>,
    /// The body; nothing when it was longer than is read or broke off.
    pub body: Option<Bytes>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// We don't call this address.
    #[error("not called: {0}")]
    Refused(String),
    /// It took too long.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// The connection did not come about, or broke.
    #[error("{0}")]
    Broken(String),
}

impl Outbound {
    /// A client that calls what is public, and the hosts of `allowed`.
    pub fn new(allowed: AllowedHosts) -> Self {
        let allowed = Arc::new(allowed);
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new(Arc::clone(&allowed)));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let http = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(16)
            .pool_timer(TokioTimer::new())
            .build(encrypted().https_or_http().enable_http1().wrap_connector(tcp));
        Self { http, allowed }
    }

    /// Whether we would call an address at all, as far as its text tells: `https`, a host, and none inside our network.
    pub fn check(&self, url: &str) -> Result<Uri, Failure> {
        let refused = |why: &str| Failure::Refused(why.to_owned());
        let uri: Uri = url.parse().map_err(|_| refused("it is no address"))?;
        let host = uri.host().ok_or_else(|| refused("it names no host"))?.to_ascii_lowercase();
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(refused("it holds a user name"));
        }
        let is_allowed = self.allowed.contains(&host);
        if uri.scheme() != Some(&Scheme::HTTPS) && !(is_allowed && uri.scheme() == Some(&Scheme::HTTP)) {
            return Err(refused("it is not https"));
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match literal.parse() {
            Ok(_) if is_allowed => Ok(uri),
            Ok(address) => match addresses::refusal(address) {
                Some(why) => Err(Failure::Refused(format!("the address is {why}"))),
                None => Ok(uri),
            },
            Err(_) => Ok(uri),
        }
    }

    /// Posts a body and reads how the answer begins, all within `patience`.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: String,
        patience: Duration,
    ) -> Result<Reply, Failure> {
        let uri = self.check(url)?;
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        tokio::time::timeout(patience, self.send(request)).await.unwrap_or(Err(Failure::TimedOut(patience.as_secs())))
    }

    /// Asks a partner and reads its whole answer, up to `most` bytes, all within `patience`.
    pub async fn ask(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
        (patience, most): (Duration, usize),
    ) -> Result<Answer, Failure> {
        let uri = self.check(url)?;
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let answer = async {
            let (parts, body) = self.http.request(request).await.map_err(|error| told(&error))?.into_parts();
            let body = Limited::new(body, most).collect().await.ok().map(http_body_util::Collected::to_bytes);
            Ok(Answer { status: parts.status, retry_after: retry_after(&parts.headers), body })
        };
        tokio::time::timeout(patience, answer).await.unwrap_or(Err(Failure::TimedOut(patience.as_secs())))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
        let (parts, body) = self.http.request(request).await.map_err(|error| told(&error))?.into_parts();
        // The status counts. An answer that is too long or breaks off is cut where it does.
        let text = match Limited::new(body, ANSWER).collect().await {
            Ok(body) => excerpt(&String::from_utf8_lossy(&body.to_bytes())),
            Err(_) => String::new(),
        };
        Ok(Reply { status: parts.status, retry_after: retry_after(&parts.headers), excerpt: text })
    }
}

/// TLS as browsers speak it, with the certificate authorities that they trust.
fn encrypted() -> HttpsConnectorBuilder<WantsSchemes> {
    #[expect(clippy::expect_used, reason = "the provider's own cipher suites fit the protocol versions it names")]
    HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .expect("ring speaks TLS 1.2 and 1.3")
}

/// The innermost cause says most: "connection refused", "the address is private".
fn told(error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut cause = error;
    loop {
        let carried = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(refused) = carried.and_then(|inner| inner.downcast_ref::<Failure>()) {
            return refused.clone();
        }
        match cause.source() {
            Some(inner) => cause = inner,
            None => return Failure::Broken(excerpt(&cause.to_string())),
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || *letter == '\n').take(EXCERPT).collect()
}

/// The seconds of `Retry-After` in milliseconds (RFC 9110, section 10.2.3); a date is not understood and not heeded.
fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(i64::from(seconds) * Timestamp::SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(url: &str) -> String {
        Outbound::new(AllowedHosts::new())
            .check(url)
            .map_or_else(|refused| refused.to_string(), |_| "called".to_owned())
    }

    #[test]
    fn what_is_inside_our_network_is_not_called_in_any_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://10.1.2.3/hook",
            "https://172.31.255.255/",
            "https://192.168.0.1:8443/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0.0.0.0/",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
        ] {
            assert!(why(url).starts_with("not called: the address is"), "{url}: {}", why(url));
        }
        assert_eq!(why("https://1.1.1.1/"), "called");
        assert_eq!(why("https://[2606:4700::1111]/"), "called");
    }

    #[test]
    fn only_https_without_a_user_is_called() {
        assert_eq!(why("http://example.com/"), "not called: it is not https");
        assert_eq!(why("ftp://example.com/"), "not called: it is not https");
        assert_eq!(why("https://me:word@example.com/"), "not called: it holds a user name");
        assert_eq!(why("/hook"), "not called: it names no host");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called_either() {
        let outbound = Outbound::new(AllowedHosts::new());
        for url in ["https://localhost:1/", "https://2130706433/", "https://0x7f.1/", "https://127.1/"] {
            let refused =
                outbound.post(url, HeaderMap::new(), String::new(), Duration::from_secs(5)).await.unwrap_err();
            assert!(!matches!(&refused, Failure::Broken(words) if words.contains("refused")), "{url}: {refused}");
        }
        let refused =
            outbound.post("https://localhost:1/", HeaderMap::new(), String::new(), Duration::from_secs(5)).await;
        assert_eq!(refused, Err(Failure::Refused("localhost leads to an address that is loopback".to_owned())));
    }
}
