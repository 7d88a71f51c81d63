//! A fresh secret on its way from the act that made it to the one page that shows it. Server only.
//!
//! An act answers with a redirect, so the secret waits in the session's own row, sealed under the master key, and
//! leaves it with the first look. It is in no address, no cookie and no log.

use domain::ids::StaffId;
use secrecy::{ExposeSecret, SecretString};
use services::{Error, Services, keys::Purpose, sessions::AuthSession};
use uuid::Uuid;

/// Where it waits in the session.
const KEY: &str = "keyfob.credential_secret";

/// Bound to the seal: neither a sealed secret of somebody else's session nor that of another record opens here.
fn place(owner: StaffId, id: Uuid) -> String {
    format!("session/credential-secret/{owner}/{id}")
}

fn owner(session: &AuthSession) -> Result<StaffId, Error> {
    session
        .user
        .as_ref()
        .map(|user| user.id)
        .ok_or_else(|| Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))
}

/// Leaves the secret of a key, a client or an endpoint for its page.
pub async fn leave(cx: &Services, session: &AuthSession, id: Uuid, secret: &SecretString) -> Result<(), Error> {
    let place = place(owner(session)?, id);
    let sealed = cx.keys.seal(Purpose::ShownOnce, &place, secret.expose_secret().as_bytes())?;
    session.session.insert(KEY, (id, sealed)).await.map_err(Error::internal)
}

/// Takes what was left for a record's page; the second time there is nothing.
pub async fn take(cx: &Services, session: &AuthSession, id: Uuid) -> Result<Option<String>, Error> {
    // Looked at first: taking out marks the session as changed even when there is nothing to take.
    let waiting: Option<(Uuid, Vec<u8>)> = session.session.get(KEY).await.map_err(Error::internal)?;
    let Some((_, sealed)) = waiting.filter(|(of, _)| *of == id) else { return Ok(None) };
    session.session.remove_value(KEY).await.map_err(Error::internal)?;
    let secret = cx.keys.unseal(Purpose::ShownOnce, &place(owner(session)?, id), &sealed)?;
    String::from_utf8(secret).map(Some).map_err(Error::internal)
}
