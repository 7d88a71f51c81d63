//! What a handler knows of its call.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use domain::{api_version::ApiVersion, credentials::Environment, permissions::Grant};
use services::{
    Services,
    access::{Access, Actor},
    contracts::Terms,
    credentials::Caller,
};

use super::given::Given;
use crate::error_page::Problem;

/// A call that was admitted.
#[derive(Clone, Debug)]
pub struct Call {
    /// The data it works on.
    pub cx: Services,
    /// Where the partner's own things are: its endpoints, its keys.
    pub own: Services,
    /// Who calls.
    pub actor: Actor,
    /// The key or client.
    pub caller: Arc<Caller>,
    /// The version it is answered in.
    pub version: ApiVersion,
    /// Makes a creation that is sent again the same one.
    pub token: uuid::Uuid,
    /// What may leave for whoever calls, and in what form, at this instant.
    pub terms: Arc<Terms>,
    /// What the answer gives away.
    pub given: Given,
}

impl Call {
    /// The proof of a permission, for a use case.
    pub fn access<P: Grant>(&self) -> Result<Access<P>, Problem> {
        Ok(self.actor.authorize::<P>()?)
    }

    /// What it works on.
    pub fn environment(&self) -> Environment {
        self.caller.environment
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Put there by `admit`, without which no handler is reached.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}
