//! Asking for the own password again, before what matters.

use domain::{Timestamp, ids::SessionId};
use secrecy::SecretString;

use super::{
    account::{Account, own},
    throttle::{self, Subject},
};
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Outcome, Stream},
    db::on,
};

/// So long after sign-in nobody is asked for their password again.
const RECENT: i64 = 5 * Timestamp::MINUTE;

/// Answers the actor's own account, when the password is theirs. Failures are throttled, so that a session left open is
/// no place to guess from.
pub(super) async fn own_password(
    cx: &Services,
    actor: &Actor,
    field: &str,
    password: &SecretString,
) -> Result<Account, Error> {
    let (id, _) = own(actor)?;
    let account = own_account(cx, actor).await?;
    let counted = throttle::attempt(cx, Subject::confirm(id)).await?;
    let verified = match &account.password_phc {
        Some(phc) => cx.passwords.verify(password, phc).await,
        None => cx
            .passwords
            .verify_dummy(password)
            .await
            .map(|()| crate::passwords::Verified { ok: false, needs_rehash: false }),
    };
    match verified {
        Ok(verified) if verified.ok => {
            let mut uow = cx.db.begin().await?;
            counted.succeeded(uow.connection()).await?;
            uow.commit_bookkeeping().await?;
            Ok(account)
        }
        Ok(_) => {
            let entry = audit::Entry::new("staff.password_refused")
                .stream(Stream::Auth)
                .target("staff", id)
                .outcome(Outcome::Failed);
            audit::record(cx, actor, entry).await?;
            Err(Error::invalid_field(field, "This is not your current password."))
        }
        Err(failure) => {
            counted.untried(cx).await?;
            Err(failure)
        }
    }
}

/// The actor's own account.
pub(super) async fn own_account(cx: &Services, actor: &Actor) -> Result<Account, Error> {
    let (id, _) = own(actor)?;
    let mut reading = cx.db.read().await?;
    Account::by_id(reading.connection(), id).await
}

/// Whether the actor signed in so lately that their password need not be asked for.
pub(super) async fn is_recent(cx: &Services, session: Option<SessionId>) -> Result<bool, Error> {
    let Some(session) = session else { return Ok(false) };
    let mut reading = cx.db.read().await?;
    let begun: Option<(i64, Option<i64>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT created_at, confirmed_at FROM session WHERE public_id = $1 AND ended_at IS NULL")
        .bind(session.uuid()).fetch_optional(c).await)?;
    Ok(begun.is_some_and(|(begun, confirmed)| {
        (0..RECENT).contains(&cx.clock.now().since(super::step_up::fresh_since(begun, confirmed)))
    }))
}
