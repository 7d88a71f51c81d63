//! Forgetting what left long ago.

use domain::Timestamp;

use crate::{Error, Services, db::on};

/// The ledger of disclosures is kept this long, in milliseconds: three years, as long as somebody may ask what became of
/// theirs.
const LEDGER_KEPT: i64 = 3 * 365 * Timestamp::DAY;

/// Forgets disclosures of more than three years ago, says in the log how many, and answers it.
pub async fn sweep(cx: &Services) -> Result<u64, Error> {
    let before = cx.clock.now().plus(-LEDGER_KEPT);
    let mut uow = cx.db.begin().await?;
    let forgotten = on!(uow.connection(), c => sqlx::query("DELETE FROM disclosure WHERE last_at < $1")
        .bind(before.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    uow.commit_bookkeeping().await?;
    tracing::info!(forgotten, before = before.millis(), "old rows of the ledger of disclosures were deleted");
    Ok(forgotten)
}
