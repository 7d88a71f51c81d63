//! Reading what was sent: typed, bounded, and nothing unknown in it.

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use services::FieldError;

use crate::error_page::Problem;

/// No call of ours needs to send more.
pub(super) const LARGEST: usize = 256 * 1024;

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// Whether the content type is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| {
            let kind = kind.trim().to_ascii_lowercase();
            kind == "application/json" || kind == "application/merge-patch+json"
        })
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.content_type",
                "Send JSON, with the header Content-Type: application/json.",
            ));
        }
        let bytes = to_bytes(request.into_body(), LARGEST)
            .await
            .map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
        parse(&bytes).map(Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            return Problem::new(
                StatusCode::BAD_REQUEST,
                "request.malformed",
                format!("The body is no JSON: something is wrong at line {}, column {}.", inner.line(), inner.column()),
            );
        }
        wrong(&pointer(&path), &inner.to_string())
    })?;
    reader.end().map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "request.malformed", "There is something after the end of the JSON body.")
    })?;
    Ok(value)
}

/// `a.b[0]` as a JSON pointer.
fn pointer(path: &str) -> String {
    if path == "." {
        return "/".to_owned();
    }
    let steps = path.replace('[', ".").replace(']', "");
    steps.split('.').filter(|step| !step.is_empty()).fold(String::new(), |pointer, step| format!("{pointer}/{step}"))
}

/// The library's words, without where in the text: "unknown field `x`, expected one of …" says what to do.
fn wrong(field: &str, words: &str) -> Problem {
    let words = words.split(" at line ").next().unwrap_or_default();
    let message: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "input.invalid",
        "Some of what was sent doesn't fit; see errors.",
    );
    problem.fields = vec![FieldError::new(field, format!("{message}."))];
    problem
}

/// The parameters of the query. Every list also takes `fields`, which is applied to the answer.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .filter(|(name, _)| name != super::fields::PARAMETER)
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in &pairs {
            if !seen.insert(name.as_str()) {
                return Err(wrong(name, "it is given twice"));
            }
        }
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        axum::extract::Query::<T>::try_from_uri(
            &format!("/?{text}").parse().map_err(|_| wrong("query", "it can't be read"))?,
        )
        .map(|query| Self(query.0))
        .map_err(|rejection| {
            let words = rejection.body_text();
            let words = words.rsplit_once("query string: ").map_or(words.as_str(), |(_, words)| words);
            let (name, words) = words.split_once(": ").unwrap_or(("query", words));
            wrong(name, words)
        })
    }
}

/// An id in the path; what is none names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: std::str::FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(StatusCode::NOT_FOUND, "record.not_found", "There is nothing with this id.");
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(|_| missing())?;
        path.0.last().and_then(|(_, id)| id.parse().ok()).map(Self).ok_or_else(missing)
    }
}
