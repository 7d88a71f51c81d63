//! Server functions, called by pages that already run in the browser.
//!
//! Only what [`app::functions`] declares is served. What changes anything is reached through [`super::gateway`] alone:
//! called directly it must carry the token that binds forms to the session.

use app::{
    context::told,
    error::AppError,
    functions::{Function, Guard, Kind},
    viewer::Viewer,
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use services::access::{Actor, ActorKind, Trace};
use subtle::ConstantTimeEq;

use super::{Site, pages::Context};
use crate::error_page::Problem;

/// The header by which a direct call shows that it comes from a page of ours.
pub const TOKEN_HEADER: &str = "x-keyfob-form";

/// An error is words; nothing of ours says more at once.
const MOST_OF_AN_ERROR: usize = 256 * 1024;

/// Runs a server function.
pub async fn handle(State(site): State<Site>, request: Request) -> Response {
    let endpoint = request.uri().path().trim_start_matches("/_fn/").to_owned();
    let Some(function) = Function::find(&endpoint) else { return not_found() };
    if request.method() != Method::POST {
        return not_found();
    }
    if !is_form(request.headers()) {
        return Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    if function.kind == Kind::Write && !carries_token(&request) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "form.token",
            "This form is from another session or is too old. Reload the page and send it again.",
        )
        .into_response();
    }
    run(site, function, request).await
}

/// Runs a function for somebody who may call it at all; the use case asks again for the very permission.
pub(super) async fn run(site: Site, function: &'static Function, request: Request) -> Response {
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or_else(|| Actor::nobody(Trace::default()));
    if let Err(missing) = passes(function.guard, &actor) {
        let error = told(&site.services, &actor, missing).await;
        return (StatusCode::from_u16(error.status).unwrap_or(StatusCode::FORBIDDEN), Json(error)).into_response();
    }
    let context = Context::of(&site, &request);
    let mut response = leptos_axum::handle_server_fns_with_context(move || context.provide(), without_html(request))
        .await
        .into_response();
    // The framework redirects a plain form back to its referer; only our own gateway redirects.
    response.headers_mut().remove(header::LOCATION);
    with_own_status(response).await
}

/// Whether somebody may call a function at all, or what they lack.
fn passes(guard: Guard, actor: &Actor) -> Result<(), services::Error> {
    let signed_in = || match actor.kind() {
        ActorKind::Nobody => {
            Err(services::Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))
        }
        _ => Ok(()),
    };
    match guard {
        Guard::Anybody => Ok(()),
        Guard::SignedIn => signed_in(),
        Guard::Holds(permission) => actor.require(permission),
        Guard::OneOf(permissions) if permissions.iter().any(|permission| actor.holds(*permission)) => Ok(()),
        // One of several is missing; the first is as good a name for it as any.
        Guard::OneOf(permissions) => {
            signed_in().and_then(|()| permissions.first().map_or(Ok(()), |permission| actor.require(*permission)))
        }
    }
}

/// The framework answers 500 for input that it can't read; it is the input that is wrong, and the error says so.
async fn with_own_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_OF_AN_ERROR).await else {
        return Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    };
    if let Some(status) = serde_json::from_slice::<AppError>(&bytes).ok().and_then(|error| {
        StatusCode::from_u16(error.status).ok().filter(|status| status.is_client_error() || status.is_server_error())
    }) {
        head.status = status;
    }
    Response::from_parts(head, Body::from(bytes))
}

fn without_html(mut request: Request) -> Request {
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    request.headers_mut().remove(header::REFERER);
    request
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn carries_token(request: &Request) -> bool {
    let sent = request.headers().get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    is_token(request, sent)
}

/// Whether a token is the one that binds forms to the session of this request.
pub(super) fn is_token(request: &Request, sent: &str) -> bool {
    let expected = request.extensions().get::<Viewer>().map(|viewer| viewer.form_token.clone()).unwrap_or_default();
    expected.as_bytes().ct_eq(sent.as_bytes()).into()
}

fn not_found() -> Response {
    Problem::of_status(StatusCode::NOT_FOUND).into_response()
}
