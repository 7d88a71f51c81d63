//! Correcting a name.

use domain::{ids::StaffId, permissions::marker::StaffManage, texts::fold};

use super::account::{Account, name};
use crate::{Error, Services, access::Access, audit, db::on};

/// Changes the name of a member of staff.
pub async fn rename(cx: &Services, access: &Access<StaffManage>, id: StaffId, new: &str) -> Result<(), Error> {
    let new = name("name", new)?;
    let mut uow = cx.db.begin().await?;
    let account = Account::lock(uow.connection(), id).await?;
    if account.name == new {
        return Ok(());
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE staff SET name = $2, sort_name = $3, updated_at = $4, version = version + 1 WHERE id = $1")
        .bind(id.uuid()).bind(&new).bind(fold(&new)).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("staff.renamed").target("staff", id).changed("name");
    uow.commit(cx, access.actor(), entry).await
}
