//! What the security page says first: the last day in numbers, and whether the log is sound.

use domain::{Timestamp, permissions::marker::AuditRead};
use sqlx::FromRow;

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
    let mut reading = cx.db.read().await?;
    let (events,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_event WHERE occurred_at >= $1 LIMIT $2) counted")
        .bind(since).bind(MOST_COUNTED).fetch_one(c).await)?;
    let (sign_ins,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_event
         WHERE action = 'staff.signed_in' AND occurred_at >= $1 LIMIT $2) counted")
        .bind(since).bind(MOST_COUNTED).fetch_one(c).await)?;
    let (refusals,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_event
         WHERE outcome IN ('refused', 'failed') AND occurred_at >= $1 LIMIT $2) counted")
        .bind(since).bind(MOST_COUNTED).fetch_one(c).await)?;
    let (failed_sign_ins,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_event
         WHERE outcome IN ('refused', 'failed') AND stream = 'auth' AND occurred_at >= $1 LIMIT $2) counted")
        .bind(since).bind(MOST_COUNTED).fetch_one(c).await)?;
    let verifications = on!(reading.connection(), c => sqlx::query_as(
        "SELECT v.stream, v.finished_at, v.size, v.is_sound, v.finding FROM audit_verification v
         WHERE v.finished_at = (SELECT MAX(x.finished_at) FROM audit_verification x WHERE x.stream = v.stream)
         ORDER BY v.stream").fetch_all(c).await)?;
    let checkpoints = on!(reading.connection(), c => sqlx::query_as(
        "SELECT p.stream, p.size, p.signed_at, p.note FROM audit_checkpoint p
         WHERE p.size = (SELECT MAX(x.size) FROM audit_checkpoint x WHERE x.stream = p.stream)
         ORDER BY p.stream").fetch_all(c).await)?;
    Ok(Summary { events, sign_ins, failed_sign_ins, refusals, verifications, checkpoints })
}
