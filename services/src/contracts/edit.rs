//! Changing a contract. It holds for the next call.

use domain::{
    Timestamp,
    ids::PartnerId,
    partners::{Field, Rule},
    permissions::marker::PartnersManage,
};

use super::{Contract, ContractFields, FieldTerms, form::difference, stored::load};
use crate::{
    Error, Services,
    access::Access,
    audit,
    credentials::bump_and_commit,
    db::{Connection, UnitOfWork, on},
};

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Fields that came in.
    pub added: Vec<&'static str>,
    /// Fields that went out.
    pub removed: Vec<&'static str>,
    /// Fields of which something else is said.
    pub changed: Vec<&'static str>,
}

/// Saves a contract over the version that was read (0 for one that nobody has written yet).
pub async fn edit(
    cx: &Services,
    access: &Access<PartnersManage>,
    partner: PartnerId,
    version: i64,
    fields: &ContractFields,
) -> Result<Saved, Error> {
    let (actor, now) = (access.actor(), cx.clock.now());
    let mut uow = cx.db.begin().await?;
    // The partner's own version moves on too: whoever has its form open, with its boxes, must look again.
    let is_there = on!(uow.connection(), c => sqlx::query(
        "UPDATE partner SET version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $1")
        .bind(partner.uuid()).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if is_there == 0 {
        return Err(Error::not_found("partner.not_found", "There is no such partner. The address may be wrong."));
    }
    let before = load(uow.connection(), partner).await?;
    save_whole(&mut uow, partner, version, fields, now, &actor.name()).await?;
    let (added, removed, changed) = difference(&before.fields, &fields.fields);
    for field in &removed {
        on!(uow.connection(), c => sqlx::query("DELETE FROM partner_field WHERE partner_id = $1 AND field = $2")
            .bind(partner.uuid()).bind(*field).execute(c).await.map(|_| ()))?;
    }
    for (field, terms) in &fields.fields {
        save_field(uow.connection(), partner, *field, terms, now).await?;
    }
    let entry = entry(&before, fields)
        .target("partner", partner)
        .detail("version", version + 1)
        .detail("fields_added", added.clone())
        .detail("fields_removed", removed.clone())
        .detail("fields_changed", changed.clone());
    bump_and_commit(cx, uow, actor, vec![entry]).await?;
    Ok(Saved { added, removed, changed })
}

fn entry(before: &Contract, after: &ContractFields) -> audit::Entry {
    let at = |instant: Option<Timestamp>| instant.map(Timestamp::millis);
    let mut entry = audit::Entry::new("contract.updated");
    if before.is_strict != after.is_strict {
        entry = entry.change("is_strict", before.is_strict, after.is_strict);
    }
    if before.valid_from != after.valid_from {
        entry = entry.change("valid_from", at(before.valid_from), at(after.valid_from));
    }
    if before.valid_until != after.valid_until {
        entry = entry.change("valid_until", at(before.valid_until), at(after.valid_until));
    }
    if before.document != after.document {
        entry = entry.changed("document");
    }
    entry
}

async fn save_whole(
    uow: &mut UnitOfWork,
    partner: PartnerId,
    version: i64,
    fields: &ContractFields,
    now: Timestamp,
    by: &str,
) -> Result<(), Error> {
    let at = |instant: Option<Timestamp>| instant.map(Timestamp::millis);
    let statement = if version == 0 {
        "INSERT INTO data_contract (partner_id, is_strict, valid_from, valid_until, document, updated_at, updated_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1)
         ON CONFLICT (partner_id) DO NOTHING"
    } else {
        "UPDATE data_contract
         SET is_strict = $2, valid_from = $3, valid_until = $4, document = $5, updated_at = $6, updated_by = $7,
             version = version + 1
         WHERE partner_id = $1 AND version = $8"
    };
    let saved = on!(uow.connection(), c => sqlx::query(statement)
        .bind(partner.uuid()).bind(fields.is_strict).bind(at(fields.valid_from)).bind(at(fields.valid_until))
        .bind(&fields.document).bind(now.millis()).bind(by).bind(version)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict(
            "contract.changed_meanwhile",
            "Somebody else has changed this contract while you were editing. Load it again and look at what is different.",
        ));
    }
    Ok(())
}

async fn save_field(
    connection: Connection<'_>,
    partner: PartnerId,
    field: Field,
    terms: &FieldTerms,
    now: Timestamp,
) -> Result<(), Error> {
    let keeps = match terms.rule {
        Rule::Truncated(keeps) => i64::try_from(keeps).unwrap_or(i64::MAX),
        _ => 4,
    };
    on!(connection, c => sqlx::query(
        "INSERT INTO partner_field (partner_id, field, is_sent, is_read, is_received, purpose, basis, retention_days, rule,
                                    keeps, granted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (partner_id, field) DO UPDATE
         SET is_sent = excluded.is_sent, is_read = excluded.is_read, is_received = excluded.is_received,
             purpose = excluded.purpose, basis = excluded.basis, retention_days = excluded.retention_days,
             rule = excluded.rule, keeps = excluded.keeps")
        .bind(partner.uuid()).bind(field.as_str()).bind(terms.is_sent).bind(terms.is_read).bind(terms.is_received)
        .bind(&terms.purpose).bind(terms.basis.as_str()).bind(terms.retention_days).bind(terms.rule.kind().as_str())
        .bind(keeps).bind(now.millis())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
