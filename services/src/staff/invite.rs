//! Inviting a new member of staff.

use domain::{ids::RoleId, permissions::marker::StaffManage};

use super::{
    Link, Purpose,
    account::{Account, address, name},
    invitation::{NewLink, make},
};
use crate::{
    Error, Services,
    access::Access,
    audit::{self, Stream},
    db::{dialect, on},
    roles::grants,
};

/// A new member of staff.
#[derive(Clone, Debug)]
pub struct Invite {
    /// The address they will sign in with.
    pub email: String,
    /// Their name, which they can correct.
    pub name: String,
    /// The role they begin with.
    pub role: RoleId,
}

/// Invites somebody: answers the link to send them. An earlier invitation to the same address stops working.
pub async fn invite(cx: &Services, access: &Access<StaffManage>, invite: Invite) -> Result<Link, Error> {
    let target = invite.role.to_string();
    grants::told(cx, access.actor(), "staff.invited", ("role", &target), invite_as(cx, access, invite).await).await
}

async fn invite_as(cx: &Services, access: &Access<StaffManage>, invite: Invite) -> Result<Link, Error> {
    let email = address("email", &invite.email)?;
    let name = name("name", &invite.name)?;
    let actor = access.actor();
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let role: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as("SELECT key FROM role WHERE id = $1")
        .bind(invite.role.uuid()).fetch_optional(c).await)?;
    let Some((role,)) = role else { return Err(Error::invalid_field("role", "Choose a role of the list.")) };
    let granted = grants::of_role(uow.connection(), invite.role).await?;
    grants::must_hold(uow.connection(), actor, &granted).await?;
    if Account::by_email(uow.connection(), &email).await?.is_some() {
        return Err(Error::invalid_field("email", "Somebody with this address works here already."));
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE invitation SET revoked_at = $2
         WHERE purpose = 'join' AND email = $1 AND accepted_at IS NULL AND revoked_at IS NULL")
        .bind(&email).bind(now.millis()).execute(c).await.map(|_| ()))?;
    let new = NewLink {
        purpose: Purpose::Join,
        email: &email,
        name: &name,
        role: Some(invite.role),
        staff: None,
        invited_by: actor.staff_id(),
    };
    let link = make(cx, uow.connection(), new).await?;
    let entry = audit::Entry::new("staff.invited")
        .stream(Stream::Auth)
        .target("invitation", link.id)
        .detail("role", role.as_str());
    uow.commit(cx, actor, entry).await?;
    Ok(link)
}
