//! All roles, what they allow, and how many hold them.

use std::collections::{BTreeSet, HashMap};

use domain::{
    Timestamp,
    ids::RoleId,
    permissions::{Permission, marker::RolesRead},
    roles::{BUILT_IN, may_grant},
    texts::fold,
};
use uuid::Uuid;

use super::{grants, record::not_found};
use crate::{
    Error, Services,
    access::{Access, Actor},
    db::on,
};

/// A role as the matrix shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// Its stable key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it came with the portal and can't be changed.
    pub is_built_in: bool,
    /// What it allows.
    pub permissions: BTreeSet<Permission>,
    /// How many active members hold it.
    pub holders: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; goes back with [`super::Update`].
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    key: String,
    name: String,
    description: String,
    is_built_in: bool,
    updated_at: i64,
    version: i64,
    holders: i64,
}

/// All roles: built-in ones, the most powerful first, then custom ones by name.
pub async fn list(cx: &Services, _access: &Access<RolesRead>) -> Result<Vec<Role>, Error> {
    all(cx).await
}

/// One role.
pub async fn find(cx: &Services, _access: &Access<RolesRead>, id: RoleId) -> Result<Role, Error> {
    all(cx).await?.into_iter().find(|role| role.id == id).ok_or_else(not_found)
}

/// The roles an actor may give to others, in the order of [`list`]: those that allow nothing beyond what they hold.
pub async fn grantable(cx: &Services, actor: &Actor) -> Result<Vec<(RoleId, String)>, Error> {
    let held = grants::held_now(cx.db.read().await?.connection(), actor).await?;
    let roles = all(cx).await?.into_iter().filter(|role| may_grant(&held, &role.permissions).is_ok());
    Ok(roles.map(|role| (role.id, role.name)).collect())
}

async fn all(cx: &Services) -> Result<Vec<Role>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT role.id, role.key, role.name, role.description, role.is_built_in, role.updated_at, role.version,
                (SELECT COUNT(*)
                 FROM staff_role
                 JOIN staff ON staff.id = staff_role.staff_id
                 WHERE staff_role.role_id = role.id AND staff.status = 'active') AS holders
         FROM role")
        .fetch_all(c).await)?;
    let granted: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as("SELECT role_id, permission FROM role_permission")
        .fetch_all(c).await)?;
    let mut permissions: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (role, permission) in granted {
        permissions.entry(role).or_default().push(permission);
    }
    let mut roles: Vec<Role> = rows
        .into_iter()
        .map(|row| Role {
            id: row.id.into(),
            permissions: grants::parse(permissions.get(&row.id).into_iter().flatten().map(String::as_str)),
            key: row.key,
            name: row.name,
            description: row.description,
            is_built_in: row.is_built_in,
            holders: row.holders,
            updated_at: Timestamp(row.updated_at),
            version: row.version,
        })
        .collect();
    roles.sort_by_cached_key(|role| {
        let place = BUILT_IN.iter().position(|built_in| built_in.key == role.key).unwrap_or(BUILT_IN.len());
        (place, fold(&role.name))
    });
    Ok(roles)
}
