//! Messages that partners send: signed, or wrongly so, late, or twice.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Uri, header},
};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{State, answers::instant, signatures};

/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// So much of its answer is read; bytes.
const ANSWER: usize = 64 << 10;
/// So much of its answer is told; characters.
const EXCERPT: usize = 500;
/// How old a late message is; seconds.
const LATE: i64 = 3_600;

/// How a message is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Standard Webhooks.
    #[default]
    Standard,
    /// HMAC-SHA-256 of the body, in hexadecimal digits after `sha256=`; the id stands in `x-event-id`.
    Hmac,
    /// Stripe's.
    Stripe,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It is signed by another secret.
    WrongSignature,
    /// It was signed an hour ago.
    Late,
    /// It comes twice, with the same id.
    Duplicate,
    /// It is signed, and no JSON.
    BadJson,
    /// It is not signed.
    Unsigned,
}

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Where to: an address that begins with `http://`.
    pub to: String,
    /// How it is signed.
    #[serde(default)]
    pub scheme: Scheme,
    /// By what.
    pub secret: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what.
    #[serde(default)]
    pub data: Value,
    /// What is wrong with it.
    #[serde(default)]
    pub fault: Fault,
    /// Its id; a new one when it is missing.
    #[serde(default)]
    pub id: Option<String>,
    /// The header of a plain HMAC; `x-signature` when it is missing.
    #[serde(default)]
    pub header: Option<String>,
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The address or a header can't be used.
    #[error("{0}")]
    Unusable(String),
    /// Nobody answered.
    #[error("the receiver could not be reached: {0}")]
    Unreached(String),
}

/// What the receiver answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// The message's id.
    pub id: String,
    /// The status.
    pub status: u16,
    /// How the answer begins.
    pub excerpt: String,
}

/// Sends a message, twice where that is its fault.
pub(crate) async fn send(state: &Arc<State>, message: &Message) -> Result<Vec<Answered>, Unsent> {
    let id = message.id.clone().unwrap_or_else(|| state.next_message());
    let now = state.now();
    let times = if message.fault == Fault::Duplicate { 2 } else { 1 };
    let mut answers = Vec::new();
    for _ in 0..times {
        let sending = post(&message.to, signed(message, &id, now)?);
        let answer = tokio::time::timeout(PATIENCE, sending).await;
        let late = Err(Unsent::Unreached(format!("no answer within {} s", PATIENCE.as_secs())));
        let (status, excerpt) = answer.unwrap_or(late)?;
        answers.push(Answered { id: id.clone(), status, excerpt });
    }
    Ok(answers)
}

/// The headers and the body of a message, as they go out.
fn signed(message: &Message, id: &str, now: i64) -> Result<(Vec<(HeaderName, HeaderValue)>, String), Unsent> {
    let is_late = message.fault == Fault::Late;
    let seconds = now.div_euclid(1_000) - if is_late { LATE } else { 0 };
    let body = match (message.fault, message.scheme) {
        (Fault::BadJson, _) => "{\"type\": ".to_owned(),
        (_, Scheme::Stripe) => {
            json!({"id": id, "type": message.kind, "created": seconds, "data": {"object": message.data}}).to_string()
        }
        (_, Scheme::Standard | Scheme::Hmac) => {
            let at = instant(seconds.saturating_mul(1_000));
            json!({"id": id, "type": message.kind, "timestamp": at, "data": message.data}).to_string()
        }
    };
    let wrong = format!("not {}", message.secret);
    let secret = if message.fault == Fault::WrongSignature { &wrong } else { &message.secret };
    let mut texts = vec![("content-type".to_owned(), "application/json".to_owned())];
    let (name, signature) = match message.scheme {
        Scheme::Standard => {
            texts.push(("webhook-id".to_owned(), id.to_owned()));
            texts.push(("webhook-timestamp".to_owned(), seconds.to_string()));
            ("webhook-signature".to_owned(), signatures::standard(secret, id, seconds, &body))
        }
        Scheme::Hmac => {
            texts.push(("x-event-id".to_owned(), id.to_owned()));
            let name = message.header.clone().unwrap_or_else(|| "x-signature".to_owned());
            (name, format!("sha256={}", signatures::hmac(secret.as_bytes(), &body)))
        }
        Scheme::Stripe => ("stripe-signature".to_owned(), signatures::stripe(secret, seconds, &body)),
    };
    if message.fault != Fault::Unsigned {
        texts.push((name, signature));
    }
    let header = |(name, value): (String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(&value).ok()?))
    };
    let headers: Option<Vec<_>> = texts.into_iter().map(header).collect();
    let headers = headers.ok_or_else(|| Unsent::Unusable("a header holds what no header can carry".to_owned()))?;
    Ok((headers, body))
}

async fn post(to: &str, (headers, body): (Vec<(HeaderName, HeaderValue)>, String)) -> Result<(u16, String), Unsent> {
    let unusable = |why: &str| Unsent::Unusable(why.to_owned());
    let unreached = |error: &dyn std::fmt::Display| Unsent::Unreached(error.to_string());
    let uri: Uri = to.parse().map_err(|_| unusable("the address is none"))?;
    if uri.scheme_str() != Some("http") {
        return Err(unusable("the address does not begin with http://"));
    }
    let authority = uri.authority().ok_or_else(|| unusable("the address names no host"))?;
    let address = (authority.host().trim_matches(['[', ']']).to_owned(), authority.port_u16().unwrap_or(80));
    let stream = tokio::net::TcpStream::connect(address).await.map_err(|error| unreached(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreached(&error))?;
    tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(Method::POST).uri(path).header(header::HOST, authority.as_str());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body)).map_err(|_| unusable("the address is none"))?;
    let (parts, body) = sender.send_request(request).await.map_err(|error| unreached(&error))?.into_parts();
    let text = match Limited::new(body, ANSWER).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).chars().take(EXCERPT).collect(),
        Err(_) => String::new(),
    };
    Ok((parts.status.as_u16(), text))
}
