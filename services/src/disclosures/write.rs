//! Writing what was added up.

use std::collections::BTreeMap;

use domain::ids::PartnerId;
use uuid::Uuid;

use super::{
    ledger::{Key, Ledger, Tally},
    names,
};
use crate::{Error, Services, db::on};

/// So many rows are written in one transaction, so that nobody waits long for the one writer of SQLite.
const AT_ONCE: usize = 1_000;

/// Writes what left since the last time. What can't be written stays counted.
pub async fn flush(cx: &Services, ledger: &Ledger) -> Result<(), Error> {
    let buffer = ledger.take();
    if buffer.lost > 0 {
        tracing::error!(
            lost = buffer.lost,
            "more left at once than the ledger of disclosures holds; these rows are missing"
        );
    }
    let mut rows: Vec<(Key, Tally)> = buffer.rows.into_iter().collect();
    // In order, so that two nodes that write at once lock rows in the same order.
    rows.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_ONCE));
        if let Err(error) = write(cx, &rows).await {
            ledger.put_back(rows.into_iter().chain(rest));
            return Err(error);
        }
        rows = rest;
    }
    Ok(())
}

async fn write(cx: &Services, rows: &[(Key, Tally)]) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let mut used: BTreeMap<(PartnerId, String), i64> = BTreeMap::new();
    for (key, tally) in rows {
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO disclosure (id, partner_id, via, subject_type, subject_id, day, fields, withheld, calls, first_at,
                                     last_at)
             SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM partner WHERE id = $2
             ON CONFLICT (partner_id, via, subject_type, subject_id, day, fields, withheld) DO UPDATE
             SET calls = disclosure.calls + excluded.calls,
                 first_at = CASE WHEN excluded.first_at < disclosure.first_at THEN excluded.first_at
                                 ELSE disclosure.first_at END,
                 last_at = CASE WHEN excluded.last_at > disclosure.last_at THEN excluded.last_at
                                ELSE disclosure.last_at END")
            .bind(Uuid::now_v7()).bind(key.partner.uuid()).bind(key.via.as_str()).bind(&key.subject_type)
            .bind(key.subject_id).bind(key.day).bind(&key.fields).bind(&key.withheld).bind(tally.calls)
            .bind(tally.first_at).bind(tally.last_at)
            .execute(c).await.map(|_| ()))?;
        for field in names(&key.fields) {
            let last = used.entry((key.partner, field)).or_insert(tally.last_at);
            *last = (*last).max(tally.last_at);
        }
    }
    for ((partner, field), at) in used {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE partner_field SET last_used_at = $3
             WHERE partner_id = $1 AND field = $2 AND (last_used_at IS NULL OR last_used_at < $3)")
            .bind(partner.uuid()).bind(&field).bind(at).execute(c).await.map(|_| ()))?;
    }
    uow.commit_bookkeeping().await
}
