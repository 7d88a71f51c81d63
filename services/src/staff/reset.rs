//! A new start for somebody else's sign-in. It takes another administrator, and one who holds no less: who can set
//! somebody's password can be them.

use domain::{ids::StaffId, permissions::marker::StaffManage};

use super::{
    Link, Purpose,
    account::{Account, end_sessions, reason},
    invitation::{NewLink, make},
    totp,
};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit::{self, Stream},
    db::{UnitOfWork, dialect, on},
    roles::grants,
};

/// A new password for somebody else.
#[derive(Clone, Debug)]
pub struct ResetPassword {
    /// Whose.
    pub id: StaffId,
    /// Whether the old password and all sessions end now, rather than when the link is used.
    pub at_once: bool,
    /// Why.
    pub reason: String,
}

/// A one-time link by which somebody else sets a new password. An earlier one stops working.
pub async fn reset_link(cx: &Services, access: &Access<StaffManage>, reset: ResetPassword) -> Result<Link, Error> {
    let target = reset.id.to_string();
    grants::told(
        cx,
        access.actor(),
        "staff.password_reset_begun",
        ("staff", &target),
        make_link(cx, access, reset).await,
    )
    .await
}

async fn make_link(cx: &Services, access: &Access<StaffManage>, reset: ResetPassword) -> Result<Link, Error> {
    let why = reason(&reset.reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let account = somebody_elses(&mut uow, actor, reset.id).await?;
    if !account.is_active() {
        return Err(Error::refused("staff.reset.disabled", "This account is disabled. Enable it first."));
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE invitation SET revoked_at = $2
         WHERE purpose = 'reset' AND staff_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL")
        .bind(reset.id.uuid()).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    let new = NewLink {
        purpose: Purpose::Reset,
        email: &account.email,
        name: &account.name,
        role: None,
        staff: Some(reset.id),
        invited_by: actor.staff_id(),
    };
    let link = make(cx, uow.connection(), new).await?;
    if reset.at_once {
        on!(uow.connection(), c => sqlx::query("UPDATE staff SET password_phc = NULL WHERE id = $1")
            .bind(reset.id.uuid()).execute(c).await.map(|_| ()))?;
        end_sessions(cx, uow.connection(), reset.id, None, "password_reset").await?;
    }
    let entry = audit::Entry::new("staff.password_reset_begun")
        .stream(Stream::Auth)
        .target("staff", reset.id)
        .reason(why)
        .detail("at_once", reset.at_once)
        .detail("invitation", link.id.to_string());
    uow.commit(cx, actor, entry).await?;
    Ok(link)
}

/// Takes somebody else's second factor away, for when they have lost it; their sessions end. They enrol another when
/// they sign in next.
pub async fn reset_second_factor(
    cx: &Services,
    access: &Access<StaffManage>,
    id: StaffId,
    why: &str,
) -> Result<(), Error> {
    let target = id.to_string();
    grants::told(
        cx,
        access.actor(),
        "staff.second_factor_reset",
        ("staff", &target),
        take_factor_away(cx, access, id, why).await,
    )
    .await
}

async fn take_factor_away(cx: &Services, access: &Access<StaffManage>, id: StaffId, why: &str) -> Result<(), Error> {
    let why = reason(why)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let account = somebody_elses(&mut uow, actor, id).await?;
    if account.totp_sealed.is_none() {
        return Err(Error::refused("staff.second_factor.none", "They have no second factor."));
    }
    let ended = totp::take_away(cx, &mut uow, id, None).await?;
    let entry = audit::Entry::new("staff.second_factor_reset")
        .stream(Stream::Auth)
        .target("staff", id)
        .reason(why)
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await
}

/// The account, held until the end of the transaction, when it is another's and may do nothing that the actor may not.
async fn somebody_elses(uow: &mut UnitOfWork, actor: &Actor, id: StaffId) -> Result<Account, Error> {
    if actor.staff_id() == Some(id) {
        return Err(Error::refused(
            "staff.reset.oneself",
            "This is for other people's accounts. Change your own under Account, or ask another administrator.",
        ));
    }
    dialect::lock_roles(uow.connection()).await?;
    let account = Account::lock(uow.connection(), id).await?;
    let held = grants::of_roles_of(uow.connection(), id).await?;
    grants::must_hold(uow.connection(), actor, &held).await?;
    Ok(account)
}
