//! A form sent twice makes one object: its token is spent in the change's own transaction.

use domain::Timestamp;
use uuid::Uuid;

use crate::{
    Error, Services,
    db::{Connection, on},
};

/// What became of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was fresh; go on.
    Now,
    /// The form had been sent before, and this is what came of it.
    Before(String),
}

/// Spends a token for what will come of the form (`result`: the new object's address). Call it first in the unit of
/// work: on PostgreSQL a twin waits here until the first has finished.
pub async fn spend(mut connection: Connection<'_>, now: Timestamp, token: Uuid, result: &str) -> Result<Spent, Error> {
    let inserted = on!(connection.again(), c => sqlx::query(
        "INSERT INTO form_token (token, spent_at, result) VALUES ($1, $2, $3) ON CONFLICT (token) DO NOTHING")
        .bind(token).bind(now.millis()).bind(result).execute(c).await.map(|done| done.rows_affected()))?;
    if inserted == 1 {
        return Ok(Spent::Now);
    }
    let (result,): (String,) = on!(connection, c => sqlx::query_as("SELECT result FROM form_token WHERE token = $1")
        .bind(token).fetch_one(c).await)?;
    Ok(Spent::Before(result))
}

/// Forgets tokens spent more than two days ago.
pub async fn sweep_now(cx: &Services) -> Result<(), Error> {
    let before = cx.clock.now().plus(-2 * Timestamp::DAY).millis();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM form_token WHERE spent_at < $1")
        .bind(before).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
