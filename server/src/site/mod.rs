//! The portal itself: pages, server functions and forms, behind sessions and sign-in.
//!
//! A request that is not for a file of the site comes through here:
//! session → who is it ([`visitor`]) → may they be here at all → page ([`pages`]), server function ([`functions`]) or a
//! form sent to its own page ([`gateway`]).

mod downloads;
mod functions;
mod gateway;
mod notice;
mod pages;
mod visitor;

pub(crate) use functions::is_form;

use crate::error_page::Problem;
use app::{App, Assets, Calls, viewer::Viewer};
use axum::{
    Router,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use axum_login::AuthManagerLayerBuilder;
use leptos::prelude::provide_context;
use services::{
    Services,
    sessions::{Backend, Store},
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

/// What the portal's handlers share.
#[derive(Clone)]
pub struct Site {
    /// Use cases.
    pub services: Services,
    /// The names of the site's files.
    pub assets: Assets,
    /// The partner API, for its reference page.
    pub calls: Calls,
}

/// The session and sign-in layers answer a bare 500 when they can't reach their store: nothing else of ours does. Nothing
/// is wrong with the portal then, and trying again helps.
async fn say_that_sessions_are_away(response: Response) -> Response {
    let is_bare =
        !response.headers().contains_key(header::CONTENT_TYPE) && response.extensions().get::<Problem>().is_none();
    if is_bare && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return Problem::of_status(StatusCode::SERVICE_UNAVAILABLE).retry_after(5).into_response();
    }
    response
}

/// The cookie that carries the session's id. The prefix makes browsers refuse it without `Secure` and `Path=/`.
pub const SECURE_COOKIE: &str = "__Host-keyfob";
/// The cookie's name where there is no TLS: on the developer's own machine.
pub const PLAIN_COOKIE: &str = "keyfob";

/// The portal's router, to be put behind the edge.
pub fn router(site: Site) -> Router {
    let sessions = SessionManagerLayer::new(Store::new(site.services.clone()))
        .with_name(if site.services.settings.secure_cookies { SECURE_COOKIE } else { PLAIN_COOKIE })
        .with_secure(site.services.settings.secure_cookies)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        // The cookie lives as long as the browser; how long the session lives is ours to say, in the store.
        .with_expiry(Expiry::OnSessionEnd);
    let sign_in = AuthManagerLayerBuilder::new(Backend::new(site.services.clone()), sessions).build();

    let mut router = Router::new().route("/_fn/{*endpoint}", any(functions::handle));
    for path in page_paths() {
        router = router.route(&path, get(pages::show).post(gateway::receive));
    }
    router
        .route(downloads::BILL_OF_MATERIALS, get(downloads::bill_of_materials))
        .fallback(pages::show)
        .layer(middleware::from_fn_with_state(site.clone(), visitor::admit))
        .layer(sign_in)
        .layer(middleware::map_response(say_that_sessions_are_away))
        .with_state(site)
}

/// The address of every page, as axum writes it: those behind sign-in and those before it.
pub fn page_paths() -> std::collections::BTreeSet<String> {
    let of = |is_signed_in| {
        let provide = move || provide_context(Viewer { is_signed_in, ..Viewer::default() });
        leptos_axum::generate_route_list_with_exclusions_and_ssg_and_context(App, None, provide).0
    };
    of(true).iter().chain(&of(false)).map(|route| pages::axum_path(route.path())).collect()
}
