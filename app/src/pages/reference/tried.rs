//! The answer of a call that was tried, on its way to the page that shows it. Server only.
//!
//! Trying answers with a redirect, so the answer waits in the session's own row, sealed, and leaves it with the first
//! look. The key it was tried with is kept nowhere.

use serde::{Deserialize, Serialize};
use services::{Error, Services, keys::Purpose, sessions::AuthSession};

use super::reads::TriedView;

/// Where it waits in the session.
const KEY: &str = "keyfob.tried";
const PLACE: &str = "session/tried-call";

#[derive(Serialize, Deserialize)]
struct Waiting {
    operation: String,
    tried: TriedView,
}

/// Leaves an answer for its operation's page.
pub(super) async fn leave(
    cx: &Services,
    session: &AuthSession,
    operation: String,
    tried: TriedView,
) -> Result<(), Error> {
    let text = serde_json::to_vec(&Waiting { operation, tried }).map_err(Error::internal)?;
    let sealed = cx.keys.seal(Purpose::ShownOnce, PLACE, &text)?;
    session.session.insert(KEY, sealed).await.map_err(Error::internal)
}

/// Takes what was left for an operation's page.
pub(super) async fn take(cx: &Services, session: &AuthSession, operation: &str) -> Result<Option<TriedView>, Error> {
    // Looked at first: taking out marks the session as changed even when there is nothing to take.
    let sealed: Option<Vec<u8>> = session.session.get(KEY).await.map_err(Error::internal)?;
    let Some(sealed) = sealed else { return Ok(None) };
    let text = cx.keys.unseal(Purpose::ShownOnce, PLACE, &sealed)?;
    let waiting: Waiting = serde_json::from_slice(&text).map_err(Error::internal)?;
    if waiting.operation != operation {
        return Ok(None);
    }
    session.session.remove_value(KEY).await.map_err(Error::internal)?;
    Ok(Some(waiting.tried))
}
