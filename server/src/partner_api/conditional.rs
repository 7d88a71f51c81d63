//! Conditions: `ETag`, `If-None-Match` and `If-Match` (RFC 9110 section 13).

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::call::Call;
use crate::error_page::Problem;

/// The tag of a record's version in a version of the API: another rendering is another text.
fn tag(call: &Call, version: i64) -> String {
    format!("\"{version}.{}\"", call.version)
}

fn names(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
}

/// Refuses conditions that are none: neither `*` nor tags in quotes.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let is_tag = |tag: &str| {
        let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        tag == "*" || inner.is_some_and(|inner| !inner.is_empty() && !inner.contains('"'))
    };
    let is_sound = names(headers, header::IF_MATCH).all(is_tag)
        && names(headers, header::IF_NONE_MATCH).all(|tag| is_tag(tag.strip_prefix("W/").unwrap_or(tag)));
    let is_text = [header::IF_MATCH, header::IF_NONE_MATCH]
        .iter()
        .all(|name| headers.get_all(name).iter().all(|value| value.to_str().is_ok()));
    if is_sound && is_text {
        Ok(())
    } else {
        Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "condition.malformed",
            "If-Match and If-None-Match take an ETag in its quotes, as it was answered, or *.",
        ))
    }
}

/// A record with its tag; 304 when whoever asks has it already.
pub fn tagged<T: Serialize>(call: &Call, headers: &HeaderMap, version: i64, status: StatusCode, body: T) -> Response {
    let tag = tag(call, version);
    let has_it =
        names(headers, header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    let mut response = if has_it && status == StatusCode::OK {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (status, Json(body)).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The version that a change was made for: the one now when `If-Match` names it, else 412. Without the header, 428.
pub fn must_match(headers: &HeaderMap, version: i64) -> Result<i64, Problem> {
    if names(headers, header::IF_MATCH).next().is_none() {
        return Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "condition.missing",
            "Say which version you have read: send its ETag as If-Match. So nobody overwrites what somebody else changed.",
        ));
    }
    let is_named = names(headers, header::IF_MATCH).any(|known| {
        known == "*" || known.trim_matches('"').split('.').next().is_some_and(|known| known.parse() == Ok(version))
    });
    if is_named { Ok(version) } else { Err(changed()) }
}

/// Somebody else was faster.
pub fn changed() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "condition.changed",
        "It has changed since you read it. Read it again, and make your change to what it is now.",
    )
}

/// A use case's own refusal of an old version is the same thing.
pub fn conflict_is_412(error: services::Error) -> Problem {
    if error.conflict.is_some() || error.code.ends_with("changed_meanwhile") { changed() } else { error.into() }
}
