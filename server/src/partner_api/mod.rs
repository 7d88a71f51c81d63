//! The partner API: what machines call, at `/api/v1`.
//!
//! A call goes through [`admit`]: credential, network, version, scope, limits; each check leaves a line that staff can
//! look up by the request's id. Then the handler calls the same use case as the portal, with the machine as its actor.
//! Live credentials work on the business, test credentials on a sandbox with a database of its own.
//!
//! Every operation is a row of [`operation`], from which the routes, the checks and the OpenAPI document are made.

mod admit;
mod body;
mod call;
mod conditional;
mod fields;
mod given;
mod idempotent;
mod oauth;
mod openapi;
pub mod operation;
mod page;
mod problem;
mod sandbox;
pub mod v1;
mod versions;

use std::sync::Arc;

use app::calls::{Answered, Calls, Tried};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware,
    routing::get,
};
use domain::credentials::Environment;
use services::{Services, credentials::Verifier, oauth::Tokens, usage::Recorder};
use tower::ServiceExt;

use crate::edge::{client_address::ClientAddress, request_id::RequestId};

pub use openapi::document;
pub use operation::Operation;
pub use sandbox::{Sandbox, open as open_sandbox};

/// What the API's handlers share.
#[derive(Debug)]
pub struct Api {
    pub(crate) verifier: Verifier,
    pub(crate) tokens: Tokens,
    pub(crate) recorder: Recorder,
    live: Services,
    sandbox: Option<Services>,
}

impl Api {
    /// Over the business and, when there is one, the sandbox.
    pub fn new(live: Services, sandbox: Option<Services>) -> Arc<Self> {
        Arc::new(Self {
            verifier: Verifier::default(),
            tokens: Tokens::default(),
            recorder: Recorder::default(),
            live,
            sandbox,
        })
    }

    /// Where credentials, limits and counts are: beside the business, for both environments.
    pub fn services(&self) -> &Services {
        &self.live
    }

    /// What test credentials work on, when there is a sandbox.
    pub fn sandbox(&self) -> Option<&Services> {
        self.sandbox.as_ref()
    }

    /// What was counted and not yet written.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The data that a credential works on.
    fn data(&self, environment: Environment) -> Option<&Services> {
        match environment {
            Environment::Live => Some(&self.live),
            Environment::Test => self.sandbox(),
        }
    }
}

/// The API as its own reference page calls it: through the same routes and checks as everybody.
pub fn calls(api: &Arc<Api>) -> Calls {
    let router = router(api);
    Calls::new(document(), move |tried: Tried| {
        let router = router.clone();
        async move { answered(router, tried).await }
    })
}

async fn answered(router: Router, tried: Tried) -> Answered {
    let mut request = Request::builder().method(tried.method.as_str()).uri(&tried.path);
    for (name, value) in &tried.headers {
        request = request.header(name, value);
    }
    let Ok(mut request) = request.body(Body::from(tried.body)) else {
        return Answered {
            status: 400,
            body: "This is no request: look at the address and the headers.".to_owned(),
            ..Answered::default()
        };
    };
    if let Ok(address) = tried.address.parse() {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request.extensions_mut().insert(RequestId::fresh());
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let headers =
        parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    Answered {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The routes of the API and of the token endpoints.
pub fn router(api: &Arc<Api>) -> Router {
    let mut v1 = Router::new().route("/openapi.json", get(openapi::serve));
    for route in v1::routes() {
        v1 = route.mount(v1, api);
    }
    let v1 = v1
        .fallback(problem::nowhere)
        .method_not_allowed_fallback(problem::other_method)
        .layer(middleware::from_fn(problem::draw));
    Router::new().nest("/api/v1", v1).merge(oauth::router(api))
}
