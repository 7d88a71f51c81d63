//! Keeping somebody out, and letting them in again.

use domain::{ids::StaffId, permissions::marker::StaffManage};

use super::{
    Status,
    account::{Account, end_sessions, reason},
    invitation,
};
use crate::{
    Error, Services,
    access::Access,
    audit::{self, Stream},
    db::{UnitOfWork, dialect, on},
    roles::grants,
};

/// Disables an account. Its sessions end at once, and links that its owner has made stop working. Nobody disables
/// themselves, nor the last active owner.
pub async fn disable(cx: &Services, access: &Access<StaffManage>, id: StaffId, why: &str) -> Result<(), Error> {
    grants::told(cx, access.actor(), "staff.disabled", ("staff", &id.to_string()), keep_out(cx, access, id, why).await)
        .await
}

async fn keep_out(cx: &Services, access: &Access<StaffManage>, id: StaffId, why: &str) -> Result<(), Error> {
    let why = reason(why)?;
    let actor = access.actor();
    if actor.staff_id() == Some(id) {
        return Err(Error::refused(
            "staff.disable.oneself",
            "You can't disable your own account. Ask another administrator.",
        ));
    }
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let account = Account::lock(uow.connection(), id).await?;
    if !account.is_active() {
        return Err(Error::refused("staff.disable.disabled", "This account is disabled already."));
    }
    let owners = grants::owners(uow.connection()).await?;
    set_status(cx, &mut uow, id, Status::Disabled).await?;
    grants::must_leave_an_owner(uow.connection(), owners).await?;
    let ended = end_sessions(cx, uow.connection(), id, None, "account_disabled").await?;
    invitation::revoke_all_of(uow.connection(), cx.clock.now(), id).await?;
    let entry = audit::Entry::new("staff.disabled")
        .stream(Stream::Auth)
        .target("staff", id)
        .reason(why)
        .change("status", Status::Active.as_str(), Status::Disabled.as_str())
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await
}

/// Lets somebody in again, with the roles and the password they had. That is a grant: nobody enables an account that may
/// do what they may not.
pub async fn enable(cx: &Services, access: &Access<StaffManage>, id: StaffId, why: &str) -> Result<(), Error> {
    grants::told(cx, access.actor(), "staff.enabled", ("staff", &id.to_string()), let_in(cx, access, id, why).await)
        .await
}

async fn let_in(cx: &Services, access: &Access<StaffManage>, id: StaffId, why: &str) -> Result<(), Error> {
    let why = reason(why)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let account = Account::lock(uow.connection(), id).await?;
    if account.is_active() {
        return Err(Error::refused("staff.enable.active", "This account is active already."));
    }
    let granted = grants::of_roles_of(uow.connection(), id).await?;
    grants::must_hold(uow.connection(), actor, &granted).await?;
    set_status(cx, &mut uow, id, Status::Active).await?;
    let entry = audit::Entry::new("staff.enabled").stream(Stream::Auth).target("staff", id).reason(why).change(
        "status",
        Status::Disabled.as_str(),
        Status::Active.as_str(),
    );
    uow.commit(cx, actor, entry).await
}

async fn set_status(cx: &Services, uow: &mut UnitOfWork, id: StaffId, status: Status) -> Result<(), Error> {
    on!(uow.connection(), c => sqlx::query(
        "UPDATE staff SET status = $2, updated_at = $3, version = version + 1 WHERE id = $1")
        .bind(id.uuid()).bind(status.as_str()).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}
