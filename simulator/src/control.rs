//! Control over HTTP, in JSON: for tests.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as Shared, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    State,
    book::Told,
    mode::Mode,
    roster::{PARTNERS, Partner, partner},
    send::{self, Message, Unsent},
};

type Body<T> = Result<Json<T>, JsonRejection>;

/// What is asked for, or why not.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}

fn named(word: &str) -> Result<&'static Partner, Refused> {
    partner(word).ok_or_else(|| Refused(StatusCode::NOT_FOUND, format!("Nobody here is called {word}.")))
}

/// All partners.
pub(crate) async fn all(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    let partners: Vec<Told> = PARTNERS.iter().map(|partner| state.book.told(partner)).collect();
    Json(json!({"partners": partners, "tokens_asked": state.tokens.asked()}))
}

/// One partner.
pub(crate) async fn one(Shared(state): Shared<Arc<State>>, Path(word): Path<String>) -> Response {
    named(&word).map(|partner| Json(state.book.told(partner))).into_response()
}

/// Sets how a partner behaves: `{"mode": "slow", "ms": 300, "honours_keys": true}`; what is missing stays.
pub(crate) async fn set(
    Shared(state): Shared<Arc<State>>,
    Path(word): Path<String>,
    change: Body<serde_json::Map<String, Value>>,
) -> Response {
    changed(&state, &word, change).map(Json).into_response()
}

fn changed(state: &State, word: &str, change: Body<serde_json::Map<String, Value>>) -> Result<Told, Refused> {
    let partner = named(word)?;
    let Json(mut change) = change?;
    let unclear = |why: String| Refused(StatusCode::UNPROCESSABLE_ENTITY, why);
    let honours_keys = match change.remove("honours_keys") {
        None => None,
        Some(Value::Bool(honours)) => Some(honours),
        Some(_) => return Err(unclear("honours_keys is true or false.".to_owned())),
    };
    let mode = if change.is_empty() { None } else { Some(Mode::parse(change.into()).map_err(unclear)?) };
    state.book.set(partner, mode, honours_keys);
    Ok(state.book.told(partner))
}

/// The calls that a partner saw, the oldest first.
pub(crate) async fn calls(Shared(state): Shared<Arc<State>>, Path(word): Path<String>) -> Response {
    named(&word).map(|partner| Json(json!({"calls": state.book.calls(partner)}))).into_response()
}

/// How often each operation was done for each idempotency key.
pub(crate) async fn effects(Shared(state): Shared<Arc<State>>, Path(word): Path<String>) -> Response {
    named(&word).map(|partner| Json(json!({"effects": state.book.effects(partner)}))).into_response()
}

/// Makes a partner healthy and forgetful.
pub(crate) async fn reset(Shared(state): Shared<Arc<State>>, Path(word): Path<String>) -> Response {
    named(&word)
        .map(|partner| {
            state.book.reset(partner);
            Json(state.book.told(partner))
        })
        .into_response()
}

/// Makes a partner send a message.
pub(crate) async fn send(
    Shared(state): Shared<Arc<State>>,
    Path(word): Path<String>,
    message: Body<Message>,
) -> Response {
    sent(&state, &word, message).await.map(Json).into_response()
}

async fn sent(state: &Arc<State>, word: &str, message: Body<Message>) -> Result<Value, Refused> {
    named(word)?;
    let Json(message) = message?;
    match send::send(state, &message).await {
        Ok(answers) => Ok(json!({"answers": answers})),
        Err(unusable @ Unsent::Unusable(_)) => Err(Refused(StatusCode::UNPROCESSABLE_ENTITY, unusable.to_string())),
        Err(unreached @ Unsent::Unreached(_)) => Err(Refused(StatusCode::BAD_GATEWAY, unreached.to_string())),
    }
}
