//! The portal itself: pages, server functions and forms, behind sessions and sign-in.
//!
//! A request that is not for a file of the site comes through here:
//! session → who is it ([`visitor`]) → may they be here at all → page ([`pages`]), server function ([`functions`]) or a
//! form sent to its own page ([`gateway`]).

mod functions;
mod gateway;
mod notice;
mod pages;
mod visitor;

use crate::assets;
use app::{App, Assets, viewer::Viewer};
use axum::{
    Router, middleware,
    routing::{any, get},
};
use axum_login::AuthManagerLayerBuilder;
use leptos::{
    WasmSplitManifest,
    prelude::{ArcStoredValue, provide_context},
};
use services::{
    Services,
    sessions::{Backend, Store},
};
use std::collections::HashMap;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

/// What the portal's handlers share.
#[derive(Clone)]
pub struct Site {
    /// Use cases.
    pub services: Services,
    /// The names of the site's files.
    pub assets: Assets,
    /// Which parts of the module each lazy page needs.
    pub parts: Parts,
}

/// Which parts of the WebAssembly module each lazy page needs, so that a page can ask for them at once.
#[derive(Clone, Debug, Default)]
pub struct Parts(Option<WasmSplitManifest>);

impl Parts {
    /// Reads the list that the build left beside the parts; none for a build in one piece.
    pub fn read(manifest: Option<String>) -> Self {
        let read = || {
            let file = assets::file(&format!("pkg/{}", manifest?))?;
            let pages: HashMap<String, Vec<String>> = serde_json::from_slice(&file.data).ok()?;
            let loader = assets::names().split_loader?;
            Some(WasmSplitManifest(ArcStoredValue::new(("/pkg".to_owned(), pages, loader))))
        };
        Self(read())
    }

    pub(super) fn provide(&self) {
        if let Some(manifest) = &self.0 {
            provide_context(manifest.clone());
        }
    }
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
        .fallback(pages::show)
        .layer(middleware::from_fn_with_state(site.clone(), visitor::admit))
        .layer(sign_in)
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
