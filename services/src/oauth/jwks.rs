//! Public keys of clients (RFC 7517).

use domain::texts::Invalid;
use jsonwebtoken::{
    Algorithm,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet},
};

/// More keys than this on one client say that the wrong set was pasted.
const MOST: usize = 10;

/// Checks a set of public keys as somebody pasted it, and writes it in its own plain form.
pub fn parse_jwks(text: &str) -> Result<String, Invalid> {
    if text.len() > 20_000 {
        return Err(Invalid::new("This key set is too long. Leave out what is not a signing key."));
    }
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|_| Invalid::new("Paste a JSON Web Key Set, like {\"keys\":[{\"kty\":\"OKP\", …}]}."))?;
    let has_private = value["keys"]
        .as_array()
        .is_some_and(|keys| keys.iter().any(|key| ["d", "p", "q", "k"].iter().any(|part| key.get(part).is_some())));
    if has_private {
        return Err(Invalid::new(
            "This set holds a private key. Paste the public one, and replace that key: it has been on the clipboard.",
        ));
    }
    let set: JwkSet = serde_json::from_value(value)
        .map_err(|_| Invalid::new("Paste a JSON Web Key Set, like {\"keys\":[{\"kty\":\"OKP\", …}]}."))?;
    if set.keys.is_empty() || set.keys.len() > MOST {
        return Err(Invalid::new("The set must hold 1 to 10 keys."));
    }
    if let Some(key) = set.keys.iter().find(|key| algorithms(key).is_empty()) {
        let name = key.common.key_id.as_deref().unwrap_or("without a kid");
        return Err(Invalid::new(format!(
            "The key {name} can't be used. Use Ed25519, P-256, or RSA with 2,048 bits or more."
        )));
    }
    serde_json::to_string(&set).map_err(|_| Invalid::new("This key set can't be kept."))
}

/// The algorithms a key may sign with: asymmetric ones that are not broken, each fitting its key (RFC 8725 section 3.1).
pub(super) fn algorithms(key: &Jwk) -> Vec<Algorithm> {
    match &key.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => vec![Algorithm::EdDSA],
        AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => vec![Algorithm::ES256],
        // 256 bytes in base64 are 342 characters.
        AlgorithmParameters::RSA(rsa) if rsa.n.len() >= 342 => vec![Algorithm::RS256, Algorithm::PS256],
        _ => Vec::new(),
    }
}
