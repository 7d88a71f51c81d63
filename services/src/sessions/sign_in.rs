//! The steps by which a session becomes somebody's, and stops being it.
//!
//! A right password alone opens nothing: where a second factor is due, the session only remembers for five minutes whose
//! password it was. Every step begins with an empty session under a new id, so that nothing planted before survives it.

use axum_login::AuthUser;
use domain::{
    Timestamp,
    ids::{SessionId, StaffId},
};
use serde::{Deserialize, Serialize};
use tower_sessions::{Session, session, session_store};

use super::{
    AuthSession, Backend,
    backend::Proven,
    end::{self, SIGNED_OUT},
    store::{BOUND, Bound, stored},
};
use crate::{
    Error, Services,
    access::{Actor, Trace},
    audit,
    staff::{self, SignedIn, Step},
};

/// Under this key a session remembers whose password was right.
const PENDING: &str = "keyfob.pending";
/// So long it remembers.
const PENDING_FOR: i64 = 5 * Timestamp::MINUTE;

/// Somebody who has given their password and owes the second factor.
#[derive(Serialize, Deserialize)]
struct Pending {
    staff_id: StaffId,
    since: Timestamp,
    /// A change of password, factor or roles meanwhile makes the password that was given worth nothing.
    epoch: Vec<u8>,
}

/// Goes on from a right password: signs in, or remembers it until [`finish`]. Answers what is still to be done.
pub async fn begin(cx: &Services, auth: &mut AuthSession, signed_in: SignedIn, trace: &Trace) -> Result<Step, Error> {
    let step = signed_in.needs();
    let SignedIn { staff_id, epoch, .. } = signed_in;
    match step {
        Step::Done | Step::EnrolSecondFactor => complete(auth, Proven { staff_id, epoch }, trace).await?,
        Step::SecondFactor => {
            empty(auth).await?;
            let pending = Pending { staff_id, since: cx.clock.now(), epoch };
            auth.session.insert(PENDING, pending).await.map_err(away)?;
            auth.session.save().await.map_err(away)?;
        }
    }
    Ok(step)
}

/// Whether somebody has given their password in this session and owes the second factor, for the page that asks for it.
pub async fn is_half_signed_in(cx: &Services, session: &Session) -> Result<bool, Error> {
    Ok(pending(cx, session).await?.is_some())
}

/// Takes the second factor (six digits of the authenticator, or a recovery code) and signs in.
pub async fn finish(cx: &Services, auth: &mut AuthSession, code: &str, trace: &Trace) -> Result<(), Error> {
    let Some(pending) = pending(cx, &auth.session).await? else { return Err(too_late()) };
    let Pending { staff_id, epoch, .. } = pending;
    staff::prove_second_factor(cx, staff_id, &epoch, code, trace).await?;
    complete(auth, Proven { staff_id, epoch }, trace).await
}

/// A new id for the session, for [`crate::staff::change_password`], [`crate::staff::confirm_second_factor`],
/// [`crate::staff::remove_second_factor`], and each rise of privilege. Beginning, end and contents stay.
pub async fn renew(auth: &mut AuthSession) -> Result<(), Error> {
    let id = auth.user.as_ref().map(AuthUser::id).ok_or_else(too_late)?;
    let user = axum_login::AuthnBackend::get_user(&auth.backend, &id).await?.ok_or_else(too_late)?;
    auth.session.cycle_id().await.map_err(away)?;
    auth.login(&user).await.map_err(failed)?;
    auth.session.save().await.map_err(away)
}

/// Ends the session for good, and the account's knowledge of it.
pub async fn sign_out(cx: &Services, auth: &mut AuthSession, actor: &Actor) -> Result<(), Error> {
    if let (Ok((staff_id, _)), Some(session)) = (staff::own(actor), id(&auth.session).await) {
        let mut uow = cx.db.begin().await?;
        end::one(uow.connection(), cx.clock.now(), staff_id, session, SIGNED_OUT).await?;
        let entry = audit::Entry::new("staff.signed_out").stream(audit::Stream::Auth).target("session", session);
        uow.commit(cx, actor, entry).await?;
    }
    auth.logout().await.map(drop).map_err(failed)
}

/// The session's public id, for [`crate::access::ActorKind::Staff`]; nothing for a session that isn't stored yet.
pub async fn id(session: &Session) -> Option<SessionId> {
    stored(session).await.map(|stored| stored.id)
}

/// Signs in, with a session that has nothing of before: neither its id nor its contents.
async fn complete(auth: &mut AuthSession, proven: Proven, trace: &Trace) -> Result<(), Error> {
    let staff_id = proven.staff_id;
    let user = auth.authenticate(proven).await.map_err(failed)?.ok_or_else(too_late)?;
    empty(auth).await?;
    let bound = Bound { staff_id, ip: bounded(&trace.ip), user_agent: bounded(&trace.user_agent) };
    auth.session.insert(BOUND, bound).await.map_err(away)?;
    auth.login(&user).await.map_err(failed)?;
    // Now, not with the answer: a failure must be told, and what follows in this request needs the session's id.
    auth.session.save().await.map_err(away)
}

/// Ends whatever session there was; the next save makes another.
async fn empty(auth: &mut AuthSession) -> Result<(), Error> {
    auth.user = None;
    auth.session.clear().await;
    auth.session.cycle_id().await.map_err(away)
}

async fn pending(cx: &Services, session: &Session) -> Result<Option<Pending>, Error> {
    let pending: Option<Pending> = session.get(PENDING).await.map_err(away)?;
    Ok(pending.filter(|pending| (0..PENDING_FOR).contains(&cx.clock.now().since(pending.since))))
}

/// The first 300 characters: enough to recognise a device by.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[track_caller]
fn too_late() -> Error {
    Error::unauthenticated(
        "sign_in.expired",
        "The sign-in took too long, or your account has changed meanwhile. Begin again.",
    )
}

/// The session's store has failed, and has told the log why.
#[track_caller]
fn away(error: session::Error) -> Error {
    match error {
        session::Error::Store(session_store::Error::Backend(_)) => Error::unavailable(
            "sessions.unavailable",
            "Your session could not be read or written right now. Try again in a moment.",
            5,
        )
        .caused_by(error),
        other => Error::internal(other),
    }
}

#[track_caller]
fn failed(error: axum_login::Error<Backend>) -> Error {
    match error {
        axum_login::Error::Session(error) => away(error),
        axum_login::Error::Backend(error) => error,
    }
}
