//! Deleting a custom role.

use domain::{ids::RoleId, permissions::marker::RolesManage};

use super::{grants, record};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{dialect, on},
};

/// Deletes a custom role that nobody holds and no open invitation promises.
pub async fn delete(cx: &Services, access: &Access<RolesManage>, id: RoleId) -> Result<(), Error> {
    let now = cx.clock.now().millis();
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    let stored = record::Stored::custom(&mut uow, id).await?;
    let permissions: Vec<_> = grants::of_role(uow.connection(), id).await?.into_iter().collect();
    let (holders,): (i64,) = on!(uow.connection(), c => sqlx::query_as("SELECT COUNT(*) FROM staff_role WHERE role_id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    let (promised,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM invitation
         WHERE role_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2")
        .bind(id.uuid()).bind(now).fetch_one(c).await)?;
    if holders + promised > 0 {
        return Err(Error::refused(
            "roles.in_use",
            format!(
                "This role can't be deleted: {holders} members of staff hold it and {promised} open invitations promise it. \
                 Give them another role first."
            ),
        ));
    }
    on!(uow.connection(), c => sqlx::query("UPDATE invitation SET role_id = NULL WHERE role_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM role WHERE id = $1").bind(id.uuid()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("role.deleted")
        .target("role", id)
        .change("name", stored.name, "")
        .detail("removed", record::words(&permissions));
    uow.commit(cx, access.actor(), entry).await
}
