//! Bringing the built-in roles of this version into the database.

use std::collections::BTreeMap;

use domain::{
    ids::RoleId,
    roles::{BUILT_IN, BuiltIn},
};
use uuid::Uuid;

use super::{grants, record};
use crate::{
    Error, Services,
    access::Actor,
    audit,
    db::{Connection, UnitOfWork, dialect, on},
};

/// Inserts and updates the built-in roles, as part of migrating. Does nothing when they are as this version has them;
/// several nodes may call it at once.
pub async fn seed(cx: &Services) -> Result<(), Error> {
    if different(cx.db.read().await?.connection()).await?.is_empty() {
        return Ok(());
    }
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    // Again, now that nobody else can be doing the same.
    let changed = different(uow.connection()).await?;
    if changed.is_empty() {
        return Ok(());
    }
    for (role, id) in &changed {
        write(cx, &mut uow, role, *id).await?;
    }
    let keys: Vec<&str> = changed.iter().map(|(role, _)| role.key).collect();
    let entry = audit::Entry::new("role.built_in_updated").detail("roles", keys);
    uow.commit(cx, &Actor::job("migrate"), entry).await
}

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    id: Uuid,
    name: String,
    description: String,
    is_built_in: bool,
}

/// Built-in roles that aren't in the database as they should be, with their id when they are there at all.
async fn different(mut connection: Connection<'_>) -> Result<Vec<(&'static BuiltIn, Option<RoleId>)>, Error> {
    let rows: Vec<Row> = on!(connection.again(), c => sqlx::query_as("SELECT key, id, name, description, is_built_in FROM role")
        .fetch_all(c).await)?;
    let stored: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    let mut changed = Vec::new();
    for role in BUILT_IN {
        match stored.get(role.key) {
            None => changed.push((role, None)),
            Some(row) => {
                let id = RoleId::from(row.id);
                let is_same = row.is_built_in
                    && (row.name == role.name || row.name == second_name(role))
                    && row.description == role.description
                    && grants::of_role(connection.again(), id).await? == role.permissions();
                if !is_same {
                    changed.push((role, Some(id)));
                }
            }
        }
    }
    Ok(changed)
}

async fn write(cx: &Services, uow: &mut UnitOfWork, role: &BuiltIn, id: Option<RoleId>) -> Result<(), Error> {
    let now = cx.clock.now().millis();
    let is_new = id.is_none();
    let id = id.unwrap_or_else(RoleId::new);
    let name = free_name(uow, role, id).await?;
    if is_new {
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO role (id, key, name, description, is_built_in, created_at, updated_at)
             VALUES ($1, $2, $3, $4, TRUE, $5, $5)")
            .bind(id.uuid()).bind(role.key).bind(&name).bind(role.description).bind(now).execute(c).await.map(|_| ()))?;
    } else {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE role
             SET name = $2, description = $3, is_built_in = TRUE, updated_at = $4, version = version + 1
             WHERE id = $1")
            .bind(id.uuid()).bind(&name).bind(role.description).bind(now).execute(c).await.map(|_| ()))?;
    }
    record::set_permissions(uow.connection(), id, &role.permissions()).await
}

/// The role's name, or another when somebody has given it to a role of theirs: that must not keep us from migrating.
async fn free_name(uow: &mut UnitOfWork, role: &BuiltIn, id: RoleId) -> Result<String, Error> {
    let taken: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as("SELECT name FROM role WHERE name = $1 AND id <> $2")
        .bind(role.name).bind(id.uuid()).fetch_optional(c).await)?;
    Ok(if taken.is_some() { second_name(role) } else { role.name.to_owned() })
}

fn second_name(role: &BuiltIn) -> String {
    format!("{} (built-in)", role.name)
}
