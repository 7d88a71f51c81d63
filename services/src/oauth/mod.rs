//! OAuth 2.0 for machines: the client credentials grant (RFC 6749 section 4.4) and nothing else of it, as RFC 9700
//! advises; clients that prove themselves by a secret or by a signature (RFC 7523); tokens that are JWTs (RFC 9068), bound
//! to a key of the client's own where wanted (RFC 9449); introspection (RFC 7662) and revocation (RFC 7009).

mod assertion;
mod client;
mod dpop;
mod grant;
pub mod jwks;
mod metadata;
mod refusal;
mod replay;
mod revoke;
mod signed;
mod signing;
mod token;

pub use assertion::verified_report;
pub use client::{ClientProof, authenticate};
pub use dpop::{Proof, ProofOf};
pub use grant::{Granted, grant};
pub use metadata::{issuer, metadata, token_endpoint};
pub use refusal::Refusal;
pub use revoke::{introspect, revoke};
pub use signing::SigningKeys;
pub use token::{Tokens, Verified};

pub use replay::sweep;
