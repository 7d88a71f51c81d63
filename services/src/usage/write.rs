//! Writing counts in batches, and forgetting what is old.

use domain::Timestamp;

use super::{
    recorder::{Buffer, Recorder, Tally, TallyKey},
    time::Grain,
};
use crate::{
    Error, Services,
    db::{UnitOfWork, on},
};

/// Refusals one by one are kept this long; milliseconds.
const DECISIONS_KEPT: i64 = 30 * Timestamp::DAY;
/// Hours and networks are kept this long; days and months stay.
const HOURS_KEPT: i64 = 100 * Timestamp::DAY;

/// Writes what was counted since the last time. What can't be written stays counted.
pub async fn flush(cx: &Services, recorder: &Recorder) -> Result<(), Error> {
    let buffer = recorder.take();
    if buffer.is_empty() {
        return Ok(());
    }
    match write(cx, &buffer).await {
        Ok(()) => Ok(()),
        Err(error) => {
            recorder.put_back(buffer);
            Err(error)
        }
    }
}

async fn write(cx: &Services, buffer: &Buffer) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    // Sorted, so that two nodes that write at once lock rows in the same order.
    let mut tallies: Vec<(&TallyKey, &Tally)> = buffer.tallies.iter().collect();
    tallies.sort_by_key(|(key, _)| (key.1.uuid(), key.0, key.2, key.3));
    for (key, tally) in tallies {
        for grain in Grain::ALL {
            add(&mut uow, *grain, key, tally).await?;
        }
    }
    for ((credential, day, network), calls) in &buffer.sources {
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO usage_source (credential_id, day, network, calls)
             SELECT id, $2, $3, $4 FROM credential WHERE id = $1
             ON CONFLICT (credential_id, day, network) DO UPDATE SET calls = usage_source.calls + excluded.calls")
            .bind(credential.uuid()).bind(day).bind(network).bind(calls).execute(c).await.map(|_| ()))?;
    }
    last_uses(&mut uow, buffer).await?;
    for call in &buffer.decisions {
        let steps = serde_json::to_string(&call.steps).map_err(Error::internal)?;
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO call_decision (request_id, at, public_id, status, code, route, decision)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request_id) DO NOTHING")
            .bind(&call.request_id).bind(call.at.millis()).bind(&call.public_id).bind(i64::from(call.status))
            .bind(&call.code).bind(call.route).bind(steps).execute(c).await.map(|_| ()))?;
    }
    uow.commit_bookkeeping().await
}

async fn add(
    uow: &mut UnitOfWork,
    grain: Grain,
    (hour, credential, route, version): &TallyKey,
    tally: &Tally,
) -> Result<(), Error> {
    let starts_at = grain.start(Timestamp(*hour)).millis();
    let partner = tally.partner.map_or(uuid::Uuid::nil(), domain::ids::PartnerId::uuid);
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO usage_count (grain, starts_at, credential_id, partner_id, route, version, calls, errors, refusals,
                                  micros, slowest, last_at)
         SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM credential WHERE id = $3
         ON CONFLICT (grain, starts_at, credential_id, route, version) DO UPDATE
         SET calls = usage_count.calls + excluded.calls, errors = usage_count.errors + excluded.errors,
             refusals = usage_count.refusals + excluded.refusals, micros = usage_count.micros + excluded.micros,
             slowest = CASE WHEN excluded.slowest > usage_count.slowest THEN excluded.slowest ELSE usage_count.slowest END,
             last_at = CASE WHEN excluded.last_at > usage_count.last_at THEN excluded.last_at ELSE usage_count.last_at END")
        .bind(grain.as_str()).bind(starts_at).bind(credential.uuid()).bind(partner).bind(*route).bind(*version)
        .bind(tally.calls).bind(tally.errors).bind(tally.refusals).bind(tally.micros).bind(tally.slowest).bind(tally.last_at)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn last_uses(uow: &mut UnitOfWork, buffer: &Buffer) -> Result<(), Error> {
    let mut last: Vec<_> = buffer.last.iter().collect();
    last.sort_by_key(|(credential, _)| credential.uuid());
    for (credential, last) in last {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE credential
             SET last_used_at = $2, last_used_from = $3, last_used_route = $4, last_used_agent = $5
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2)")
            .bind(credential.uuid()).bind(last.at.millis()).bind(&last.from).bind(last.route).bind(&last.agent)
            .execute(c).await.map(|_| ()))?;
    }
    for (secret, at) in &buffer.secrets {
        on!(uow.connection(), c => sqlx::query("UPDATE credential_secret SET last_used_at = $2 WHERE id = $1")
            .bind(secret.uuid()).bind(at.millis()).execute(c).await.map(|_| ()))?;
    }
    for ((credential, scope), at) in &buffer.scopes {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE credential_scope SET last_used_at = $3 WHERE credential_id = $1 AND scope = $2")
            .bind(credential.uuid()).bind(scope.as_str()).bind(at.millis()).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Forgets what is old: single refusals, hours, networks, and counts of limits that are whole again.
pub async fn sweep(cx: &Services) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM call_decision WHERE at < $1")
        .bind(now.plus(-DECISIONS_KEPT).millis()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM usage_count WHERE grain = 'hour' AND starts_at < $1")
        .bind(now.plus(-HOURS_KEPT).millis()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM usage_source WHERE day < $1")
        .bind(now.plus(-HOURS_KEPT).millis()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM limit_count WHERE full_again < $1")
        .bind(now.millis()).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
