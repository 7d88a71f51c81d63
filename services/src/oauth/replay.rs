//! What may be used once: remembered until it would be over anyway.

use domain::Timestamp;

use crate::{Error, Services, db::on};

/// Uses something up; `false` when it was used before. `expires_at` says until when it has to be remembered.
pub(super) async fn spend(cx: &Services, id: &str, expires_at: Timestamp) -> Result<bool, Error> {
    let mut uow = cx.db.begin().await?;
    let inserted = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO token_replay (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
        .bind(id).bind(expires_at.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    uow.commit_bookkeeping().await?;
    Ok(inserted == 1)
}

/// Forgets what is over.
pub async fn sweep(cx: &Services) -> Result<(), Error> {
    // A margin for clocks that go apart.
    let before = cx.clock.now().plus(-Timestamp::HOUR).millis();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM token_replay WHERE expires_at < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM token_revocation WHERE expires_at < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM signing_key WHERE stands_until < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM idempotency_key WHERE created_at < $1")
        .bind(cx.clock.now().plus(-2 * Timestamp::DAY).millis()).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
