//! Reports of leaked credentials.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::permissions::{Permission, marker::LeaksReport};
use serde::{Deserialize, Serialize};
use services::{
    credentials::{self, LeakReport, Reported},
    oauth::verified_report,
};
use utoipa::ToSchema;

use crate::{
    error_page::Problem,
    partner_api::{
        body::Body,
        call::Call,
        operation::{Operation, Route},
    },
};

/// A report, signed by the scanner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCredentialLeak {
    /// A JWT (RFC 7519) signed with the client's own key, with the claims `iss` (the client's id), `iat`, `found` (the
    /// credential) and `place` (where it was found).
    #[schema(min_length = 1, max_length = 8192, pattern = "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$")]
    report: String,
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialLeak {
    /// `credential_leak`.
    object: &'static str,
    /// `revoked`, `already_revoked` or `not_ours`.
    result: &'static str,
}

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Operation {
            creates: false,
            ..Operation::create::<NewCredentialLeak, CredentialLeak>(
                "createCredentialLeak",
                "POST /api/v1/credential-leaks",
                "Report a leaked credential",
                Permission::LeaksReport,
            )
        }
        .tag("Security")
        .note("For scanners. The report is signed with the key of the client that sends it; a credential of ours is revoked at once."),
        create,
    )]
}

async fn create(call: Call, Body(new): Body<NewCredentialLeak>) -> Result<Response, Problem> {
    let access = call.access::<LeaksReport>()?;
    let (found, place) = verified_report(&call.own, &call.caller, &new.report).ok_or_else(|| {
        services::Error::invalid_field(
            "report",
            "This report is not signed with the key of the client that sends it, or is older than five minutes.",
        )
    })?;
    let result = match credentials::report(&call.own, &access, &LeakReport { found, place }).await? {
        Reported::Revoked(_) => "revoked",
        Reported::AlreadyRevoked => "already_revoked",
        Reported::NotOurs => "not_ours",
    };
    Ok((StatusCode::CREATED, Json(CredentialLeak { object: "credential_leak", result })).into_response())
}
