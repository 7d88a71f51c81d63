//! Changing a partner, and what may leave for it.

use std::collections::BTreeSet;

use domain::{
    ids::{PartnerId, PolicyId},
    partners::Clearance,
    permissions::marker::PartnersManage,
    texts::fold,
};

use super::{
    Detail, PartnerFields, PartnerForm,
    create::{name_the_twin, set_fields},
    find,
};
use crate::{
    Error, Services,
    access::Access,
    audit, contracts,
    credentials::bump_and_commit,
    db::{Connection, on},
};

/// A partner as its form shows it.
pub fn form_of(detail: &Detail) -> PartnerForm {
    PartnerForm {
        name: detail.partner.name.clone(),
        kind: detail.partner.kind().to_string(),
        contact_email: detail.partner.contact_email.clone(),
    }
}

/// Saves a partner over the version that was read. A change of the fields holds for its next call.
pub async fn edit(
    cx: &Services,
    access: &Access<PartnersManage>,
    id: PartnerId,
    version: i64,
    fields: &PartnerFields,
    clearance: &Clearance,
    policies: &BTreeSet<PolicyId>,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let before = find::clearance(uow.connection(), id.uuid()).await?;
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner
         SET name = $3, sort_name = $4, kind = $5, contact_email = $6, updated_at = $7, updated_by = $8, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(&fields.name).bind(fold(&fields.name)).bind(fields.kind.as_str())
        .bind(&fields.contact_email).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))
    .map_err(name_the_twin)?;
    if saved == 0 {
        return Err(Error::conflict(
            "partner.changed_meanwhile",
            "Somebody else has changed this partner while you were editing. Load it again and look at what is different.",
        ));
    }
    set_fields(uow.connection(), id, clearance, cx.clock.now()).await?;
    set_policies(uow.connection(), id, policies).await?;
    let words = |fields: Vec<domain::partners::Field>| fields.iter().map(|field| field.as_str()).collect::<Vec<_>>();
    let added: Vec<_> = clearance.fields().filter(|field| !before.has(*field)).collect();
    let removed: Vec<_> = before.fields().filter(|field| !clearance.has(*field)).collect();
    if !(added.is_empty() && removed.is_empty()) {
        contracts::touch(uow.connection(), id, cx.clock.now(), &actor.name()).await?;
    }
    let entry = audit::Entry::new("partner.updated")
        .target("partner", id)
        .detail("fields_added", words(added))
        .detail("fields_removed", words(removed));
    bump_and_commit(cx, uow, actor, vec![entry]).await
}

/// Replaces the limits that all of a partner's keys share.
async fn set_policies(
    mut connection: Connection<'_>,
    id: PartnerId,
    policies: &BTreeSet<PolicyId>,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM limit_attachment WHERE partner_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    for policy in policies {
        let inserted = on!(connection.again(), c => sqlx::query(
            "INSERT INTO limit_attachment (policy_id, partner_id) SELECT id, $2 FROM limit_policy WHERE id = $1")
            .bind(policy.uuid()).bind(id.uuid()).execute(c).await.map(|done| done.rows_affected()))?;
        if inserted == 0 {
            return Err(Error::invalid_field(
                "policies",
                "One of these limits is no longer there. Load the page again.",
            ));
        }
    }
    Ok(())
}
