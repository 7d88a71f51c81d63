//! Forms, sent to the page they stand on.
//!
//! The hidden field `_fn` names the server function. When it is done, the answer is a redirect (303) with a notice; when
//! it refuses, the same page again with the status of the refusal, every value as it was typed but secrets, and the
//! words of what is wrong. The address stays, so the page hydrates like any other, and nothing here needs JavaScript.

use app::{
    error::AppError,
    failure::Failure,
    functions::{Function, Kind},
    viewer::Done,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{Site, functions, notice, pages};
use crate::error_page::Problem;

/// Forms are small; what is larger is no form of ours.
const LARGEST: usize = 256 * 1024;
/// The one form into which people paste whole documents: a megabyte, and what it grows by on its way.
const LONG_FORM: (&str, usize) = ("/integrations/updates/import", 2 * 1024 * 1024);

fn largest(path: &str) -> usize {
    if path == LONG_FORM.0 { LONG_FORM.1 } else { LARGEST }
}

/// Receives a form.
pub async fn receive(State(site): State<Site>, request: Request) -> Response {
    if !functions::is_form(request.headers()) {
        return Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, largest(parts.uri.path())).await else {
        return Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    };
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let page = Request::from_parts(parts.clone(), Body::empty());
    let Some(function) = field("_fn").and_then(Function::find).filter(|function| function.kind == Kind::Write) else {
        return Problem::of_status(StatusCode::BAD_REQUEST).into_response();
    };
    let error = if functions::is_token(&page, field("_form").unwrap_or_default()) {
        match run(&site, function, parts, &fields).await {
            Outcome::Done(done, response) => return redirect(&site, &done, &response),
            Outcome::Refused(error) => error,
            Outcome::Answered(response) => return response,
        }
    } else {
        AppError {
            code: "form.token".to_owned(),
            status: 403,
            message: "You signed in or out since this page was opened. What you typed is still here: send it again."
                .to_owned(),
            ..AppError::default()
        }
    };
    let failure = Failure {
        path: page.uri().path().to_owned(),
        function: function.endpoint.to_owned(),
        values: fields.iter().filter(|(name, _)| is_shown_again(function, name)).cloned().collect(),
        error,
    };
    pages::render(site, page, Some(failure)).await
}

fn is_shown_again(function: &Function, name: &str) -> bool {
    !name.starts_with('_') && !function.secrets.contains(&name)
}

enum Outcome {
    Done(Done, Response),
    Refused(AppError),
    /// Something between us and the function answered: too large, too often, a fault.
    Answered(Response),
}

async fn run(site: &Site, function: &'static Function, mut parts: Parts, fields: &[(String, String)]) -> Outcome {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.iter().filter(|(name, _)| !name.starts_with('_')))
        .finish();
    let Ok(uri) = format!("/_fn/{}", function.endpoint).parse::<Uri>() else {
        return Outcome::Answered(Problem::of_status(StatusCode::BAD_REQUEST).into_response());
    };
    parts.uri = uri;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let response = functions::run(site.clone(), function, Request::from_parts(parts, Body::from(body))).await;
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Outcome::Answered(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response());
    };
    if head.status.is_success() {
        match serde_json::from_slice::<Done>(&bytes) {
            Ok(done) => Outcome::Done(done, Response::from_parts(head, Body::empty())),
            Err(_) => Outcome::Answered(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()),
        }
    } else {
        match serde_json::from_slice::<AppError>(&bytes) {
            Ok(mut error) => {
                // What serde refuses answers 500 by the framework's own lights; it is the input that is wrong.
                if error.status == 0 {
                    error.status = head.status.as_u16();
                }
                Outcome::Refused(error)
            }
            Err(_) => Outcome::Answered(Response::from_parts(head, Body::from(bytes))),
        }
    }
}

fn redirect(site: &Site, done: &Done, from: &Response) -> Response {
    // Only paths of ours: never `//elsewhere` or a scheme.
    let is_ours = done.to.starts_with('/') && !done.to.starts_with("//") && !done.to.contains('\\');
    let location = HeaderValue::from_str(if is_ours { &done.to } else { "/" }).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    for cookie in from.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    if let Some(clear) = from.headers().get("clear-site-data") {
        response.headers_mut().insert("clear-site-data", clear.clone());
    }
    notice::set(&site.services, response.headers_mut(), done);
    response
}
