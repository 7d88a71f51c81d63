//! Changing a custom role.

use domain::{ids::RoleId, permissions::marker::RolesManage, roles::difference};

use super::{RoleForm, grants, record};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{dialect, on},
    staff,
};

/// A change of a custom role.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which.
    pub id: RoleId,
    /// The version that was read.
    pub version: i64,
    /// The role as it shall be.
    pub form: RoleForm,
    /// Why.
    pub reason: String,
}

/// Changes a custom role, for everybody who holds it and at once: permissions are read at each request, so no session
/// ends. Nobody adds what they don't hold themselves; what the role already allows may stay.
pub async fn update(cx: &Services, access: &Access<RolesManage>, update: Update) -> Result<(), Error> {
    let target = update.id.to_string();
    grants::told(cx, access.actor(), "role.updated", ("role", &target), save(cx, access, update).await).await
}

async fn save(cx: &Services, access: &Access<RolesManage>, update: Update) -> Result<(), Error> {
    let Update { id, version, form, reason } = update;
    let why = staff::reason(&reason)?;
    let (name, description) = record::texts(&form)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let stored = record::Stored::custom(&mut uow, id).await?;
    if stored.version != version {
        return Err(Error::conflict(
            "roles.changed_meanwhile",
            "Somebody else has changed this role while you were editing. Load it again and look at what is different.",
        ));
    }
    let before = grants::of_role(uow.connection(), id).await?;
    let change = difference(&before, &form.permissions);
    grants::must_hold(uow.connection(), actor, &change.added.iter().copied().collect()).await?;
    if change == domain::roles::Difference::default() && name == stored.name && description == stored.description {
        return Ok(());
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE role SET name = $2, description = $3, updated_at = $4, version = version + 1 WHERE id = $1")
        .bind(id.uuid()).bind(&name).bind(&description).bind(cx.clock.now().millis())
        .execute(c).await.map(|_| ()))
    .map_err(record::name_the_twin)?;
    record::set_permissions(uow.connection(), id, &form.permissions).await?;
    let mut entry = audit::Entry::new("role.updated")
        .target("role", id)
        .reason(why)
        .detail("added", record::words(&change.added))
        .detail("removed", record::words(&change.removed));
    if name != stored.name {
        entry = entry.change("name", stored.name, name);
    }
    if description != stored.description {
        entry = entry.change("description", stored.description, description);
    }
    uow.commit(cx, actor, entry).await
}
