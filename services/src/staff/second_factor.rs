//! Proving the second factor while signing in.

use domain::ids::StaffId;

use super::{
    account::Account,
    recovery,
    throttle::{self, Subject},
    totp,
};
use crate::{
    Error, Services,
    access::Trace,
    audit::{self, Outcome, Stream},
    db::{UnitOfWork, on},
};

/// Checks the second factor of somebody whose password was right while the account's epoch was `epoch`: six digits of
/// the authenticator, or a recovery code. Each is good once, also for two requests at the same moment.
pub(crate) async fn prove_second_factor(
    cx: &Services,
    id: StaffId,
    epoch: &[u8],
    code: &str,
    trace: &Trace,
) -> Result<(), Error> {
    let counted = match throttle::attempt(cx, Subject::factor(id)).await {
        Ok(counted) => counted,
        Err(refusal) => {
            tell(cx, trace, id, Outcome::Refused, "throttled").await?;
            return Err(refusal);
        }
    };
    let mut uow = cx.db.begin().await?;
    let account = Account::lock(uow.connection(), id).await?;
    if !account.is_active() || account.session_epoch != epoch {
        drop(uow);
        tell(cx, trace, id, Outcome::Failed, "changed_meanwhile").await?;
        return Err(Error::unauthenticated(
            "sign_in.expired",
            "The sign-in took too long, or your account has changed meanwhile. Begin again.",
        ));
    }
    let Some(method) = spend(cx, &mut uow, &account, code).await? else {
        drop(uow);
        tell(cx, trace, id, Outcome::Failed, "wrong_code").await?;
        return Err(Error::invalid_field(
            "code",
            "This code is not right, or was used already. Wait for the next code of your authenticator, or enter a recovery code that you haven't used.",
        ));
    };
    counted.succeeded(uow.connection()).await?;
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET last_sign_in_at = $2 WHERE id = $1")
        .bind(id.uuid()).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("staff.signed_in").stream(Stream::Auth).target("staff", id).detail("method", method);
    uow.commit(cx, &account.as_actor(trace.clone()), entry).await
}

/// Uses up what was entered; by which method, when it was good.
async fn spend(
    cx: &Services,
    uow: &mut UnitOfWork,
    account: &Account,
    code: &str,
) -> Result<Option<&'static str>, Error> {
    let id = account.id();
    let typed = totp::digits(code);
    let is_totp = typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
    if !is_totp {
        return Ok(recovery::spend(cx, uow.connection(), id, code).await?.then_some("password+recovery_code"));
    }
    let (Some(sealed), Some(_)) = (&account.totp_sealed, account.confirmed_at()) else { return Ok(None) };
    let secret = totp::open(cx, id, sealed)?;
    let Some(step) = totp::matching_step(secret, &typed, cx.clock.now(), account.totp_last_step)? else {
        return Ok(None);
    };
    let spent = on!(uow.connection(), c => sqlx::query("UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2")
        .bind(id.uuid()).bind(step).execute(c).await.map(|done| done.rows_affected()))?;
    Ok((spent == 1).then_some("password+totp"))
}

async fn tell(cx: &Services, trace: &Trace, id: StaffId, outcome: Outcome, why: &'static str) -> Result<(), Error> {
    let entry = audit::Entry::new("staff.second_factor_refused")
        .stream(Stream::Auth)
        .target("staff", id)
        .outcome(outcome)
        .detail("cause", why);
    audit::record(cx, &crate::access::Actor::nobody(trace.clone()), entry).await
}
