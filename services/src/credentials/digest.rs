//! The keyed hash by which a credential is found.

use domain::credentials::Credential;

use crate::{Keys, keys::Purpose};

/// HMAC-SHA-256 of the whole credential under a pepper. A fast hash is right for 256 random bits: there is nothing to
/// guess. The pepper makes a row written by hand worthless.
pub(super) fn digest(keys: &Keys, pepper_version: i64, credential: &Credential) -> [u8; 32] {
    // The version goes into the message, so that each one is a pepper of its own under the one derived key.
    let message = [pepper_version.to_be_bytes().as_slice(), credential.expose().as_bytes()].concat();
    keys.keyed_hash(Purpose::CredentialPepper, &message)
}
