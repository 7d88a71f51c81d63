//! Access tokens: JWTs of type `at+jwt` (RFC 9068), good for ten minutes.

use std::{collections::BTreeSet, sync::Arc};

use domain::{Timestamp, credentials::PublicId, permissions::Permission};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{SigningKeys, issuer};
use crate::{
    Error, Services,
    credentials::{Caller, Refused, Verifier},
    db::on,
};

/// A token is good for so long; milliseconds.
pub(super) const LIFETIME: i64 = 10 * Timestamp::MINUTE;
/// How many tokens a process remembers.
const REMEMBERED: usize = 10_000;

/// A key that a token is bound to (RFC 9449 section 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Confirmation {
    pub(super) jkt: String,
}

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: PublicId,
    pub(super) client_id: PublicId,
    pub(super) aud: String,
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) jti: String,
    pub(super) scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cnf: Option<Confirmation>,
}

impl Claims {
    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp(self.exp.saturating_mul(Timestamp::SECOND))
    }
}

/// Who a token is for, and what.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The client.
    pub caller: Arc<Caller>,
    /// What the token allows: what was granted, as far as the client still has it.
    pub scopes: BTreeSet<Permission>,
    /// The thumbprint of the key it is bound to.
    pub bound_to: Option<String>,
}

#[derive(Clone, Debug)]
struct Remembered {
    epoch: i64,
    claims: Arc<Claims>,
}

/// Signs and verifies tokens.
#[derive(Debug)]
pub struct Tokens {
    /// The keys that sign them.
    pub keys: SigningKeys,
    remembered: Cache<[u8; 32], Remembered>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { keys: SigningKeys::default(), remembered: Cache::new(REMEMBERED) }
    }
}

/// What tokens of ours are for.
fn audience(cx: &Services) -> String {
    format!("{}/api/v1", issuer(cx))
}

impl Tokens {
    /// Signs a token.
    pub(super) async fn sign(
        &self,
        cx: &Services,
        client: &Caller,
        scopes: &BTreeSet<Permission>,
        bound_to: Option<String>,
    ) -> Result<String, Error> {
        let now = cx.clock.now();
        let scope: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let claims = Claims {
            iss: issuer(cx).to_owned(),
            sub: client.public_id.clone(),
            client_id: client.public_id.clone(),
            aud: audience(cx),
            exp: now.plus(LIFETIME).millis() / Timestamp::SECOND,
            iat: now.millis() / Timestamp::SECOND,
            jti: Uuid::new_v4().to_string(),
            scope: scope.join(" "),
            cnf: bound_to.map(|jkt| Confirmation { jkt }),
        };
        let key = self.keys.signing(cx).await?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key.kid.clone());
        encode(&header, &claims, &key.signs).map_err(Error::internal)
    }

    /// Whose a token is, when it is one of ours, good now, not taken back, and its client works.
    pub async fn verify(&self, cx: &Services, verifier: &Verifier, token: &str) -> Result<Verified, Refused> {
        let claims = self.claims(cx, token).await?.ok_or(Refused::Unknown)?;
        let caller = verifier.client(cx, &claims.client_id).await?;
        let granted: BTreeSet<Permission> = claims.scope.split(' ').filter_map(|scope| scope.parse().ok()).collect();
        Ok(Verified {
            scopes: granted.intersection(&caller.scopes).copied().collect(),
            caller,
            bound_to: claims.cnf.as_ref().map(|cnf| cnf.jkt.clone()),
        })
    }

    /// The claims of a token of ours that is good now and was not taken back.
    pub(super) async fn claims(&self, cx: &Services, token: &str) -> Result<Option<Arc<Claims>>, Error> {
        if token.len() > 4_096 || token.bytes().filter(|byte| *byte == b'.').count() != 2 {
            return Ok(None);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let epoch = cx.epoch.trusted();
        let remembered = self.remembered.get(&key);
        let claims = match (&remembered, epoch) {
            (Some(remembered), Some(epoch)) if remembered.epoch == epoch => Arc::clone(&remembered.claims),
            (Some(remembered), _) => Arc::clone(&remembered.claims),
            (None, _) => match self.signed(cx, token).await? {
                Some(claims) => Arc::new(claims),
                None => return Ok(None),
            },
        };
        if cx.clock.now() >= claims.expires_at() {
            return Ok(None);
        }
        let is_known_good = remembered.as_ref().is_some_and(|remembered| Some(remembered.epoch) == epoch);
        if !is_known_good {
            if is_revoked(cx, &claims.jti).await? {
                return Ok(None);
            }
            if let Some(epoch) = epoch {
                self.remembered.insert(key, Remembered { epoch, claims: Arc::clone(&claims) });
            }
        }
        Ok(Some(claims))
    }

    /// The claims, when one of our keys signed them for us.
    async fn signed(&self, cx: &Services, token: &str) -> Result<Option<Claims>, Error> {
        let Ok(header) = decode_header(token) else { return Ok(None) };
        if header.typ.as_deref() != Some("at+jwt") {
            return Ok(None);
        }
        let Some(kid) = header.kid else { return Ok(None) };
        let Some(key) = self.keys.find(cx, &kid).await? else { return Ok(None) };
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer(cx)]);
        validation.set_audience(&[audience(cx)]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By our own clock, which a test can set.
        validation.validate_exp = false;
        Ok(decode::<Claims>(token, &key.verifies, &validation).ok().map(|token| token.claims))
    }
}

async fn is_revoked(cx: &Services, jti: &str) -> Result<bool, Error> {
    let mut reading = cx.db.read().await?;
    let found: Option<(i64,)> = on!(reading.connection(), c => sqlx::query_as("SELECT expires_at FROM token_revocation WHERE jti = $1")
        .bind(jti).fetch_optional(c).await)?;
    Ok(found.is_some())
}
