//! Giving and taking roles.

use std::collections::BTreeSet;

use domain::{
    ids::{RoleId, StaffId},
    permissions::{Permission, marker::RolesManage},
};
use uuid::Uuid;

use super::account::{Account, end_sessions, reason};
use crate::{
    Error, Services,
    access::Access,
    audit::{self, Stream},
    db::{UnitOfWork, dialect, on},
    roles::grants,
};

/// The roles somebody shall have.
#[derive(Clone, Debug)]
pub struct SetRoles {
    /// Who.
    pub id: StaffId,
    /// All of their roles from now on.
    pub roles: BTreeSet<RoleId>,
    /// Why.
    pub reason: String,
}

/// Gives and takes roles, at once: the sessions of whoever it is about end, so that what they do next they do under a
/// new session. Nobody gives or takes what they don't hold themselves, and the last active owner stays.
pub async fn set_roles(cx: &Services, access: &Access<RolesManage>, set: SetRoles) -> Result<(), Error> {
    let target = set.id.to_string();
    grants::told(cx, access.actor(), "staff.roles_changed", ("staff", &target), give_and_take(cx, access, set).await)
        .await
}

async fn give_and_take(cx: &Services, access: &Access<RolesManage>, set: SetRoles) -> Result<(), Error> {
    let why = reason(&set.reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    Account::lock(uow.connection(), set.id).await?;
    let before = held(&mut uow, set.id).await?;
    let given: Vec<RoleId> = set.roles.difference(&before).copied().collect();
    let taken: Vec<RoleId> = before.difference(&set.roles).copied().collect();
    if given.is_empty() && taken.is_empty() {
        return Ok(());
    }
    let mut touched: BTreeSet<Permission> = BTreeSet::new();
    for role in given.iter().chain(&taken) {
        touched.extend(grants::of_role(uow.connection(), *role).await?);
    }
    grants::must_hold(uow.connection(), actor, &touched).await?;
    let owners = grants::owners(uow.connection()).await?;
    let keys_before = keys(&mut uow, set.id).await?;
    for role in taken {
        on!(uow.connection(), c => sqlx::query("DELETE FROM staff_role WHERE staff_id = $1 AND role_id = $2")
            .bind(set.id.uuid()).bind(role.uuid()).execute(c).await.map(|_| ()))?;
    }
    for role in given {
        let inserted = on!(uow.connection(), c => sqlx::query(
            "INSERT INTO staff_role (staff_id, role_id, granted_at, granted_by)
             SELECT $1, role.id, $3, $4 FROM role WHERE role.id = $2")
            .bind(set.id.uuid()).bind(role.uuid()).bind(cx.clock.now().millis()).bind(actor.staff_id().map(StaffId::uuid))
            .execute(c).await.map(|done| done.rows_affected()))?;
        if inserted == 0 {
            return Err(Error::invalid_field("roles", "One of these roles is no longer there. Load the page again."));
        }
    }
    grants::must_leave_an_owner(uow.connection(), owners).await?;
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET version = version + 1 WHERE id = $1")
        .bind(set.id.uuid()).execute(c).await.map(|_| ()))?;
    let ended = end_sessions(cx, uow.connection(), set.id, None, "roles_changed").await?;
    let keys_after = keys(&mut uow, set.id).await?;
    let entry = audit::Entry::new("staff.roles_changed")
        .stream(Stream::Control)
        .target("staff", set.id)
        .reason(why)
        .change("roles", keys_before, keys_after)
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await
}

async fn held(uow: &mut UnitOfWork, id: StaffId) -> Result<BTreeSet<RoleId>, Error> {
    let rows: Vec<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as("SELECT role_id FROM staff_role WHERE staff_id = $1")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// The stable keys of somebody's roles, for the audit log.
async fn keys(uow: &mut UnitOfWork, id: StaffId) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT role.key
         FROM staff_role
         JOIN role ON role.id = staff_role.role_id
         WHERE staff_role.staff_id = $1
         ORDER BY role.key")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}
