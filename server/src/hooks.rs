//! The door for partners' messages: `POST /hooks/{slug}`. No session, no cookie: a message proves itself by its
//! signature.

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::inbound::Refusal;
use futures::StreamExt;
use serde_json::json;
use services::{
    Services,
    inbound::{self, LARGEST, Receipt},
};

use crate::{edge::client_address::ClientAddress, error_page::Problem};

/// The door, to stand beside the portal.
pub fn router(services: Services) -> Router {
    Router::new().route("/hooks/{slug}", post(take)).with_state(services)
}

/// Why a body was not read to its end.
enum Unread {
    TooLarge,
    Broken,
}

async fn take(State(cx): State<Services>, Path(slug): Path<String>, request: Request) -> Response {
    match answer(&cx, &slug, request).await {
        Ok(status) => (status, Json(json!({ "received": true }))).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn answer(cx: &Services, slug: &str, request: Request) -> Result<StatusCode, Problem> {
    let from = request.extensions().get::<ClientAddress>().map(|address| address.0.to_string()).unwrap_or_default();
    let door = inbound::door(cx, slug).await?;
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(inbound::refuse(cx, &door, Refusal::TooLarge, &from).await.into()),
        Err(Unread::Broken) => return Err(Problem::of_status(StatusCode::BAD_REQUEST)),
    };
    Ok(match inbound::accept(cx, &door, &parts.headers, &body, &from).await? {
        Receipt::Kept(_) => StatusCode::ACCEPTED,
        Receipt::Known => StatusCode::OK,
    })
}

/// Reads a body up to the largest that is taken.
async fn read(body: Body) -> Result<Vec<u8>, Unread> {
    let mut frames = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| Unread::Broken)?;
        if bytes.len() + frame.len() > LARGEST {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&frame);
    }
    Ok(bytes)
}
