//! The authenticator: six digits that change every thirty seconds (RFC 6238), as a second factor.

use domain::{Timestamp, ids::StaffId};
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Secret, TOTP};

use super::{
    RecoveryCodes,
    account::{Account, end_sessions, own},
    confirm::{is_recent, own_account, own_password},
    recovery,
};
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Outcome, Stream},
    db::on,
    keys::Purpose,
};

/// A code is good for so many seconds.
const STEP: i64 = 30;

/// A secret to be put into an authenticator, before it is confirmed.
#[derive(Debug)]
pub struct Enrolment {
    /// `otpauth://…`, for a QR code.
    pub uri: SecretString,
    /// The secret in base32, for typing.
    pub secret: SecretString,
}

/// One's own second factor.
#[derive(Debug)]
pub struct SecondFactor {
    /// Since when it is confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Begun and not yet confirmed: the secret again.
    pub enrolment: Option<Enrolment>,
    /// Recovery codes not yet used.
    pub codes_left: u32,
    /// Whether [`begin_second_factor`] wants the password, because the sign-in was a while ago.
    pub needs_password: bool,
}

/// One's own second factor, for the account page.
pub async fn second_factor(cx: &Services, actor: &Actor) -> Result<SecondFactor, Error> {
    let (id, session) = own(actor)?;
    let account = own_account(cx, actor).await?;
    let is_recent = is_recent(cx, session).await?;
    // A secret that is being enrolled is shown again only to whoever could begin anew.
    let enrolment = match (&account.totp_sealed, account.confirmed_at()) {
        (Some(sealed), None) if is_recent => Some(enrolment(&account, open(cx, id, sealed)?)?),
        _ => None,
    };
    Ok(SecondFactor {
        confirmed_at: account.confirmed_at(),
        enrolment,
        codes_left: recovery::left(cx, id).await?,
        needs_password: !is_recent,
    })
}

