//! The token endpoints: `/oauth/token`, `/oauth/introspect`, `/oauth/revoke`, and what clients discover of them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::limits::RouteClass;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use services::{
    access::Trace,
    credentials::Caller,
    limits::Verdict,
    oauth::{self, ClientProof, Proof, ProofOf, Refusal},
    usage,
};

use super::{Api, admit::asks};
use crate::edge::trace;

/// Forms at these endpoints are small.
const LARGEST: usize = 32 * 1024;
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(super) fn router(api: &Arc<Api>) -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/introspect", post(introspect))
        .route("/oauth/revoke", post(revoke))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/.well-known/jwks.json", get(keys))
        .with_state(Arc::clone(api))
}

async fn metadata(State(api): State<Arc<Api>>) -> Response {
    cached(oauth::metadata(api.services()))
}

async fn keys(State(api): State<Arc<Api>>) -> Response {
    match api.tokens.keys.published(api.services()).await {
        Ok(keys) => cached(keys),
        Err(error) => answer(&Err(Refusal::Failed(error)), false),
    }
}

fn cached(document: Value) -> Response {
    let mut response = Json(document).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// A form and how its sender proves itself.
struct Asked {
    form: BTreeMap<String, String>,
    proof: ClientProof,
    is_basic: bool,
}

async fn read(request: Request) -> Result<Asked, Refusal> {
    let is_form = crate::site::is_form(request.headers());
    if !is_form {
        return Err(Refusal::InvalidRequest("Send a form: Content-Type: application/x-www-form-urlencoded."));
    }
    let headers = request.headers().clone();
    let bytes = to_bytes(request.into_body(), LARGEST)
        .await
        .map_err(|_| Refusal::InvalidRequest("The form is larger than any of ours."))?;
    let mut form = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&bytes).into_owned() {
        if form.insert(name, value).is_some() {
            return Err(Refusal::InvalidRequest("A parameter is given twice."));
        }
    }
    let (proof, is_basic) = proof(&headers, &form)?;
    Ok(Asked { form, proof, is_basic })
}

/// How the client proves itself: in exactly one way (RFC 6749 section 2.3).
fn proof(headers: &HeaderMap, form: &BTreeMap<String, String>) -> Result<(ClientProof, bool), Refusal> {
    let basic = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    let ways = usize::from(basic.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some());
    if ways > 1 {
        return Err(Refusal::InvalidRequest("Prove yourself in one way: by header, by form, or by assertion."));
    }
    if let Some(basic) = basic {
        let (id, secret) = decode_basic(basic).ok_or(Refusal::InvalidClient(
            "The Authorization header must be Basic, with the client's id and secret.",
        ))?;
        if form.get("client_id").is_some_and(|named| *named != id) {
            return Err(Refusal::InvalidRequest("client_id names another client than the Authorization header."));
        }
        return Ok((ClientProof::Secret { id, secret: secret.into() }, true));
    }
    if let Some(assertion) = assertion {
        if form.get("client_assertion_type").map(String::as_str) != Some(ASSERTION) {
            return Err(Refusal::InvalidRequest("client_assertion_type must say that the assertion is a JWT."));
        }
        return Ok((ClientProof::Assertion(SecretString::from(assertion.as_str())), false));
    }
    match (form.get("client_id"), secret) {
        (Some(id), Some(secret)) => {
            Ok((ClientProof::Secret { id: id.clone(), secret: SecretString::from(secret.as_str()) }, false))
        }
        _ => {
            Err(Refusal::InvalidClient("Say who you are: by Basic authentication, by form, or by a signed assertion."))
        }
    }
}

/// Id and secret, each in the form's encoding within (RFC 6749 section 2.3.1).
fn decode_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain =
        |text: &str| form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    Some((plain(id)?, plain(secret)?))
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Work {
    Token,
    Introspect,
    Revoke,
}

impl Work {
    const fn route(self) -> &'static str {
        match self {
            Self::Token => "POST /oauth/token",
            Self::Introspect => "POST /oauth/introspect",
            Self::Revoke => "POST /oauth/revoke",
        }
    }
}

async fn token(State(api): State<Arc<Api>>, request: Request) -> Response {
    served(&api, Work::Token, request).await
}

async fn introspect(State(api): State<Arc<Api>>, request: Request) -> Response {
    served(&api, Work::Introspect, request).await
}

async fn revoke(State(api): State<Arc<Api>>, request: Request) -> Response {
    served(&api, Work::Revoke, request).await
}

