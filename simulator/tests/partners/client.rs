//! A client that shows all that came back.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request},
};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use simulator::{Options, Simulator};

/// A simulator on a port of its own.
pub async fn simulator() -> Simulator {
    with(Options::default()).await
}

pub async fn with(options: Options) -> Simulator {
    Simulator::start_with("127.0.0.1:0".parse().unwrap(), options).await.unwrap()
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Asks, and waits for the head of the answer only.
pub async fn head(
    origin: &str,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<axum::http::Response<hyper::body::Incoming>, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let host = origin.strip_prefix("http://").unwrap();
    let stream = tokio::net::TcpStream::connect(host).await.map_err(|error| told(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| told(&error))?;
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
    sender.send_request(request).await.map_err(|error| told(&error))
}

pub async fn ask(
    origin: &str,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer, String> {
    let (parts, body) = head(origin, method, path, headers, body).await?.into_parts();
    let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, text })
}

pub async fn get(simulator: &Simulator, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    ask(&simulator.origin(), Method::GET, path, &[("authorization", &bearer)], "").await.unwrap()
}

/// A call that changes something.
pub async fn call(simulator: &Simulator, path: &str, token: &str, key: &str, body: &Value) -> Result<Answer, String> {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    if !key.is_empty() {
        headers.push(("idempotency-key", key));
    }
    ask(&simulator.origin(), Method::POST, path, &headers, &body.to_string()).await
}

pub async fn post_json(simulator: &Simulator, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    ask(&simulator.origin(), Method::POST, path, &headers, &body.to_string()).await.unwrap()
}

pub async fn post_form(simulator: &Simulator, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend(headers);
    ask(&simulator.origin(), Method::POST, path, &all, body).await.unwrap()
}

/// Whether something takes longer than `patience`.
pub async fn is_late<T>(patience: Duration, waiting: impl Future<Output = T>) -> bool {
    tokio::time::timeout(patience, waiting).await.is_err()
}
