//! What the security page says first: the last day in numbers, and whether the log is sound.

use std::collections::BTreeMap;

use domain::{Timestamp, permissions::marker::AuditRead};
use sqlx::FromRow;

use super::Stream;
use crate::{Error, Services, access::Access, db::on};

/// The last check of a stream.
#[derive(Clone, Debug, FromRow)]
pub struct Verification {
    /// Which stream.
    pub stream: String,
    /// When it ended, in milliseconds.
    pub finished_at: i64,
    /// How many events it saw.
    pub size: i64,
    /// Whether all was well.
    pub is_sound: bool,
    /// What was not.
    pub finding: String,
}

/// The last checkpoint of a stream.
#[derive(Clone, Debug, FromRow)]
pub struct LastCheckpoint {
    /// Which stream.
    pub stream: String,
    /// How many events it covers.
    pub size: i64,
    /// When it was signed, in milliseconds.
    pub signed_at: i64,
    /// The note.
    pub note: String,
}

/// What the security page says first.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Events in the last 24 hours.
    pub events: i64,
    /// Events in the last 24 hours by area, the first word of the action, in the order of their names.
    pub groups: Vec<(String, i64)>,
    /// Sign-ins in the last 24 hours.
    pub sign_ins: i64,
    /// Failed or refused sign-ins in the last 24 hours.
    pub failed_sign_ins: i64,
    /// Refusals of any kind in the last 24 hours.
    pub refusals: i64,
    /// The last check of each stream.
    pub verifications: Vec<Verification>,
    /// The last checkpoint of each stream.
    pub checkpoints: Vec<LastCheckpoint>,
}

/// Counting stops here, so that a busy day costs no more than a quiet one.
pub const MOST_COUNTED: i64 = 10_000;

/// Reads what the security page says first.
pub async fn summary(cx: &Services, _access: &Access<AuditRead>) -> Result<Summary, Error> {
    let since = cx.clock.now().plus(-Timestamp::DAY).millis();
    let groups = count_groups(cx, since).await?;
    let unsuccessful = count_unsuccessful(cx, since).await?;
    let mut reading = cx.db.read().await?;
    let (sign_ins,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*)
         FROM (SELECT 1 AS one FROM audit_event WHERE action = 'staff.signed_in' AND occurred_at >= $1 LIMIT $2) newest")
        .bind(since).bind(MOST_COUNTED).fetch_one(c).await)?;
    let mut verifications = Vec::new();
    let mut checkpoints = Vec::new();
    for stream in Stream::ALL {
        let verification: Option<Verification> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT stream, finished_at, size, is_sound, finding
             FROM audit_verification
             WHERE stream = $1
             ORDER BY finished_at DESC
             LIMIT 1")
            .bind(stream.as_str()).fetch_optional(c).await)?;
        let checkpoint: Option<LastCheckpoint> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT stream, size, signed_at, note
             FROM audit_checkpoint
             WHERE stream = $1
             ORDER BY size DESC
             LIMIT 1")
            .bind(stream.as_str()).fetch_optional(c).await)?;
        verifications.extend(verification);
        checkpoints.extend(checkpoint);
    }
    Ok(Summary {
        events: groups.values().sum(),
        groups: groups.into_iter().collect(),
        sign_ins,
        failed_sign_ins: unsuccessful.get(Stream::Auth.as_str()).copied().unwrap_or(0).min(MOST_COUNTED),
        refusals: unsuccessful.values().sum::<i64>().min(MOST_COUNTED),
        verifications,
        checkpoints,
    })
}

/// The newest events of the day by the first word of their action.
async fn count_groups(cx: &Services, since: i64) -> Result<BTreeMap<String, i64>, Error> {
    let mut reading = cx.db.read().await?;
    let actions: Vec<(String, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT action, COUNT(*)
         FROM (SELECT action FROM audit_event
               WHERE occurred_at >= $1
               ORDER BY occurred_at DESC, id DESC
               LIMIT $2) newest
         GROUP BY action")
        .bind(since).bind(MOST_COUNTED).fetch_all(c).await)?;
    let mut groups = BTreeMap::new();
    for (action, count) in actions {
        let area = action.split('.').next().unwrap_or_default().to_owned();
        *groups.entry(area).or_insert(0) += count;
    }
    Ok(groups)
}

/// The newest refusals and failures of the day by stream. Each outcome by itself, since the index holds each in order.
async fn count_unsuccessful(cx: &Services, since: i64) -> Result<BTreeMap<String, i64>, Error> {
    let mut reading = cx.db.read().await?;
    let streams: Vec<(String, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT stream, COUNT(*)
         FROM (SELECT stream FROM (SELECT stream FROM audit_event
                                   WHERE outcome = 'refused' AND occurred_at >= $1
                                   ORDER BY occurred_at DESC, id DESC
                                   LIMIT $2) refused
               UNION ALL
               SELECT stream FROM (SELECT stream FROM audit_event
                                   WHERE outcome = 'failed' AND occurred_at >= $1
                                   ORDER BY occurred_at DESC, id DESC
                                   LIMIT $2) failed) newest
         GROUP BY stream")
        .bind(since).bind(MOST_COUNTED).fetch_all(c).await)?;
    Ok(streams.into_iter().collect())
}
