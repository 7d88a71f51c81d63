//! The client credentials grant (RFC 6749 section 4.4).

use std::collections::BTreeSet;

use domain::{Timestamp, permissions::Permission};
use secrecy::SecretString;

use super::{Proof, Refusal, Tokens, token::LIFETIME};
use crate::{Services, credentials::Caller};

/// A token on its way to its client.
#[derive(Debug)]
pub struct Granted {
    /// The token.
    pub token: SecretString,
    /// `Bearer`, or `DPoP` for one that is bound.
    pub kind: &'static str,
    /// Seconds.
    pub expires_in: i64,
    /// What it allows, apart by spaces.
    pub scope: String,
}

/// Gives a client a token for what it asks (`scope`), or for all it has when it asks for nothing.
pub async fn grant(
    cx: &Services,
    tokens: &Tokens,
    client: &Caller,
    scope: Option<&str>,
    proof: Option<Proof>,
) -> Result<Granted, Refusal> {
    if client.requires_dpop && proof.is_none() {
        return Err(Refusal::InvalidDpopProof(
            "This client's tokens are bound to a key of its own: send a DPoP proof.",
        ));
    }
    let scopes = asked(client, scope)?;
    let bound_to = proof.map(|proof| proof.thumbprint);
    let kind = if bound_to.is_some() { "DPoP" } else { "Bearer" };
    let token = tokens.sign(cx, client, &scopes, bound_to).await?;
    let scope: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    Ok(Granted { token: token.into(), kind, expires_in: LIFETIME / Timestamp::SECOND, scope: scope.join(" ") })
}

fn asked(client: &Caller, scope: Option<&str>) -> Result<BTreeSet<Permission>, Refusal> {
    let Some(scope) = scope.map(str::trim).filter(|scope| !scope.is_empty()) else { return Ok(client.scopes.clone()) };
    let mut scopes = BTreeSet::new();
    for word in scope.split_ascii_whitespace().take(100) {
        match word.parse::<Permission>() {
            Ok(permission) if client.scopes.contains(&permission) => scopes.insert(permission),
            _ => {
                let shown: String = word.chars().filter(char::is_ascii_graphic).take(60).collect();
                return Err(Refusal::InvalidScope(format!("This client doesn't have the scope {shown}.")));
            }
        };
    }
    Ok(scopes)
}
