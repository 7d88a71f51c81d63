//! Who asks at the token, introspection and revocation endpoints.

use std::sync::Arc;

use domain::credentials::{ClientAuthentication, SecretKind};
use secrecy::{ExposeSecret, SecretString};

use super::{Refusal, assertion};
use crate::{
    Services,
    credentials::{Caller, Refused, Verifier},
};

/// How a client proves itself. Debug shows no secret.
#[derive(Clone, Debug)]
pub enum ClientProof {
    /// By id and secret.
    Secret {
        /// The public part, as the client names itself.
        id: String,
        /// The secret.
        secret: SecretString,
    },
    /// By a signed assertion.
    Assertion(SecretString),
}

/// The client, when it is who it says it is and works now.
pub async fn authenticate(cx: &Services, verifier: &Verifier, proof: &ClientProof) -> Result<Arc<Caller>, Refusal> {
    let (id, secret) = match proof {
        ClientProof::Assertion(assertion) => return assertion::client(cx, verifier, assertion.expose_secret()).await,
        ClientProof::Secret { id, secret } => (id, secret),
    };
    let caller = match verifier.verify(cx, secret.expose_secret(), SecretKind::ClientSecret).await {
        Ok(caller) => caller,
        Err(Refused::Failed(error)) => return Err(error.into()),
        // The same words for an unknown client, a wrong secret and one that was revoked.
        Err(_) => {
            return Err(Refusal::InvalidClient("The client's id or secret is not right, or it doesn't work any more."));
        }
    };
    if caller.public_id.as_str() != id {
        return Err(Refusal::InvalidClient("The client's id or secret is not right, or it doesn't work any more."));
    }
    if caller.authentication != ClientAuthentication::Secret {
        return Err(Refusal::InvalidClient("This client proves itself by a signed assertion."));
    }
    Ok(caller)
}
