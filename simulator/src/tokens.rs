//! Access tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4).

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Form, Json,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;

use crate::{
    State,
    mode::Mode,
    roster::{PARTNERS, Partner},
    signatures,
};

/// The tokens that were given out, and until when each is good.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    asked: AtomicU64,
    good: Mutex<BTreeMap<String, i64>>,
}

impl Tokens {
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn is_good(&self, token: &str, now: i64) -> bool {
        self.lock().get(token).is_some_and(|until| *until > now)
    }

    pub(crate) fn take_back(&self) {
        self.lock().clear();
    }

    fn give(&self, secret: &str, number: u64, now: i64, until: i64) -> String {
        let token = format!("sim-token-{}", signatures::hmac(secret.as_bytes(), &format!("{now}.{number}")));
        let mut good = self.lock();
        good.retain(|_, until| *until > now);
        good.insert(token.clone(), until);
        token
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_secret: String,
}

/// Gives a token to whoever knows the secret of the one partner that takes tokens.
pub(crate) async fn grant(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Form(request): Form<Request>,
) -> Response {
    let number = state.tokens.asked.fetch_add(1, Ordering::Relaxed) + 1;
    let refused = |status, code: &str| (status, Json(json!({"error": code}))).into_response();
    let Some(partner) = PARTNERS.iter().find(|partner: &&Partner| partner.takes_tokens) else {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    };
    if request.grant_type != "client_credentials" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let secret = state.secret(partner);
    let given = basic(&headers).unwrap_or(request.client_secret);
    if given != secret || state.book.mode(partner) == Mode::WrongCredential {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let (now, seconds) = (state.now(), state.options.token_seconds);
    let until = now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000));
    let token = state.tokens.give(&secret, number, now, until);
    let body = Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds}));
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// The password of the header `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<String> {
    let encoded = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}
