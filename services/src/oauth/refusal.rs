//! Why a token is not given, in the words of RFC 6749 section 5.2 and its successors.

use crate::Error;

/// A refusal of the token, introspection or revocation endpoint.
#[derive(Debug)]
pub enum Refusal {
    /// The client can't be told, or not as whom it says it is (401).
    InvalidClient(&'static str),
    /// The request lacks something or repeats it (400).
    InvalidRequest(&'static str),
    /// Another grant than client credentials was asked for (400).
    UnsupportedGrantType,
    /// A scope that the client doesn't have, or that there is not (400).
    InvalidScope(String),
    /// The proof of possession is missing or wrong (RFC 9449, 400).
    InvalidDpopProof(&'static str),
    /// It can't be told now.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    /// The registered code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidClient(_) => "invalid_client",
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidDpopProof(_) => "invalid_dpop_proof",
            Self::Failed(_) => "temporarily_unavailable",
        }
    }

    /// What to do.
    pub fn description(&self) -> String {
        match self {
            Self::InvalidClient(words) | Self::InvalidRequest(words) | Self::InvalidDpopProof(words) => {
                (*words).to_owned()
            }
            Self::UnsupportedGrantType => "Use grant_type=client_credentials; there is no other.".to_owned(),
            Self::InvalidScope(words) => words.clone(),
            Self::Failed(error) => error.message.clone(),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::InvalidClient(_) => 401,
            Self::Failed(error) => error.status,
            _ => 400,
        }
    }
}
