//! Proof that whoever brings a token also has the key it is bound to (DPoP, RFC 9449).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use jsonwebtoken::jwk::ThumbprintHash;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Refusal, replay, signed};
use crate::Services;

/// A proof is good for so long, and may lie so far ahead; seconds.
const FRESH: i64 = 120;
const AHEAD: i64 = 10;

/// What a proof has to be about.
#[derive(Clone, Copy, Debug)]
pub struct ProofOf<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's path, as we serve it.
    pub path: &'a str,
    /// The access token it comes with; nothing at the token endpoint.
    pub token: Option<&'a str>,
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of its key (RFC 7638), by which tokens are bound.
    pub thumbprint: String,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
}

fn wrong(words: &'static str) -> Refusal {
    Refusal::InvalidDpopProof(words)
}

impl Proof {
    /// Checks a proof, and uses it up.
    pub async fn check(cx: &Services, proof: &str, of: ProofOf<'_>) -> Result<Self, Refusal> {
        let malformed = || wrong("The DPoP header must be one JWT of type dpop+jwt, signed by the key in its header.");
        let header = signed::header(proof).ok_or_else(malformed)?;
        let key = header.jwk.as_ref().filter(|_| header.typ.as_deref() == Some("dpop+jwt")).ok_or_else(malformed)?;
        if header.algorithm(key).is_none() {
            return Err(wrong("Sign the DPoP proof with Ed25519, ES256, RS256 or PS256."));
        }
        let claims: Claims = header.claims(proof, key).ok_or_else(malformed)?;
        let url = format!("{}{}", super::issuer(cx), of.path);
        if claims.htm != of.method || claims.htu.split(['?', '#']).next() != Some(url.as_str()) {
            return Err(wrong("The DPoP proof is about another request: htm and htu must be its method and address."));
        }
        let now = cx.clock.now();
        let age = now.millis() / Timestamp::SECOND - claims.iat;
        if !(-AHEAD..=FRESH).contains(&age) {
            return Err(wrong(
                "The DPoP proof is too old or from the future. Set the clock, and make a new one for each call.",
            ));
        }
        if let Some(token) = of.token {
            let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()));
            if claims.ath.as_deref() != Some(expected.as_str()) {
                return Err(wrong("The DPoP proof is about another token: ath must be its SHA-256."));
            }
        }
        let thumbprint = key.thumbprint(ThumbprintHash::SHA256).map_err(|_| malformed())?;
        if claims.jti.is_empty() || claims.jti.len() > 200 {
            return Err(malformed());
        }
        let until = now.plus((FRESH + AHEAD) * Timestamp::SECOND);
        if !replay::spend(cx, &format!("dpop:{thumbprint}:{}", claims.jti), until).await? {
            return Err(wrong("This DPoP proof was used before. Make a new one for each call."));
        }
        Ok(Self { thumbprint })
    }
}
