//! What a server function needs from its request: the services, who asks, and how to answer. Server only.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use services::{Error, Services, access::Actor, audit};

use crate::error::AppError;

/// The services and whoever asks. The server's middleware puts both into the request's context.
pub fn asked() -> Result<(Services, Actor), Error> {
    match (use_context::<Services>(), use_context::<Actor>()) {
        (Some(cx), Some(actor)) => Ok((cx, actor)),
        _ => Err(Error::internal("a server function ran outside a request")),
    }
}

/// Turns what a use case said into what the page or the caller gets: the status is set on the answer, a failure goes to
/// the log, and a missing permission to the audit log.
pub async fn answer<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, AppError> {
    match work.await {
        Ok(done) => Ok(done),
        Err(error) => Err(refuse(error).await),
    }
}

async fn refuse(error: Error) -> AppError {
    if let Some(response) = use_context::<ResponseOptions>() {
        if let Ok(status) = axum::http::StatusCode::from_u16(error.status) {
            response.set_status(status);
        }
        if let Some(seconds) = error.retry_after {
            response.insert_header(axum::http::header::RETRY_AFTER, seconds.into());
        }
    }
    match asked() {
        Ok((cx, actor)) => told(&cx, &actor, error).await,
        Err(_) => words_of(error, String::new()),
    }
}

/// What whoever asked is told of a failure: the cause goes to the log, and a missing permission to the audit log.
pub async fn told(cx: &Services, actor: &Actor, error: Error) -> AppError {
    if error.code == "access.missing_permission" {
        let entry = audit::Entry::new("access.refused")
            .outcome(audit::Outcome::Refused)
            .detail("message", error.message.as_str());
        if let Err(unwritten) = audit::record(cx, actor, entry).await {
            unwritten.log();
        }
    }
    words_of(error, actor.trace().request_id.clone())
}

fn words_of(error: Error, request_id: String) -> AppError {
    error.log();
    AppError {
        code: error.code.to_owned(),
        status: error.status,
        message: error.message,
        fields: error.fields,
        request_id,
        retry_after: error.retry_after,
        conflict: error.conflict,
    }
}

/// Parses an id that came in an address or a form; what is none is answered like an id of nothing.
pub fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::not_found("record.not_found", "There is no such record. The address may be wrong."))
}

/// A new token for a form that creates something.
pub fn new_token() -> String {
    domain::ids::EventId::new().to_string()
}

/// The token of a form that creates something.
pub fn parse_token(text: &str) -> Result<uuid::Uuid, Error> {
    uuid::Uuid::try_parse(text)
        .map_err(|_| Error::invalid_field("token", "This form is damaged. Reload the page and fill it in again."))
}

/// A form as it was opened, to go with it in a hidden field.
pub fn base_of<F: serde::Serialize>(form: &F) -> String {
    serde_json::to_string(form).unwrap_or_default()
}

/// Reads [`base_of`] back.
pub fn parse_base<F: serde::de::DeserializeOwned>(text: &str) -> Result<F, Error> {
    serde_json::from_str(text)
        .map_err(|_| Error::invalid_field("base", "This form is damaged. Reload the page and try again."))
}

/// The session of this request.
pub fn session() -> Result<services::sessions::AuthSession, Error> {
    use_context().ok_or_else(|| Error::internal("a server function ran outside a session"))
}

/// A path of ours to go to: anything else becomes the overview.
pub fn own_path(next: &str) -> String {
    let is_ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if is_ours { next.to_owned() } else { "/".to_owned() }
}
