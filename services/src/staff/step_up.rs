//! Step-up: showing again that it is oneself, before what matters.

use domain::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::{
    confirm::{is_recent, own_account, own_password},
    throttle::{self, Subject},
    totp,
};
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Outcome, Stream},
    db::on,
    staff::own,
};

/// The field in which forms ask for it.
pub const FIELD: &str = "confirmation";

/// Whether somebody has to show again that it is them: five minutes after they signed in or last did.
pub async fn needs_step_up(cx: &Services, actor: &Actor) -> Result<bool, Error> {
    match own(actor) {
        Ok((_, session)) => Ok(!is_recent(cx, session).await?),
        // Whoever has a shell or is the system itself has no session to take over.
        Err(_) => Ok(false),
    }
}

/// Lets pass whoever signed in or confirmed within five minutes, and whoever enters their password or the six digits of
/// their authenticator now. Failures are throttled and told to the audit log.
pub async fn step_up(cx: &Services, actor: &Actor, entered: &SecretString) -> Result<(), Error> {
    if !needs_step_up(cx, actor).await? {
        return Ok(());
    }
    let text = entered.expose_secret().trim();
    if text.is_empty() {
        return Err(Error::invalid_field(
            FIELD,
            "Show that it is you: enter your password, or the six digits of your authenticator app.",
        ));
    }
    let digits = totp::digits(text);
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        prove_digits(cx, actor, &digits).await?;
    } else {
        own_password(cx, actor, FIELD, entered).await?;
    }
    let (id, session) = own(actor)?;
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("UPDATE session SET confirmed_at = $2 WHERE public_id = $1")
        .bind(session.map(domain::ids::SessionId::uuid)).bind(cx.clock.now().millis())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("staff.stepped_up").stream(Stream::Auth).target("staff", id);
    uow.commit(cx, actor, entry).await
}

async fn prove_digits(cx: &Services, actor: &Actor, digits: &str) -> Result<(), Error> {
    let (id, _) = own(actor)?;
    let account = own_account(cx, actor).await?;
    let counted = throttle::attempt(cx, Subject::factor(id)).await?;
    let wrong = || {
        Error::invalid_field(
            FIELD,
            "This code is not right, or was used already. Wait for the next one, or enter your password.",
        )
    };
    let (Some(sealed), Some(_)) = (&account.totp_sealed, account.confirmed_at()) else { return Err(wrong()) };
    let secret = totp::open(cx, id, sealed)?;
    let step = totp::matching_step(secret, digits, cx.clock.now(), account.totp_last_step)?;
    let mut uow = cx.db.begin().await?;
    let spent = match step {
        Some(step) => on!(uow.connection(), c => sqlx::query(
            "UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2")
            .bind(id.uuid()).bind(step).execute(c).await.map(|done| done.rows_affected()))?,
        None => 0,
    };
    if spent == 0 {
        drop(uow);
        let entry = audit::Entry::new("staff.step_up_refused")
            .stream(Stream::Auth)
            .target("staff", id)
            .outcome(Outcome::Failed);
        audit::record(cx, actor, entry).await?;
        return Err(wrong());
    }
    counted.succeeded(uow.connection()).await?;
    uow.commit_bookkeeping().await
}

/// Since when a session counts as fresh: its beginning, or when its owner last confirmed.
pub(super) fn fresh_since(begun: i64, confirmed: Option<i64>) -> Timestamp {
    Timestamp(confirmed.map_or(begun, |confirmed| confirmed.max(begun)))
}
