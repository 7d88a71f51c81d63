//! Server functions, called by pages that already run in the browser.
//!
//! Only what [`app::functions`] declares is served. What changes anything is reached through [`super::gateway`] alone:
//! called directly it must carry the token that binds forms to the session.

use app::functions::{Function, Guard, Kind};
use app::viewer::Viewer;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use services::access::{Actor, ActorKind};
use subtle::ConstantTimeEq;

use super::{Site, pages::Context};
use crate::error_page::Problem;

/// The header by which a direct call shows that it comes from a page of ours.
pub const TOKEN_HEADER: &str = "x-keyfob-form";

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
    let actor = request.extensions().get::<Actor>().cloned();
    let is_allowed = actor.as_ref().is_some_and(|actor| passes(function.guard, actor));
    if !is_allowed {
        let signed_in = actor.is_some_and(|actor| !matches!(actor.kind(), ActorKind::Nobody));
        // Holders of nothing are told by the use case itself, which names the permission and writes the refusal down.
        if !signed_in {
            return Problem::new(
                StatusCode::UNAUTHORIZED,
                "access.signed_out",
                "You are signed out. Sign in and try again.",
            )
            .into_response();
        }
    }
    let context = Context::of(&site, &request);
    let mut response = leptos_axum::handle_server_fns_with_context(move || context.provide(), without_html(request))
        .await
        .into_response();
    // The framework redirects a plain form back to its referer; only our own gateway redirects.
    response.headers_mut().remove(header::LOCATION);
    response
}

fn passes(guard: Guard, actor: &Actor) -> bool {
    match guard {
        Guard::Anybody => true,
        Guard::SignedIn => !matches!(actor.kind(), ActorKind::Nobody),
        Guard::Holds(permission) => actor.holds(permission),
        Guard::OneOf(permissions) => permissions.iter().any(|permission| actor.holds(*permission)),
    }
}

fn without_html(mut request: Request) -> Request {
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    request.headers_mut().remove(header::REFERER);
    request
}

pub(super) fn is_form(headers: &HeaderMap) -> bool {
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
