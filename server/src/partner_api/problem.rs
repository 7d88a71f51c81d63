//! Problem documents (RFC 9457): every refusal of the API, whoever asks and whatever they accept.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{edge::request_id::RequestId, error_page::Problem};

/// The registered type of a refusal by a limit (draft-ietf-httpapi-ratelimit-headers).
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// What is wrong with a part of what was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemItem {
    /// Which part, as a JSON pointer (RFC 6901) into the body, or the name of a parameter.
    pub pointer: String,
    /// What is wrong with it and what to do.
    pub detail: String,
}

/// Why a call was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub struct ProblemDocument {
    /// Names the kind of problem; stable.
    pub r#type: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Stable, for programs: `area.what`.
    pub code: String,
    /// Names this call; quote it when you ask about it.
    pub request_id: String,
    /// What is wrong with which part of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemItem>,
    /// The limits that refused it.
    #[serde(rename = "violated-policies", skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub violated_policies: Vec<String>,
}

/// The limits that refused a call, beside its problem.
#[derive(Clone, Debug)]
pub(super) struct Violated(pub(super) Vec<String>);

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Not authenticated",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        408 | 504 => "Too slow",
        409 => "Conflict",
        410 => "Gone",
        412 => "Changed meanwhile",
        413 => "Too large",
        415 => "Unsupported content",
        422 => "Some of what was sent is wrong",
        428 => "Condition required",
        429 => "Too many calls",
        503 => "Not available right now",
        500 => "Something went wrong on our side",
        _ => status.canonical_reason().unwrap_or("Refused"),
    }
}

/// Middleware: draws every problem as a document, and every bare error of a library with it.
pub(super) async fn draw(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let mut response = next.run(request).await;
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if !is_error
        || response.headers().contains_key(header::CONTENT_TYPE)
            && response.extensions().get::<Problem>().is_none()
            && is_drawn(&response)
    {
        return response;
    }
    let problem =
        response.extensions_mut().remove::<Problem>().unwrap_or_else(|| Problem::of_status(response.status()));
    let violated = response.extensions_mut().remove::<Violated>().map(|Violated(names)| names).unwrap_or_default();
    let kind =
        if violated.is_empty() { format!("urn:keyfob:problem:{}", problem.code) } else { QUOTA_EXCEEDED.to_owned() };
    let document = ProblemDocument {
        r#type: kind,
        title: title(problem.status).to_owned(),
        status: problem.status.as_u16(),
        detail: problem.message.into_owned(),
        code: problem.code.into_owned(),
        request_id: id,
        errors: problem
            .fields
            .into_iter()
            .map(|field| ProblemItem { pointer: pointer(&field.field), detail: field.message })
            .collect(),
        violated_policies: violated,
    };
    let drawn = Json(document).into_response();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    Response::from_parts(parts, Body::new(drawn.into_body()))
}

fn is_drawn(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"application/problem+json") || kind.as_bytes().starts_with(b"application/json")
    })
}

/// A field's name as a JSON pointer; what is a pointer already stays.
fn pointer(field: &str) -> String {
    if field.starts_with('/') { field.to_owned() } else { format!("/{}", field.replace('~', "~0").replace('/', "~1")) }
}

/// There is no such address.
pub(super) async fn nowhere() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "route.not_found",
        "There is no such address in this API. See /api/v1/openapi.json.",
    )
}

/// The address is there, and takes other methods; the router adds which.
pub(super) async fn other_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "route.method",
        "This address doesn't take this method. The Allow header says which it takes.",
    )
}
