//! Forgetting sessions that ended long ago.

use domain::Timestamp;

use crate::{Error, Services, db::on, staff};

/// So long a session that has ended can still be told from one that never was, and its address counts as known.
const KEPT_FOR: i64 = 30 * Timestamp::DAY;

/// Deletes sessions that ended or expired more than 30 days ago, those in which nobody had signed in as soon as they
/// expire, and what throttling no longer remembers. How many sessions there were. To be called now and then by any node.
pub async fn sweep(cx: &Services) -> Result<u64, Error> {
    let now = cx.clock.now();
    let long_ago = now.plus(-KEPT_FOR).millis();
    let mut uow = cx.db.begin().await?;
    let deleted = on!(uow.connection(), c => sqlx::query(
        "DELETE FROM session
         WHERE expires_at < $1 OR ended_at < $1 OR (staff_id IS NULL AND expires_at < $2)")
        .bind(long_ago).bind(now.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    staff::sweep_throttle(uow.connection(), now).await?;
    uow.commit_bookkeeping().await?;
    Ok(deleted)
}