/// Begins to enrol an authenticator: makes a secret, which counts for nothing until it is confirmed. The password is
/// needed when the sign-in was more than five minutes ago, so that a session left open can't be made somebody else's.
pub async fn begin_second_factor(
    cx: &Services,
    actor: &Actor,
    password: Option<&SecretString>,
) -> Result<Enrolment, Error> {
    let (id, session) = own(actor)?;
    let account = match password {
        Some(password) => own_password(cx, actor, "password", password).await?,
        None if is_recent(cx, session).await? => own_account(cx, actor).await?,
        None => {
            return Err(Error::invalid_field("password", "Enter your password, since you signed in a while ago."));
        }
    };
    let secret = Secret::generate_secret().to_bytes().map_err(|_| Error::internal("no secret could be made"))?;
    let sealed = cx.keys.seal(Purpose::SealTotp, &place(id), &secret)?;
    let mut uow = cx.db.begin().await?;
    let begun = on!(uow.connection(), c => sqlx::query(
        "UPDATE staff SET totp_sealed = $2, updated_at = $3
         WHERE id = $1 AND totp_confirmed_at IS NULL AND status = 'active'")
        .bind(id.uuid()).bind(sealed.as_slice()).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if begun == 0 {
        return Err(Error::refused(
            "staff.second_factor.enrolled",
            "You have a second factor already. Take it away first to enrol another.",
        ));
    }
    let entry = audit::Entry::new("staff.second_factor_begun").stream(Stream::Auth).target("staff", id);
    uow.commit(cx, actor, entry).await?;
    enrolment(&account, secret)
}

/// Confirms an authenticator with a code of it, and answers the recovery codes that come with it. Other sessions end;
/// afterwards this one needs [`crate::sessions::renew`].
pub async fn confirm_second_factor(cx: &Services, actor: &Actor, code: &str) -> Result<RecoveryCodes, Error> {
    let (id, session) = own(actor)?;
    let account = own_account(cx, actor).await?;
    let (Some(sealed), None) = (&account.totp_sealed, account.confirmed_at()) else {
        return Err(Error::refused(
            "staff.second_factor.not_begun",
            "There is nothing to confirm. Begin to enrol first.",
        ));
    };
    let now = cx.clock.now();
    let Some(step) = matching_step(open(cx, id, sealed)?, &digits(code), now, account.totp_last_step)? else {
        let entry = audit::Entry::new("staff.second_factor_enrolled")
            .stream(Stream::Auth)
            .target("staff", id)
            .outcome(Outcome::Failed);
        audit::record(cx, actor, entry).await?;
        return Err(Error::invalid_field(
            "code",
            "This code is not right. Check that your device's clock is, and enter the code it shows now.",
        ));
    };
    let mut uow = cx.db.begin().await?;
    let confirmed = on!(uow.connection(), c => sqlx::query(
        "UPDATE staff SET totp_confirmed_at = $2, totp_last_step = $3
         WHERE id = $1 AND totp_confirmed_at IS NULL AND totp_sealed = $4 AND status = 'active'")
        .bind(id.uuid()).bind(now.millis()).bind(step).bind(sealed.as_slice())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if confirmed == 0 {
        return Err(Error::conflict(
            "staff.second_factor.changed",
            "The enrolment has changed meanwhile. Begin again.",
        ));
    }
    let codes = recovery::replace(cx, uow.connection(), id).await?;
    let ended = end_sessions(cx, uow.connection(), id, session, "second_factor_changed").await?;
    let entry = audit::Entry::new("staff.second_factor_enrolled")
        .stream(Stream::Auth)
        .target("staff", id)
        .detail("kind", "totp")
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await?;
    Ok(codes)
}

/// Takes one's own second factor away. Other sessions end; afterwards this one needs [`crate::sessions::renew`].
pub async fn remove_second_factor(cx: &Services, actor: &Actor, password: &SecretString) -> Result<(), Error> {
    let (id, session) = own(actor)?;
    own_password(cx, actor, "password", password).await?;
    let mut uow = cx.db.begin().await?;
    let account = Account::lock(uow.connection(), id).await?;
    if account.totp_sealed.is_none() {
        return Err(Error::refused("staff.second_factor.none", "You have no second factor."));
    }
    let ended = take_away(cx, &mut uow, id, session).await?;
    let entry = audit::Entry::new("staff.second_factor_removed")
        .stream(Stream::Auth)
        .target("staff", id)
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await
}

/// Forgets the authenticator and the recovery codes of an account, and ends its sessions but one.
pub(super) async fn take_away(
    cx: &Services,
    uow: &mut crate::db::UnitOfWork,
    id: StaffId,
    keep: Option<domain::ids::SessionId>,
) -> Result<u64, Error> {
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET totp_sealed = NULL, totp_confirmed_at = NULL WHERE id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    recovery::forget(uow.connection(), id).await?;
    end_sessions(cx, uow.connection(), id, keep, "second_factor_changed").await
}

/// Opens a sealed secret.
pub(super) fn open(cx: &Services, id: StaffId, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    cx.keys.unseal(Purpose::SealTotp, &place(id), sealed)
}

/// The newest step after `last_step` whose code it is: one step early or late is forgiven, since clocks differ, and a
/// code that was used (or one before it) is not (RFC 6238 section 5.2).
pub(super) fn matching_step(secret: Vec<u8>, code: &str, now: Timestamp, last_step: i64) -> Result<Option<i64>, Error> {
    let totp = generator(secret, None, String::new())?;
    let current = now.millis().div_euclid(STEP * 1_000);
    let mut found = None;
    for step in current - 1..=current + 1 {
        let expected = totp.generate(u64::try_from(step * STEP).unwrap_or(0));
        if bool::from(expected.as_bytes().ct_eq(code.as_bytes())) && step > last_step {
            found = Some(step);
        }
    }
    Ok(found)
}

/// What was typed without the spaces that authenticators show.
pub(super) fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).take(64).collect()
}

fn enrolment(account: &Account, secret: Vec<u8>) -> Result<Enrolment, Error> {
    let totp = generator(secret, Some("Keyfob".to_owned()), account.email.clone())?;
    Ok(Enrolment { uri: totp.get_url().into(), secret: totp.get_secret_base32().into() })
}

fn generator(secret: Vec<u8>, issuer: Option<String>, account: String) -> Result<TOTP, Error> {
    TOTP::new(Algorithm::SHA1, 6, 0, STEP.unsigned_abs(), secret, issuer, account)
        .map_err(|_| Error::internal("an authenticator could not be made"))
}

/// The place a sealed secret is bound to.
fn place(id: StaffId) -> String {
    format!("staff.totp_sealed:{id}")
}

/// The code an authenticator with this secret shows at an instant.
#[cfg(feature = "testing")]
#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "for tests only, with values that are known to fit")]
pub fn code_at(enrolment: &Enrolment, at: Timestamp) -> String {
    let secret =
        Secret::Encoded(secrecy::ExposeSecret::expose_secret(&enrolment.secret).to_owned()).to_bytes().expect("base32");
    generator(secret, None, String::new()).expect("a generator").generate(at.millis().unsigned_abs() / 1_000)
}
