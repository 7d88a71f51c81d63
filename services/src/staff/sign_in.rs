//! Signing in with an address and a password.

use std::fmt;

use domain::{Timestamp, ids::StaffId, roles::can_write};
use secrecy::SecretString;

use super::{
    account::{Account, typed_address},
    throttle::{self, Attempt, Subject, network},
};
use crate::{
    Error, Services,
    access::{Actor, Trace},
    audit::{self, Outcome, Stream},
    db::on,
    passwords::Verified,
    roles::grants,
};

/// An address from which somebody signed in within this time is known for their account.
const KNOWN_FOR: i64 = 30 * Timestamp::DAY;

/// What somebody typed to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// Where the request came from.
    pub trace: Trace,
}

/// What is still missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Done,
    /// The second factor.
    SecondFactor,
    /// They are in, and must enrol a second factor before anything else.
    EnrolSecondFactor,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::SecondFactor => "second_factor_due",
            Self::EnrolSecondFactor => "enrolment_due",
        }
    }
}

/// Somebody whose password was right. Only [`sign_in`] makes one, and only [`crate::sessions::begin`] takes it.
pub struct SignedIn {
    pub(crate) staff_id: StaffId,
    pub(crate) needs: Step,
    pub(crate) epoch: Vec<u8>,
}

impl SignedIn {
    /// Who.
    pub const fn staff_id(&self) -> StaffId {
        self.staff_id
    }

    /// What is still missing.
    pub const fn needs(&self) -> Step {
        self.needs
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("staff_id", &self.staff_id).field("needs", &self.needs).finish_non_exhaustive()
    }
}

/// Checks an address and a password. An unknown address, a disabled account and a wrong password are answered with the
/// same words after the same work.
pub async fn sign_in(cx: &Services, attempt: SignIn) -> Result<SignedIn, Error> {
    let SignIn { email, password, trace } = attempt;
    let email = typed_address(&email);
    let is_known_address = is_known_address(cx, &email, &trace.ip).await?;
    let counted = match throttle::attempt(cx, Subject::sign_in(&cx.keys, &email, &trace.ip, is_known_address)).await {
        Ok(counted) => counted,
        Err(refusal) => return Err(tell(cx, trace, None, "throttled", Outcome::Refused, refusal).await),
    };
    let account = match find(cx, &email).await {
        Ok(account) => account,
        Err(failure) => return Err(untried(cx, counted, failure).await),
    };
    let verified = match verify(cx, account.as_ref(), &password).await {
        Ok(verified) => verified,
        Err(failure) => return Err(untried(cx, counted, failure).await),
    };
    match account {
        Some(account) if verified.ok && account.is_active() => {
            succeed(cx, counted, account, verified, &password, trace).await
        }
        Some(account) => {
            let why = if verified.ok { "disabled" } else { "wrong_password" };
            Err(tell(cx, trace, Some(account.id()), why, Outcome::Failed, wrong()).await)
        }
        None => Err(tell(cx, trace, None, "unknown_account", Outcome::Failed, wrong()).await),
    }
}

/// The same words for whatever was not right.
#[track_caller]
fn wrong() -> Error {
    Error::unauthenticated(
        "sign_in.refused",
        "The address or the password is not right. Check both and try again; an administrator can send you a link to set a new password.",
    )
}

async fn find(cx: &Services, email: &str) -> Result<Option<Account>, Error> {
    let mut reading = cx.db.read().await?;
    Account::by_email(reading.connection(), email).await
}

/// One run of argon2, whoever it is.
async fn verify(cx: &Services, account: Option<&Account>, password: &SecretString) -> Result<Verified, Error> {
    if let Some(phc) = account.and_then(|account| account.password_phc.as_deref()) {
        return cx.passwords.verify(password, phc).await;
    }
    cx.passwords.verify_dummy(password).await?;
    Ok(Verified { ok: false, needs_rehash: false })
}

async fn succeed(
    cx: &Services,
    counted: Attempt,
    account: Account,
    verified: Verified,
    password: &SecretString,
    trace: Trace,
) -> Result<SignedIn, Error> {
    // A better hash is worth a try, but nobody stays outside because there is no permit for it now.
    let rehashed = if verified.needs_rehash { cx.passwords.hash(password).await.ok() } else { None };
    let id = account.id();
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let current = Account::lock(uow.connection(), id).await?;
    if !current.is_active() || current.password_phc != account.password_phc {
        drop(uow);
        return Err(tell(cx, trace, Some(id), "changed_meanwhile", Outcome::Failed, wrong()).await);
    }
    counted.succeeded(uow.connection()).await?;
    let needs = if current.confirmed_at().is_some() {
        Step::SecondFactor
    } else if cx.settings.second_factor_required && can_write(&grants::of_staff(uow.connection(), id).await?) {
        Step::EnrolSecondFactor
    } else {
        Step::Done
    };
    if let Some(phc) = &rehashed {
        on!(uow.connection(), c => sqlx::query("UPDATE staff SET password_phc = $2 WHERE id = $1")
            .bind(id.uuid()).bind(phc).execute(c).await.map(|_| ()))?;
    }
    if needs != Step::SecondFactor {
        on!(uow.connection(), c => sqlx::query("UPDATE staff SET last_sign_in_at = $2 WHERE id = $1")
            .bind(id.uuid()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    }
    let action = if needs == Step::SecondFactor { "staff.password_accepted" } else { "staff.signed_in" };
    let entry = audit::Entry::new(action)
        .stream(Stream::Auth)
        .target("staff", id)
        .detail("method", "password")
        .detail("step", needs.word())
        .detail("rehashed", rehashed.is_some());
    uow.commit(cx, &account.as_actor(trace), entry).await?;
    Ok(SignedIn { staff_id: id, needs, epoch: current.session_epoch })
}

/// Records a refusal and hands it back. When even that fails, the failure is what is told.
async fn tell(
    cx: &Services,
    trace: Trace,
    target: Option<StaffId>,
    why: &'static str,
    outcome: Outcome,
    error: Error,
) -> Error {
    let entry = audit::Entry::new("staff.sign_in_refused")
        .stream(Stream::Auth)
        .target("staff", target.map(|id| id.to_string()).unwrap_or_default())
        .outcome(outcome)
        .detail("cause", why);
    match audit::record(cx, &Actor::nobody(trace), entry).await {
        Ok(()) => error,
        Err(failure) => failure,
    }
}

/// Hands back a failure of ours, for which the attempt doesn't count.
async fn untried(cx: &Services, counted: Attempt, failure: Error) -> Error {
    if let Err(error) = counted.untried(cx).await {
        error.log();
    }
    failure
}

/// Whether somebody has signed in to the account from this network lately: then strangers' failures don't slow them.
async fn is_known_address(cx: &Services, email: &str, ip: &str) -> Result<bool, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(String,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT DISTINCT session.ip
         FROM staff
         JOIN session ON session.staff_id = staff.id
         WHERE staff.email = $1 AND session.last_seen_at > $2")
        .bind(email).bind(cx.clock.now().plus(-KNOWN_FOR).millis()).fetch_all(c).await)?;
    let here = network(ip);
    Ok(rows.iter().any(|(ip,)| network(ip) == here))
}
