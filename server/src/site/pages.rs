//! Pages, rendered whole on the server.

use app::viewer::Viewer;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{nonce::Nonce, prelude::provide_context};
use services::{Services, access::Actor, sessions::AuthSession};

use super::{Site, notice};
use crate::edge::headers::CspNonce;

/// Answers a page's address with the page.
pub async fn show(State(site): State<Site>, request: Request) -> Response {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"))])
            .into_response();
    }
    render(site, request, None).await
}

/// Renders a page; `failure` is the form that was refused, when there is one.
pub(super) async fn render(site: Site, request: Request, failure: Option<app::failure::Failure>) -> Response {
    let context = Context::of(&site, &request);
    let takes_notice = context.viewer.notice.is_some();
    let status = failure.as_ref().and_then(|failure| StatusCode::from_u16(failure.error.status).ok());
    let provide = move || {
        context.provide();
        if let Some(failure) = &failure {
            provide_context(failure.clone());
        }
    };
    let handler = leptos_axum::render_app_async_with_context(provide, app::shell);
    let mut response = handler(request.map(|_| Body::empty())).await.into_response();
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    if takes_notice {
        notice::clear(&site.services, response.headers_mut());
    }
    response
}

/// What pages and server functions find in their context.
#[derive(Clone)]
pub(super) struct Context {
    services: Services,
    actor: Actor,
    viewer: Viewer,
    assets: app::Assets,
    calls: app::Calls,
    nonce: Option<String>,
    sign_in: Option<AuthSession>,
}

impl Context {
    pub(super) fn of(site: &Site, request: &Request) -> Self {
        let extensions = request.extensions();
        Self {
            services: site.services.clone(),
            actor: extensions
                .get::<Actor>()
                .cloned()
                .unwrap_or_else(|| Actor::nobody(services::access::Trace::default())),
            viewer: extensions.get::<Viewer>().cloned().unwrap_or_default(),
            assets: site.assets.clone(),
            calls: site.calls.clone(),
            nonce: extensions.get::<CspNonce>().map(|nonce| nonce.0.clone()),
            sign_in: extensions.get::<AuthSession>().cloned(),
        }
    }

    pub(super) fn provide(&self) {
        provide_context(self.services.clone());
        provide_context(self.actor.clone());
        provide_context(self.viewer.clone());
        provide_context(self.assets.clone());
        provide_context(self.calls.clone());
        if let Some(nonce) = &self.nonce {
            provide_context(Nonce::from_value(nonce.as_str()));
        }
        if let Some(sign_in) = &self.sign_in {
            provide_context(sign_in.clone());
        }
    }
}

/// `/customers/:id` as axum writes it.
pub(super) fn axum_path(path: &str) -> String {
    let steps: Vec<String> = path
        .split('/')
        .map(|step| match (step.strip_prefix(':'), step.strip_prefix('*')) {
            (Some(name), _) => format!("{{{name}}}"),
            (_, Some(name)) => format!("{{*{name}}}"),
            _ => step.to_owned(),
        })
        .collect();
    let path = steps.join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}
