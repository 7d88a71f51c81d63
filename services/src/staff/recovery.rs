//! Recovery codes: ten words to get in by when the authenticator is lost, each once.

use std::fmt;

use domain::ids::StaffId;
use rand::Rng;
use secrecy::SecretString;

use super::confirm::own_password;
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Stream},
    db::{Connection, on},
    keys::{Keys, Purpose},
};

/// Letters and digits that can't be taken for each other (Crockford's base 32): 50 bits in ten of them.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// So many codes at a time.
const CODES: usize = 10;
/// So many characters each, written in two halves.
const LENGTH: usize = 10;

/// Ten fresh recovery codes, to be shown once. `Debug` prints none.
pub struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    /// The codes, to be shown once.
    pub fn expose(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryCodes({} of them)", self.0.len())
    }
}

/// Makes new recovery codes; the old ones stop working.
pub async fn new_recovery_codes(cx: &Services, actor: &Actor, password: &SecretString) -> Result<RecoveryCodes, Error> {
    let account = own_password(cx, actor, "password", password).await?;
    if account.confirmed_at().is_none() {
        return Err(Error::refused(
            "staff.second_factor.none",
            "Recovery codes come with a second factor. Enrol one first.",
        ));
    }
    let mut uow = cx.db.begin().await?;
    let codes = replace(cx, uow.connection(), account.id()).await?;
    let entry = audit::Entry::new("staff.recovery_codes_made").stream(Stream::Auth).target("staff", account.id());
    uow.commit(cx, actor, entry).await?;
    Ok(codes)
}

/// Puts ten new codes in the place of all there were.
pub(super) async fn replace(
    cx: &Services,
    mut connection: Connection<'_>,
    id: StaffId,
) -> Result<RecoveryCodes, Error> {
    forget(connection.again(), id).await?;
    let codes: Vec<String> = (0..CODES).map(|_| fresh()).collect();
    for code in &codes {
        on!(connection.again(), c => sqlx::query("INSERT INTO recovery_code (staff_id, code_hash) VALUES ($1, $2)")
            .bind(id.uuid()).bind(hash(&cx.keys, id, code).as_slice()).execute(c).await.map(|_| ()))?;
    }
    Ok(RecoveryCodes(codes))
}

/// Forgets all codes of an account.
pub(super) async fn forget(connection: Connection<'_>, id: StaffId) -> Result<(), Error> {
    on!(connection, c => sqlx::query("DELETE FROM recovery_code WHERE staff_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Spends a code; whether it was one and unused. Of two at once, one succeeds.
pub(super) async fn spend(cx: &Services, connection: Connection<'_>, id: StaffId, code: &str) -> Result<bool, Error> {
    let spent = on!(connection, c => sqlx::query(
        "UPDATE recovery_code SET used_at = $3 WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL")
        .bind(id.uuid()).bind(hash(&cx.keys, id, code).as_slice()).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(spent == 1)
}

/// Codes not yet used.
pub(super) async fn left(cx: &Services, id: StaffId) -> Result<u32, Error> {
    let mut reading = cx.db.read().await?;
    let (left,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL")
        .bind(id.uuid()).fetch_one(c).await)?;
    Ok(u32::try_from(left).unwrap_or(0))
}

fn fresh() -> String {
    let mut random = rand::rng();
    let letters: String = (0..LENGTH).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect();
    format!("{}-{}", &letters[..LENGTH / 2], &letters[LENGTH / 2..])
}

/// A code as it is compared: without dashes and spaces, in small letters, with what looks like a digit read as one.
fn plain(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

fn hash(keys: &Keys, id: StaffId, code: &str) -> [u8; 32] {
    keys.keyed_hash(Purpose::OneTimeToken, format!("recovery:{id}:{}", plain(code)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_read_however_they_are_typed() {
        let code = fresh();
        assert_eq!(code.len(), LENGTH + 1);
        assert_ne!(code, fresh());
        assert_eq!(plain(&code.to_uppercase().replace('-', " ")), plain(&code));
        assert_eq!(plain("O1l-ab"), plain("011 AB"));
    }
}
