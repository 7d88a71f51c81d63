//! Keeping a partner's machines out, and letting them in again.

use domain::{ids::PartnerId, partners::PartnerStatus, permissions::marker::PartnersManage};

use super::list::load;
use crate::{Error, Services, access::Access, audit, credentials::bump_and_commit, db::on, staff};

/// Suspends a partner: none of its keys and tokens work, at once.
pub async fn suspend(cx: &Services, access: &Access<PartnersManage>, id: PartnerId, reason: &str) -> Result<(), Error> {
    turn(cx, access, id, reason, PartnerStatus::Active, PartnerStatus::Suspended, "partner.suspended").await
}

/// Lets a partner's machines call again.
pub async fn resume(cx: &Services, access: &Access<PartnersManage>, id: PartnerId, reason: &str) -> Result<(), Error> {
    turn(cx, access, id, reason, PartnerStatus::Suspended, PartnerStatus::Active, "partner.resumed").await
}

async fn turn(
    cx: &Services,
    access: &Access<PartnersManage>,
    id: PartnerId,
    reason: &str,
    from: PartnerStatus,
    to: PartnerStatus,
    action: &'static str,
) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    load(uow.connection(), id).await?;
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner SET status = $3, updated_at = $4, updated_by = $5, version = version + 1
         WHERE id = $1 AND status = $2")
        .bind(id.uuid()).bind(from.as_str()).bind(to.as_str()).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        return Err(Error::refused("partner.other_status", format!("This partner is “{}” already.", to.label())));
    }
    let entry =
        audit::Entry::new(action).target("partner", id).reason(why).change("status", from.as_str(), to.as_str());
    bump_and_commit(cx, uow, actor, vec![entry]).await
}
