//! Making credentials.

use domain::credentials::{Credential, Environment, PublicId, SECRET_LENGTH, SecretKind};
use rand::{Rng, TryRngCore, distr::Alphanumeric, rngs::OsRng};

use crate::Error;

fn letters(count: usize) -> String {
    // Straight from the operating system: a generator of our own would have a state that could leak.
    OsRng.unwrap_err().sample_iter(Alphanumeric).take(count).map(char::from).collect()
}

/// A public id that nobody has.
pub(super) fn new_id() -> Result<PublicId, Error> {
    letters(domain::credentials::ID_LENGTH).parse().map_err(Error::internal)
}

/// A new credential with the id of the one it replaces or belongs to: 43 letters and digits, which hold 256 bits.
pub fn new_secret(kind: SecretKind, environment: Environment, id: PublicId) -> Result<Credential, Error> {
    Credential::assemble(kind, environment, id, &letters(SECRET_LENGTH)).map_err(Error::internal)
}
