//! Files that a page offers, for those who may see the page.

use app::context::told;
use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::permissions::marker::IntegrationsRead;
use services::access::{Actor, Trace};

use super::Site;
use crate::bill_of_materials::JSON;

/// The address of the bill of materials.
pub(super) const BILL_OF_MATERIALS: &str = "/integrations/updates/bill-of-materials.json";

/// What this server is made of.
pub(super) async fn bill_of_materials(State(site): State<Site>, request: Request) -> Response {
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or_else(|| Actor::nobody(Trace::default()));
    if let Err(missing) = actor.authorize::<IntegrationsRead>() {
        let error = told(&site.services, &actor, missing).await;
        return (StatusCode::from_u16(error.status).unwrap_or(StatusCode::FORBIDDEN), Json(error)).into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.cyclonedx+json; version=1.6"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"keyfob-bill-of-materials.json\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, JSON).into_response()
}