/// Does the work for a client that is who it says it is.
async fn work(
    api: &Api,
    work: Work,
    asked: &Asked,
    client: &Caller,
    proof: Option<String>,
    trace: Trace,
) -> Result<Value, Refusal> {
    let cx = api.services();
    let token = || asked.form.get("token").ok_or(Refusal::InvalidRequest("token is missing."));
    match work {
        Work::Token => grant(api, asked, client, proof).await,
        Work::Introspect => oauth::introspect(cx, &api.tokens, client, token()?).await,
        Work::Revoke => {
            oauth::revoke(cx, &api.tokens, client, token()?, trace).await?;
            Ok(Value::Null)
        }
    }
}

async fn grant(api: &Api, asked: &Asked, client: &Caller, proof: Option<String>) -> Result<Value, Refusal> {
    match asked.form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType),
        None => return Err(Refusal::InvalidRequest("grant_type is missing; use client_credentials.")),
    }
    let cx = api.services();
    let proof = match proof {
        Some(proof) => {
            let of = ProofOf { method: "POST", path: "/oauth/token", token: None };
            Some(Proof::check(cx, &proof, of).await?)
        }
        None => None,
    };
    let scope = asked.form.get("scope").map(String::as_str);
    let granted = oauth::grant(cx, &api.tokens, client, scope, proof).await?;
    Ok(json!({
        "access_token": granted.token.expose_secret(),
        "token_type": granted.kind,
        "expires_in": granted.expires_in,
        "scope": granted.scope,
    }))
}

/// Reads, authenticates, limits, answers and counts.
async fn served(api: &Api, asked_for: Work, request: Request) -> Response {
    let begun = std::time::Instant::now();
    let cx = api.services();
    let at = cx.clock.now();
    let (trace, address) = (trace::of(&request), trace::address(&request));
    let headers = request.headers().clone();
    let mut who = None;
    let mut is_basic = headers.contains_key(header::AUTHORIZATION);
    let result = async {
        let asked = read(request).await?;
        is_basic = asked.is_basic;
        let client = oauth::authenticate(cx, &api.verifier, &asked.proof).await?;
        who = Some(Arc::clone(&client));
        if !client.may_come_from(address) {
            return Err(Refusal::InvalidClient("This client may not be used from your network."));
        }
        if let Verdict::Refused { retry_after, .. } =
            cx.limiter.ask(&cx.clock, &asks(&client, RouteClass::Token, address)).await
        {
            return Err(Refusal::Failed(services::Error::too_many(
                "limit.exceeded",
                "Too many calls. Keep a token until it is over instead of asking for a new one each time.",
                retry_after,
            )));
        }
        let proof = headers.get("dpop").map(|proof| proof.to_str().unwrap_or_default().to_owned());
        work(api, asked_for, &asked, &client, proof, trace.clone()).await
    }
    .await;
    let response = answer(&result, is_basic);
    api.recorder.record(usage::Call {
        at,
        caller: who.as_ref().map(|client| (client.id, client.partner, client.secret)),
        public_id: who.map(|client| client.public_id.to_string()).unwrap_or_default(),
        route: asked_for.route(),
        version: domain::api_version::ApiVersion::NEWEST.as_str(),
        scope: None,
        status: response.status().as_u16(),
        code: result.as_ref().err().map(|refusal| refusal.code().to_owned()).unwrap_or_default(),
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        address,
        agent: trace.user_agent,
        request_id: trace.request_id,
        steps: result
            .as_ref()
            .err()
            .map(|refusal| usage::Step {
                check: "Token".to_owned(),
                outcome: usage::Outcome::Refused,
                detail: refusal.description(),
            })
            .into_iter()
            .collect(),
    });
    response
}

fn answer(result: &Result<Value, Refusal>, is_basic: bool) -> Response {
    let mut response = match result {
        Ok(Value::Null) => StatusCode::OK.into_response(),
        Ok(value) => Json(value).into_response(),
        Err(refusal) => {
            if let Refusal::Failed(error) = refusal {
                error.log();
            }
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let body = json!({ "error": refusal.code(), "error_description": refusal.description() });
            let mut response = (status, Json(body)).into_response();
            if status == StatusCode::UNAUTHORIZED && is_basic {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"keyfob\""));
            }
            if let Refusal::Failed(error) = refusal
                && let Some(seconds) = error.retry_after
            {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
