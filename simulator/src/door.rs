//! Where calls to partners come in.

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State as Shared},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    State,
    answers::answer,
    book::{Seen, Step},
    mode::Mode,
    roster::{Operation, Partner, operation, partner},
};

/// So much of a body is kept; bytes.
const KEPT: usize = 10_000;
/// Whoever waits longer for a partner that never answers is sent away.
const FOREVER: Duration = Duration::from_mins(10);
/// Headers that say something of a call, and nothing that must stay secret.
const OF_INTEREST: &[&str] =
    &["accept", "content-type", "idempotency-key", "traceparent", "user-agent", "x-request-id"];

pub(crate) async fn take(
    Shared(state): Shared<Arc<State>>,
    Path((place, path)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(partner) = partner(&place).filter(|partner| partner.place == place) else {
        return error(StatusCode::NOT_FOUND, "unknown_partner");
    };
    let path = format!("/{path}");
    let operation = operation(partner, method.as_str(), &path);
    let mode = state.book.mode(partner);
    let is_authorized = mode != Mode::WrongCredential && is_authorized(&state, partner, &headers);
    let seen = Seen {
        at: state.now(),
        operation: operation.map_or("unknown", |operation| operation.name),
        method: method.to_string(),
        path: uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
        headers: of_interest(&headers),
        is_authorized,
        body: String::from_utf8_lossy(&body[..body.len().min(KEPT)]).into_owned(),
        is_cut: body.len() > KEPT,
        mode: mode.word(),
    };
    state.book.saw(partner, seen);
    if !is_authorized {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (challenge, error(StatusCode::UNAUTHORIZED, "invalid_credential")).into_response();
    }
    match operation {
        Some(operation) => carry_out(&state, partner, operation, &path, &headers, &body).await,
        None => error(StatusCode::NOT_FOUND, "unknown_operation"),
    }
}

fn of_interest(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &&str| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.chars().take(300).collect()))
    };
    OF_INTEREST.iter().filter_map(text).collect()
}

fn is_authorized(state: &State, partner: &Partner, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = given.and_then(|value| value.strip_prefix("Bearer ")) else { return false };
    token == state.secret(partner) || partner.takes_tokens && state.tokens.is_good(token, state.now())
}

async fn carry_out(
    state: &State,
    partner: &Partner,
    operation: &Operation,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let is_read = operation.method == "GET";
    if !is_read && !serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object()) {
        return error(StatusCode::BAD_REQUEST, "not_a_json_object");
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let at = state.now();
    let step =
        state.book.act(partner, operation.name, key, is_read, |number| answer(partner, operation, path, number, at));
    let created = if is_read || operation.path.matches('/').count() > 1 { StatusCode::OK } else { StatusCode::CREATED };
    play(step, created).await
}

/// Answers as the mode has it.
async fn play(step: Step, status: StatusCode) -> Response {
    let good = |step: Step| {
        let replayed = [("idempotent-replayed", if step.is_replayed { "true" } else { "false" })];
        (status, replayed, axum::Json(step.answer)).into_response()
    };
    match step.mode.clone() {
        Mode::Slow { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            good(step)
        }
        Mode::Error { status } => {
            error(StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), "unavailable")
        }
        Mode::Flapping { .. } if !step.is_good => error(StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Mode::Healthy | Mode::Flapping { .. } => good(step),
        Mode::RateLimited { retry_after } => {
            let wait = [(header::RETRY_AFTER, retry_after.to_string())];
            (wait, error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests")).into_response()
        }
        Mode::Hanging => {
            tokio::time::sleep(FOREVER).await;
            error(StatusCode::GATEWAY_TIMEOUT, "unavailable")
        }
        Mode::BadJson => {
            let whole = step.answer.to_string();
            let cut = whole.get(..whole.len() / 2).unwrap_or("{").to_owned();
            (status, [(header::CONTENT_TYPE, "application/json")], cut).into_response()
        }
        Mode::ErrorInBody { code } => axum::Json(json!({"error": {"code": code}})).into_response(),
        Mode::Redirect { to } => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Mode::Huge { bytes } => huge(bytes),
        Mode::BrokenOff => broken_off(),
        Mode::WrongCredential => error(StatusCode::UNAUTHORIZED, "invalid_credential"),
    }
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, axum::Json(json!({"error": {"code": code}}))).into_response()
}

/// JSON that would be sound if anybody read it to its end.
fn huge(bytes: u64) -> Response {
    const PIECE: &[u8] = &[b' '; 64 << 10];
    let pieces = usize::try_from(bytes.div_ceil(PIECE.len() as u64)).unwrap_or(usize::MAX);
    let body = stream::repeat(Bytes::from_static(PIECE)).take(pieces);
    let body = body.chain(stream::once(async { Bytes::from_static(b"{}") })).map(Ok::<_, io::Error>);
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response()
}

fn broken_off() -> Response {
    let pieces = [Ok(Bytes::from_static(b"{\"policy\": ")), Err(io::Error::other("broken off"))];
    // The first piece needs its time to leave before the connection ends.
    let body = stream::iter(pieces).then(|piece| async {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        piece
    });
    let length = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_LENGTH, "1000")];
    (length, Body::from_stream(body)).into_response()
}
