//! What a change of a role would do, before it is done: "this lets 14 people refund".

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::RoleId,
    permissions::{Permission, marker::RolesManage},
    roles::{difference, may_grant},
};
use uuid::Uuid;

use super::grants;
use crate::{Error, Services, access::Access, db::on};

/// So many names are shown; of the others, how many there are.
const NAMES: usize = 20;

/// What a change of a role would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What it would allow and doesn't.
    pub added: Vec<Permission>,
    /// What it allows and wouldn't.
    pub removed: Vec<Permission>,
    /// How many active members hold the role.
    pub holders: usize,
    /// The names of the first of them, by name.
    pub names: Vec<String>,
    /// For each added permission: how many of the holders have it from no role yet.
    pub gaining: Vec<(Permission, usize)>,
    /// For each removed permission: how many of the holders have it from no other role.
    pub losing: Vec<(Permission, usize)>,
    /// Added permissions that the actor doesn't hold, and so can't give.
    pub not_held: Vec<Permission>,
}

/// What would change if a role (none: a new one) allowed exactly `permissions`.
pub async fn preview(
    cx: &Services,
    access: &Access<RolesManage>,
    role: Option<RoleId>,
    permissions: &BTreeSet<Permission>,
) -> Result<Preview, Error> {
    let mut reading = cx.db.read().await?;
    let before = match role {
        Some(id) => grants::of_role(reading.connection(), id).await?,
        None => BTreeSet::new(),
    };
    let change = difference(&before, permissions);
    let held = grants::held_now(reading.connection(), access.actor()).await?;
    let not_held = may_grant(&held, &change.added.iter().copied().collect()).err().unwrap_or_default();
    let role = role.map_or(Uuid::nil(), RoleId::uuid);
    let holders: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT staff.id, staff.name
         FROM staff_role
         JOIN staff ON staff.id = staff_role.staff_id
         WHERE staff_role.role_id = $1 AND staff.status = 'active'
         ORDER BY staff.sort_name, staff.id")
        .bind(role).fetch_all(c).await)?;
    let elsewhere: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT holder.staff_id, role_permission.permission
         FROM staff_role AS holder
         JOIN staff_role AS other ON other.staff_id = holder.staff_id AND other.role_id <> holder.role_id
         JOIN role_permission ON role_permission.role_id = other.role_id
         WHERE holder.role_id = $1")
        .bind(role).fetch_all(c).await)?;
    let mut from_others: BTreeMap<Uuid, BTreeSet<Permission>> = BTreeMap::new();
    for (staff, permission) in elsewhere {
        from_others.entry(staff).or_default().extend(grants::parse([permission.as_str()]));
    }
    let without = |permission: &Permission| {
        holders.iter().filter(|(id, _)| !from_others.get(id).is_some_and(|held| held.contains(permission))).count()
    };
    Ok(Preview {
        gaining: change.added.iter().map(|permission| (*permission, without(permission))).collect(),
        losing: change.removed.iter().map(|permission| (*permission, without(permission))).collect(),
        holders: holders.len(),
        names: holders.iter().take(NAMES).map(|(_, name)| name.clone()).collect(),
        added: change.added,
        removed: change.removed,
        not_held,
    })
}
