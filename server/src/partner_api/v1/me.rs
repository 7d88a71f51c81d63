//! The credential in use.

use axum::Json;
use domain::permissions::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::partner_api::{
    call::Call,
    operation::{Operation, Route},
};

/// What the credential in use is and may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialInUse {
    /// `credential`.
    object: &'static str,
    /// The public part of the credential.
    id: String,
    /// Key or client.
    #[schema(value_type = words::CredentialKind)]
    kind: &'static str,
    /// Its name.
    name: String,
    /// Whose it is.
    partner: String,
    /// What it works on.
    #[schema(value_type = words::Environment)]
    environment: &'static str,
    /// What it may do.
    scopes: Vec<&'static str>,
    /// The version of the API this answer is in.
    api_version: &'static str,
    /// Whether it came with a secret that is being replaced: switch to the new one.
    uses_old_secret: bool,
    /// The fields that may leave for its partner.
    cleared_fields: Vec<&'static str>,
}

pub(super) fn routes() -> Vec<Route> {
    let operation = Operation {
        scope: None,
        ..Operation::read::<CredentialInUse>(
            "getCredentialInUse",
            "GET /api/v1/me",
            "What the credential in use may do",
            Permission::EventsRead,
        )
    };
    vec![Route::new(operation.tag("Credential").note("Needs no scope: a good first call."), show)]
}

async fn show(call: Call) -> Json<CredentialInUse> {
    let caller = &call.caller;
    Json(CredentialInUse {
        object: "credential",
        id: caller.public_id.to_string(),
        kind: caller.kind.as_str(),
        name: caller.name.clone(),
        partner: caller.partner_name.clone(),
        environment: caller.environment.as_str(),
        scopes: call.actor.permissions().iter().map(|scope| scope.as_str()).collect(),
        api_version: call.version.as_str(),
        uses_old_secret: caller.uses_old_secret(),
        cleared_fields: call.terms.clearance.fields().map(domain::partners::Field::as_str).collect(),
    })
}
