//! `Idempotency-Key` on calls that create something: the same call again gets the same answer again.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use services::{
    Services,
    credentials::Caller,
    idempotency::{self, Answer, Taken},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{body::LARGEST, operation::Operation};
use crate::error_page::Problem;

/// The header.
pub(super) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Said of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers that belong to an answer and are repeated with it.
const REPEATED: [&str; 3] = ["content-type", "etag", "location"];

/// The key of a call, when it has one.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    // The draft of the header writes it as a string in quotes; most send it bare.
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_plain = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if is_plain {
        Ok(Some(key.to_owned()))
    } else {
        Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency.malformed",
            "An Idempotency-Key is 1 to 255 visible characters without spaces, such as a UUID.",
        ))
    }
}

/// A token that is the same for the same caller and key: even when the first answer was lost with its process, the use
/// case finds what it made.
pub(super) fn token(caller: &Caller, key: Option<&str>) -> Uuid {
    match key {
        Some(key) => {
            let digest = Sha256::digest(format!("{}:{key}", caller.id).as_bytes());
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            uuid::Builder::from_custom_bytes(bytes).into_uuid()
        }
        None => Uuid::now_v7(),
    }
}

/// Carries a call out once for its key.
pub(super) async fn once(
    cx: &Services,
    caller: &Caller,
    operation: &Operation,
    key: &str,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let mut hasher = Sha256::new();
    hasher.update(operation.id.as_bytes());
    hasher.update(parts.uri.path().as_bytes());
    hasher.update([0]);
    hasher.update(&bytes);
    match idempotency::take(cx, caller.id, key, &hasher.finalize().into()).await? {
        Taken::Before(answer) => return Ok(replay(answer)),
        Taken::Now => {}
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if !response.status().is_success() {
        // Refused or failed: nothing was made, and a second try is welcome.
        idempotency::release(cx, caller.id, key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 * LARGEST).await.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let headers: Vec<String> = REPEATED
        .iter()
        .filter_map(|name| {
            parts.headers.get(*name).and_then(|value| value.to_str().ok()).map(|value| format!("{name}: {value}"))
        })
        .collect();
    let answer = Answer { status: parts.status.as_u16(), headers: headers.join("\n"), body: bytes.to_vec() };
    idempotency::store(cx, caller.id, key, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for line in answer.headers.lines() {
        if let Some((name, value)) = line.split_once(": ")
            && let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
