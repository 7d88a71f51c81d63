//! Spending a one-time link: the first owner, a new member of staff, or a new password.

use std::collections::BTreeSet;

use domain::{
    ids::{RoleId, StaffId},
    permissions::Permission,
    roles::OWNER,
    texts::fold,
};
use secrecy::SecretString;

use super::{
    Purpose,
    account::{self, Account, address, end_sessions, fresh_epoch},
    first_owner, invitation, throttle,
};
use crate::{
    Error, Services,
    access::Trace,
    audit::{self, Stream},
    db::{UnitOfWork, dialect, on},
    passwords::policy,
    roles::grants,
};

/// What the person behind a link has typed.
#[derive(Debug)]
pub struct Accept {
    /// The token of the link.
    pub token: String,
    /// Their address; only the first owner types it.
    pub email: String,
    /// Their name; not used for a new password.
    pub name: String,
    /// The password they chose.
    pub password: SecretString,
    /// Where the request came from.
    pub trace: Trace,
}

/// Whose account it is now. They sign in next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Who.
    pub staff_id: StaffId,
    /// The address they sign in with.
    pub email: String,
    /// What the link was for.
    pub purpose: Purpose,
}

/// Spends a link. Of two at once, one succeeds.
pub async fn accept(cx: &Services, accept: Accept) -> Result<Accepted, Error> {
    // First a look: nobody makes us hash a password who has no link.
    let link = invitation::Row::by_token(cx, cx.db.read().await?.connection(), &accept.token).await?;
    let purpose = link.purpose()?;
    let email = if purpose == Purpose::FirstOwner { address("email", &accept.email)? } else { link.email.clone() };
    let name = if purpose == Purpose::Reset { link.name.clone() } else { account::name("name", &accept.name)? };
    policy::check("password", &accept.password, &[&email, &name])?;
    let phc = cx.passwords.hash(&accept.password).await?;

    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let spent = on!(uow.connection(), c => sqlx::query(
        "UPDATE invitation SET accepted_at = $2
         WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2")
        .bind(link.id).bind(cx.clock.now().millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if spent == 0 {
        return Err(invitation::not_found());
    }
    let id = match (purpose, link.role_id, link.staff_id) {
        (Purpose::FirstOwner, _, _) => {
            if !first_owner::is_empty(uow.connection()).await? {
                return Err(invitation::not_found());
            }
            let owner = role_by_key(&mut uow, OWNER).await?;
            join(cx, &mut uow, &email, &name, &phc, owner, None).await?
        }
        (Purpose::Join, Some(role), _) => {
            let role = RoleId::from(role);
            let granted = grants::of_role(uow.connection(), role).await?;
            must_still_hold(&mut uow, &link, &granted).await?;
            join(cx, &mut uow, &email, &name, &phc, role, link.invited_by.map(StaffId::from)).await?
        }
        (Purpose::Reset, _, Some(id)) => {
            let id = StaffId::from(id);
            let held = grants::of_roles_of(uow.connection(), id).await?;
            must_still_hold(&mut uow, &link, &held).await?;
            set_password(cx, &mut uow, id, &phc).await?;
            id
        }
        _ => return Err(Error::internal("a link without what it is for")),
    };
    let account = Account::by_id(uow.connection(), id).await?;
    let action = if purpose == Purpose::Reset { "staff.password_reset" } else { "staff.joined" };
    let entry = audit::Entry::new(action)
        .stream(Stream::Auth)
        .target("staff", id)
        .detail("invitation", link.id.to_string())
        .detail("purpose", purpose.as_str());
    uow.commit(cx, &account.as_actor(accept.trace), entry).await?;
    Ok(Accepted { staff_id: id, email: account.email, purpose })
}

/// Whoever made the link must still be here and hold what it gives: it is worth no more than they are now.
async fn must_still_hold(
    uow: &mut UnitOfWork,
    link: &invitation::Row,
    granted: &BTreeSet<Permission>,
) -> Result<(), Error> {
    let Some(inviter) = link.invited_by else { return Ok(()) };
    let held = grants::of_staff(uow.connection(), inviter.into()).await?;
    if granted.is_subset(&held) { Ok(()) } else { Err(invitation::not_found()) }
}

async fn role_by_key(uow: &mut UnitOfWork, key: &str) -> Result<RoleId, Error> {
    let role: Option<(uuid::Uuid,)> = on!(uow.connection(), c => sqlx::query_as("SELECT id FROM role WHERE key = $1")
        .bind(key).fetch_optional(c).await)?;
    role.map(|(id,)| id.into())
        .ok_or_else(|| Error::internal("a built-in role is missing: the database is not migrated"))
}

async fn join(
    cx: &Services,
    uow: &mut UnitOfWork,
    email: &str,
    name: &str,
    phc: &str,
    role: RoleId,
    granted_by: Option<StaffId>,
) -> Result<StaffId, Error> {
    let id = StaffId::new();
    let now = cx.clock.now().millis();
    if Account::by_email(uow.connection(), email).await?.is_some() {
        return Err(Error::conflict(
            "staff.address_taken",
            "Somebody with this address works here already. Sign in instead.",
        ));
    }
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO staff (id, email, name, sort_name, status, password_phc, password_set_at, session_epoch, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $6, $6)")
        .bind(id.uuid()).bind(email).bind(name).bind(fold(name)).bind(phc).bind(now).bind(fresh_epoch().as_slice())
        .execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO staff_role (staff_id, role_id, granted_at, granted_by) VALUES ($1, $2, $3, $4)")
        .bind(id.uuid()).bind(role.uuid()).bind(now).bind(granted_by.map(StaffId::uuid))
        .execute(c).await.map(|_| ()))?;
    Ok(id)
}

/// A new password by a link: every session ends, and so do the delays that its owner's tries may have caused.
async fn set_password(cx: &Services, uow: &mut UnitOfWork, id: StaffId, phc: &str) -> Result<(), Error> {
    let account = Account::lock(uow.connection(), id).await?;
    if !account.is_active() {
        return Err(invitation::not_found());
    }
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET password_phc = $2, password_set_at = $3 WHERE id = $1")
        .bind(id.uuid()).bind(phc).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    end_sessions(cx, uow.connection(), id, None, "password_changed").await?;
    throttle::forgive(uow.connection(), &cx.keys, &account.email, id).await
}
