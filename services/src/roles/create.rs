//! A new custom role.

use std::collections::BTreeSet;

use domain::{
    ids::RoleId,
    permissions::{Permission, marker::RolesManage},
};

use super::{grants, record};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{dialect, on},
};

/// A role as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleForm {
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// What it is for, at most 500 characters.
    pub description: String,
    /// What it allows.
    pub permissions: BTreeSet<Permission>,
}

/// Makes a custom role. Nobody puts into it what they don't hold themselves.
pub async fn create(cx: &Services, access: &Access<RolesManage>, form: RoleForm) -> Result<RoleId, Error> {
    grants::told(cx, access.actor(), "role.created", ("role", ""), insert(cx, access, form).await).await
}

async fn insert(cx: &Services, access: &Access<RolesManage>, form: RoleForm) -> Result<RoleId, Error> {
    let (name, description) = record::texts(&form)?;
    let actor = access.actor();
    let id = RoleId::new();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    grants::must_hold(uow.connection(), actor, &form.permissions).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO role (id, key, name, description, is_built_in, created_at, updated_at)
         VALUES ($1, $2, $3, $4, FALSE, $5, $5)")
        .bind(id.uuid()).bind(format!("custom_{}", id.uuid().simple())).bind(&name).bind(&description)
        .bind(cx.clock.now().millis())
        .execute(c).await.map(|_| ()))
    .map_err(record::name_the_twin)?;
    record::set_permissions(uow.connection(), id, &form.permissions).await?;
    let permissions: Vec<Permission> = form.permissions.into_iter().collect();
    let entry = audit::Entry::new("role.created")
        .target("role", id)
        .change("name", "", name)
        .detail("added", record::words(&permissions));
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}
