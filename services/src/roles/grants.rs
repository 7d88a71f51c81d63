//! Who holds what at this moment, read inside the transaction that decides by it.

use std::collections::BTreeSet;

use domain::{
    ids::{RoleId, StaffId},
    permissions::Permission,
    roles::{OWNER, may_grant},
};

use crate::{
    Error, Services,
    access::{Actor, ActorKind},
    audit::{self, Outcome},
    db::{Connection, on},
};

/// The code of the refusal to decide about what one doesn't hold.
const BEYOND_OWN: &str = "roles.beyond_own";
/// The code of the refusal to leave nobody who may do everything.
const LAST_OWNER: &str = "roles.last_owner";

/// Permissions by their texts. One that is in no catalogue (of a later version, say) allows nothing here.
pub(crate) fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<Permission> {
    texts.into_iter().filter_map(|text| text.parse().ok()).collect()
}

/// What a member of staff holds through their roles; nothing once they are disabled.
pub(crate) async fn of_staff(connection: Connection<'_>, id: StaffId) -> Result<BTreeSet<Permission>, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT DISTINCT role_permission.permission
         FROM staff
         JOIN staff_role ON staff_role.staff_id = staff.id
         JOIN role_permission ON role_permission.role_id = staff_role.role_id
         WHERE staff.id = $1 AND staff.status = 'active'")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(parse(rows.iter().map(|(text,)| text.as_str())))
}

/// What somebody's roles allow, whether or not they are disabled.
pub(crate) async fn of_roles_of(connection: Connection<'_>, id: StaffId) -> Result<BTreeSet<Permission>, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT DISTINCT role_permission.permission
         FROM staff_role
         JOIN role_permission ON role_permission.role_id = staff_role.role_id
         WHERE staff_role.staff_id = $1")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(parse(rows.iter().map(|(text,)| text.as_str())))
}

/// What a role allows; empty for one that isn't there.
pub(crate) async fn of_role(connection: Connection<'_>, id: RoleId) -> Result<BTreeSet<Permission>, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as("SELECT permission FROM role_permission WHERE role_id = $1")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(parse(rows.iter().map(|(text,)| text.as_str())))
}

/// What an actor holds now. A member of staff's roles may have changed since their request began.
pub(crate) async fn held_now(connection: Connection<'_>, actor: &Actor) -> Result<BTreeSet<Permission>, Error> {
    match actor.kind() {
        ActorKind::Staff { id, .. } => of_staff(connection, *id).await,
        ActorKind::Machine { .. } | ActorKind::Job { .. } | ActorKind::CommandLine | ActorKind::Nobody => {
            Ok(actor.permissions().clone())
        }
    }
}

/// Refuses to let an actor decide about permissions that they don't hold themselves.
pub(crate) async fn must_hold(
    connection: Connection<'_>,
    actor: &Actor,
    permissions: &BTreeSet<Permission>,
) -> Result<(), Error> {
    may_grant(&held_now(connection, actor).await?, permissions).map_err(|missing| beyond_own(&missing))
}

/// The refusal that names what is missing.
#[track_caller]
pub(crate) fn beyond_own(missing: &[Permission]) -> Error {
    let names: Vec<&str> = missing.iter().map(|permission| permission.as_str()).collect();
    Error::denied(
        BEYOND_OWN,
        format!(
            "You can't decide about permissions that you don't hold yourself: {}. Ask somebody who holds them.",
            names.join(", ")
        ),
    )
}

/// How many active members of staff are owners.
pub(crate) async fn owners(connection: Connection<'_>) -> Result<i64, Error> {
    let (owners,): (i64,) = on!(connection, c => sqlx::query_as(
        "SELECT COUNT(*)
         FROM role
         JOIN staff_role ON staff_role.role_id = role.id
         JOIN staff ON staff.id = staff_role.staff_id
         WHERE role.key = $1 AND staff.status = 'active'")
        .bind(OWNER).fetch_one(c).await)?;
    Ok(owners)
}

/// Refuses a change that took the last active owner away; `before` is how many there were. Call it after the change, with
/// both under [`crate::db::dialect::lock_roles`].
pub(crate) async fn must_leave_an_owner(connection: Connection<'_>, before: i64) -> Result<(), Error> {
    if before > 0 && owners(connection).await? == 0 {
        return Err(Error::refused(
            LAST_OWNER,
            "This is the last active owner, and somebody must be one. Make somebody else an owner first.",
        ));
    }
    Ok(())
}

/// Hands a result on, after the audit log was told of a refusal to decide about others' permissions: who tries is worth
/// knowing. `target` is the kind and the id of what it was about.
pub(crate) async fn told<T>(
    cx: &Services,
    actor: &Actor,
    action: &'static str,
    target: (&str, &str),
    result: Result<T, Error>,
) -> Result<T, Error> {
    if let Err(refusal) = &result
        && matches!(refusal.code, BEYOND_OWN | LAST_OWNER)
    {
        let entry = audit::Entry::new(action)
            .target(target.0, target.1)
            .outcome(Outcome::Refused)
            .detail("cause", refusal.code);
        audit::record(cx, actor, entry).await?;
    }
    result
}
