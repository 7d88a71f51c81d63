//! Errors as people and machines see them: one shape, [`Problem`], drawn as a page or as a problem document (RFC 9457).
//!
//! Middlewares and handlers answer with a [`Problem`] and don't ask who is reading. [`render`] stands outside them all,
//! knows the request's `Accept` and its id, and draws the answer. It also replaces the bare words that libraries answer
//! with (404, 405, 413, a rejected form), because those leak how we are built and look like nothing of ours.

mod accept;
mod draw;

use std::borrow::Cow;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use services::FieldError;

use crate::edge::request_id::RequestId;
pub use accept::wants_html;

/// A refusal or a failure on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code, `area.what`.
    pub code: Cow<'static, str>,
    /// What happened and what to do.
    pub message: Cow<'static, str>,
    /// What is wrong with which field.
    pub fields: Vec<FieldError>,
    /// Headers that belong to it, such as `Retry-After`.
    pub headers: HeaderMap,
}

impl Problem {
    /// A problem with its own code and sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), message: message.into(), fields: Vec::new(), headers: HeaderMap::new() }
    }

    /// The general problem of a status, when nothing more is known.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status.as_u16() {
            400 => ("request.malformed", "The request could not be read."),
            401 => ("access.signed_out", "You are signed out. Sign in and try again."),
            403 => ("access.forbidden", "You may not do this."),
            404 => ("page.not_found", "The address may be mistyped, or what it showed is gone."),
            405 => ("request.method", "This address doesn't take this kind of request."),
            408 => ("request.slow", "The request took too long to arrive. Check your connection and try again."),
            409 => {
                ("request.conflict", "What you saw has changed in the meantime. Load it again and repeat your change.")
            }
            411 => ("request.length", "The request must say how long it is."),
            413 => ("request.too_large", "What you sent is larger than we accept. Send less at once."),
            414 => ("request.address_too_long", "The address is longer than we accept."),
            415 => ("request.content_type", "This kind of content is not accepted here."),
            422 => ("input.invalid", "Some of what you sent needs another look."),
            429 => ("limit.exceeded", "Too many requests came from your network. Wait a little and try again."),
            431 => ("request.headers_too_large", "The request's headers are larger than we accept."),
            503 => ("unavailable", "Something we need is away for the moment. Nothing was changed; try again shortly."),
            504 => ("request.timeout", "The answer took too long. Try again shortly."),
            code if code >= 500 => (
                "internal",
                "Something went wrong on our side. It has been logged; try again, and if it stays, tell your \
                 administrator the request id.",
            ),
            _ => ("request.refused", "The request was refused."),
        };
        Self::new(status, code, message)
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Says after how many seconds a new try makes sense.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }
}

impl IntoResponse for Problem {
    /// The status and headers, with the problem beside them for [`render`]; no body yet.
    fn into_response(mut self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(std::mem::take(&mut self.headers));
        response.extensions_mut().insert(self);
        response
    }
}

impl From<services::Error> for Problem {
    /// The cause goes to the log, the code and the sentence to the reader.
    fn from(error: services::Error) -> Self {
        error.log();
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, error.code, error.message);
        problem.fields = error.fields;
        match error.retry_after {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }
}

/// Middleware: draws every problem, and every bare error of a library, for whoever asked.
pub async fn render(request: Request, next: Next) -> Response {
    let as_html = wants_html(request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare(&response) => Problem::of_status(response.status()),
        None => return response,
    };
    let (content_type, body) = draw::draw(&problem, id.as_ref(), as_html);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Response::from_parts(parts, body.into())
}

/// Whether an answer is an error that nobody of ours has drawn: no body of a known kind. Answers of server functions are
/// marked by their own header and are read by our own code in the browser.
fn is_bare(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let is_undrawn = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/plain"));
    is_error && is_undrawn && !response.headers().contains_key("serverfnerror")
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn ask(accept: &str, path: &str) -> (StatusCode, String, String) {
        let app = Router::new()
            .route(
                "/problem",
                get(|| async { Problem::new(StatusCode::CONFLICT, "plan.used", "<b>In use</b>").retry_after(7) }),
            )
            .route("/own-json", get(|| async { (StatusCode::CONFLICT, axum::Json("mine")) }))
            .layer(axum::middleware::from_fn(render));
        let request = Request::builder().uri(path).header("accept", accept).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_browser_gets_a_page_in_which_nothing_is_markup_that_was_a_message() {
        let (status, kind, body) = ask("text/html,*/*;q=0.8", "/problem").await;
        assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "text/html; charset=utf-8"));
        assert!(body.contains("&lt;b&gt;In use&lt;/b&gt;") && body.contains("plan.used"), "{body}");
        assert!(!body.contains("style=") && !body.contains("<script"), "{body}");
    }

    #[tokio::test]
    async fn a_machine_gets_a_problem_document() {
        let (status, kind, body) = ask("application/json", "/problem").await;
        assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "application/problem+json"));
        let document: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(document["status"], 409);
        assert_eq!(document["code"], "plan.used");
    }

    #[tokio::test]
    async fn bare_errors_are_replaced_and_drawn_ones_are_kept() {
        let (status, _, body) = ask("application/json", "/nowhere").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("page.not_found"), "{body}");
        assert_eq!(ask("text/html", "/own-json").await.2, "\"mine\"");
    }
}
