//! Fresh recovery codes on their way from the act that made them to the one page that shows them. Server only.
//!
//! An act answers with a redirect, so the codes wait in the session's own row, sealed under the master key, and leave it
//! with the first look. They are in no address, no cookie and no log.

use domain::ids::StaffId;
use services::{Error, Services, keys::Purpose, sessions::AuthSession, staff::RecoveryCodes};

/// Where they wait in the session.
const KEY: &str = "keyfob.recovery_codes";

/// Bound to the seal: sealed codes of somebody else's session don't open here.
fn place(owner: StaffId) -> String {
    format!("session/recovery-codes/{owner}")
}

fn owner(session: &AuthSession) -> Result<StaffId, Error> {
    session
        .user
        .as_ref()
        .map(|user| user.id)
        .ok_or_else(|| Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))
}

/// Leaves codes for the next page.
pub(super) async fn leave(cx: &Services, session: &AuthSession, codes: &RecoveryCodes) -> Result<(), Error> {
    let text = codes.expose().join("\n");
    let sealed = cx.keys.seal(Purpose::SealTotp, &place(owner(session)?), text.as_bytes())?;
    session.session.insert(KEY, sealed).await.map_err(Error::internal)
}

/// Takes what was left; the second time there is nothing.
pub(super) async fn take(cx: &Services, session: &AuthSession) -> Result<Vec<String>, Error> {
    // Looked at first: taking out marks the session as changed even when there is nothing to take.
    let sealed: Option<Vec<u8>> = session.session.get(KEY).await.map_err(Error::internal)?;
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    session.session.remove_value(KEY).await.map_err(Error::internal)?;
    let text = cx.keys.unseal(Purpose::SealTotp, &place(owner(session)?), &sealed)?;
    let text = String::from_utf8(text).map_err(Error::internal)?;
    Ok(text.lines().map(str::to_owned).collect())
}
