//! What clients sign with keys of their own: JWTs in the compact form (RFC 7515), each checked by one key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, crypto,
    jwk::{Jwk, JwkSet},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::jwks::algorithms;

/// Longer ones are none of ours; bytes.
const LONGEST: usize = 8_192;

/// The header, as far as it is read.
#[derive(Deserialize)]
pub(super) struct Header {
    alg: String,
    kid: Option<String>,
    pub(super) typ: Option<String>,
    pub(super) jwk: Option<Jwk>,
    /// Extensions that must be understood (RFC 7515 section 4.1.11). We know none.
    crit: Option<serde::de::IgnoredAny>,
}

/// Reads the header, which proves nothing yet.
pub(super) fn header(token: &str) -> Option<Header> {
    let encoded = token.split('.').next().filter(|_| token.len() <= LONGEST)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// What a token claims, by whomever it is signed: only to know whose keys to check it with.
pub(super) fn claimed<T: DeserializeOwned>(token: &str) -> Option<T> {
    let encoded = token.split('.').nth(1).filter(|_| token.len() <= LONGEST)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

impl Header {
    /// The algorithm, if it is one that a key may sign with. Ed25519 goes by two names: that of RFC 8037 and that of
    /// RFC 9864, which replaces it.
    pub(super) fn algorithm(&self, key: &Jwk) -> Option<Algorithm> {
        let named = match self.alg.as_str() {
            "EdDSA" | "Ed25519" => Algorithm::EdDSA,
            "ES256" => Algorithm::ES256,
            "RS256" => Algorithm::RS256,
            "PS256" => Algorithm::PS256,
            _ => return None,
        };
        algorithms(key).contains(&named).then_some(named)
    }

    /// The claims, if this key signed them.
    pub(super) fn claims<T: DeserializeOwned>(&self, token: &str, key: &Jwk) -> Option<T> {
        let (message, signature) = token.rsplit_once('.').filter(|_| self.crit.is_none())?;
        let verifies = DecodingKey::from_jwk(key).ok()?;
        let is_signed = crypto::verify(signature, message.as_bytes(), &verifies, self.algorithm(key)?).ok()?;
        if is_signed { claimed(token) } else { None }
    }
}

/// The claims, if one of a client's keys signed them.
pub(super) fn claims<T: DeserializeOwned>(keys: &str, token: &str) -> Option<T> {
    let keys: JwkSet = serde_json::from_str(keys).ok()?;
    let header = header(token)?;
    let is_named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    keys.keys.iter().filter(is_named).find_map(|key| header.claims(token, key))
}
