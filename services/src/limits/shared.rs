//! Counts in the database, shared by all nodes.

use domain::limits::{self, Asked};

use super::{
    limiter::Ask,
    store::{Counted, windows},
};
use crate::{
    Clock, Db, Error,
    db::{Connection, Engine, on},
};

/// Asks under the locks of all counts.
pub(super) async fn ask(db: &Db, clock: &Clock, asks: &[Ask]) -> Result<Counted, Error> {
    let mut uow = db.begin().await?;
    let counted = ask_locked(uow.connection(), clock, asks).await?;
    uow.commit_bookkeeping().await?;
    Ok(counted)
}

async fn ask_locked(mut connection: Connection<'_>, clock: &Clock, asks: &[Ask]) -> Result<Counted, Error> {
    // Always in the same order, so that two calls can't wait for each other in a circle.
    let mut order: Vec<usize> = (0..asks.len()).collect();
    let keys: Vec<String> = asks.iter().map(Ask::key).collect();
    order.sort_by(|one, other| keys[*one].cmp(&keys[*other]));
    let mut stored: Vec<Vec<i64>> = vec![Vec::new(); asks.len()];
    for place in &order {
        let none = serde_json::to_string(&vec![0; asks[*place].policy.windows.len()]).map_err(Error::internal)?;
        // The row is there and ours until the end of the transaction, whether or not it was there before.
        let (tats,): (String,) = on!(connection.again(), c => sqlx::query_as(
            "INSERT INTO limit_count (key, tats, full_again) VALUES ($1, $2, 0)
             ON CONFLICT (key) DO UPDATE SET full_again = limit_count.full_again
             RETURNING tats")
            .bind(&keys[*place]).bind(none).fetch_one(c).await)?;
        stored[*place] = serde_json::from_str(&tats).map_err(Error::internal)?;
    }
    let now = now(connection.again(), clock).await?;
    let windows = windows(asks);
    let before: Vec<i64> = stored.concat();
    let counted = Counted::of(now, limits::ask(now, &windows, &before), before);
    if matches!(counted.asked, Asked::Passes(_)) {
        let mut rest = counted.tats.as_slice();
        for (key, asked) in keys.iter().zip(asks) {
            let (mine, others) = rest.split_at(asked.policy.windows.len());
            rest = others;
            let tats = serde_json::to_string(mine).map_err(Error::internal)?;
            let full_again = mine.iter().copied().max().unwrap_or(0) / 1_000_000;
            on!(connection.again(), c => sqlx::query("UPDATE limit_count SET tats = $2, full_again = $3 WHERE key = $1")
                .bind(key).bind(tats).bind(full_again).execute(c).await.map(|_| ()))?;
        }
    }
    Ok(counted)
}

/// The time by the database's own clock, which all nodes share; by ours where it stands still for a test.
async fn now(connection: Connection<'_>, clock: &Clock) -> Result<i64, Error> {
    match connection {
        Engine::Postgres(connection) if !clock.is_fixed() => {
            let (micros,): (i64,) =
                sqlx::query_as("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
                    .fetch_one(connection)
                    .await?;
            Ok(micros.saturating_mul(1_000))
        }
        _ => Ok(clock.nanos()),
    }
}
