//! A client that proves itself by a signature with its own key (RFC 7523 section 2.2).

use std::sync::Arc;

use domain::{
    Timestamp,
    credentials::{ClientAuthentication, PublicId},
};
use serde::Deserialize;

use super::{Refusal, issuer, replay, signed, token_endpoint};
use crate::{
    Services,
    credentials::{Caller, Refused, Verifier},
};

/// An assertion may be good for so long; seconds.
const LONGEST: i64 = 600;
/// Clocks may go apart so far; seconds.
const LEEWAY: i64 = 30;

#[derive(Deserialize)]
struct Named {
    sub: PublicId,
}

/// Whom an assertion is for: one, or several (RFC 7519 section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, ours: &[&str]) -> bool {
        match self {
            Self::One(named) => ours.contains(&named.as_str()),
            Self::Several(named) => named.iter().any(|named| ours.contains(&named.as_str())),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
    nbf: Option<i64>,
}

const WRONG: Refusal =
    Refusal::InvalidClient("The client assertion is not right: check iss, sub, aud, exp, jti and the key.");

/// The client that signed an assertion, which is used up.
pub(super) async fn client(cx: &Services, verifier: &Verifier, assertion: &str) -> Result<Arc<Caller>, Refusal> {
    // Who it says it is, only to know whose keys to check it with.
    let named: Named = signed::claimed(assertion).ok_or(WRONG)?;
    let caller = match verifier.client(cx, &named.sub).await {
        Ok(caller) => caller,
        Err(Refused::Failed(error)) => return Err(error.into()),
        Err(_) => return Err(WRONG),
    };
    if caller.authentication != ClientAuthentication::PrivateKeyJwt {
        return Err(Refusal::InvalidClient("This client proves itself by its secret."));
    }
    let claims: Claims = signed::claims(&caller.jwks, assertion).ok_or(WRONG)?;
    let is_for_us = claims.aud.names(&[issuer(cx), &token_endpoint(cx)]);
    let now = cx.clock.now().millis() / Timestamp::SECOND;
    let is_now = claims.exp > now - LEEWAY
        && claims.exp <= now + LONGEST + LEEWAY
        && claims.nbf.is_none_or(|from| from <= now + LEEWAY);
    let is_own = claims.iss == caller.public_id.as_str() && claims.sub == claims.iss;
    if !is_own || !is_for_us || !is_now || claims.jti.is_empty() {
        return Err(WRONG);
    }
    let jti: String = claims.jti.chars().take(200).collect();
    let until = Timestamp((claims.exp + LEEWAY) * Timestamp::SECOND);
    if !replay::spend(cx, &format!("assertion:{}:{jti}", caller.public_id), until).await? {
        return Err(Refusal::InvalidClient("This client assertion was used before. Make a new one for each request."));
    }
    Ok(caller)
}

/// A leak report may be so old; seconds.
const REPORT_FRESH: i64 = 300;

#[derive(Deserialize)]
struct Report {
    iss: String,
    iat: i64,
    found: String,
    place: String,
}

/// What a leak report says, when the client that sends it signed it lately with a key of its own: what was found, and
/// where.
pub fn verified_report(cx: &Services, client: &Caller, report: &str) -> Option<(String, String)> {
    let claims: Report = signed::claims(&client.jwks, report)?;
    let age = cx.clock.now().millis() / Timestamp::SECOND - claims.iat;
    let is_own = claims.iss == client.public_id.as_str();
    (is_own && (-LEEWAY..=REPORT_FRESH).contains(&age)).then_some((claims.found, claims.place))
}
