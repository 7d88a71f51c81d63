//! Erasing what messages say once it is no longer kept.

use domain::Timestamp;

use crate::{Error, Services, access::Actor, audit, db::on};

/// How long it is known what a message says, and what was turned away: 90 days, in milliseconds.
const KEPT: i64 = 90 * Timestamp::DAY;
/// So many are erased at a time, so that nothing waits long for it.
const SWEPT: i64 = 2_000;

/// Erases the bodies of old messages, which stay to tell repeats by; and counts of refusals. Answers how many bodies.
pub async fn sweep(cx: &Services) -> Result<u64, Error> {
    let before = cx.clock.now().plus(-KEPT).millis();
    let mut erased = 0;
    loop {
        let mut uow = cx.db.begin().await?;
        let swept = on!(uow.connection(), c => sqlx::query(
            "UPDATE inbound_message SET body = NULL WHERE id IN (
                 SELECT id FROM inbound_message WHERE body IS NOT NULL AND received_at < $1 LIMIT $2)")
            .bind(before).bind(SWEPT).execute(c).await.map(|done| done.rows_affected()))?;
        if swept == 0 {
            on!(uow.connection(), c => sqlx::query("DELETE FROM inbound_refusal WHERE hour < $1")
                .bind(before).execute(c).await.map(|_| ()))?;
            uow.commit_bookkeeping().await?;
            return Ok(erased);
        }
        let entry = audit::Entry::new("inbound.erased").detail("count", swept);
        uow.commit(cx, &Actor::job("retention"), entry).await?;
        erased += swept;
    }
}
