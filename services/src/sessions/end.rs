//! Ending sessions. A row stays as a tombstone, so that what arrives late for it is refused.

use domain::{
    Timestamp,
    ids::{SessionId, StaffId},
};
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, on},
};

/// What the store writes when tower-sessions deletes a session: it was signed out of, or is about to get another id.
/// Only a session with this word can go on under a new id.
pub(super) const CLOSED: &str = "closed";
/// It goes on under another id.
pub(super) const RENEWED: &str = "renewed";
/// Its owner signed out.
pub(super) const SIGNED_OUT: &str = "signed_out";
/// Its owner ended it from another session.
pub(super) const ENDED_BY_OWNER: &str = "ended_by_owner";
/// An administrator ended it.
pub(super) const ENDED_BY_ADMINISTRATOR: &str = "ended_by_administrator";

/// Ends one session of somebody; whether it was open.
pub(super) async fn one(
    connection: Connection<'_>,
    now: Timestamp,
    staff: StaffId,
    session: SessionId,
    why: &'static str,
) -> Result<bool, Error> {
    // A closed one may be between two ids at this moment: the word that is written now keeps it from going on.
    let ended = on!(connection, c => sqlx::query(
        "UPDATE session
         SET ended_at = COALESCE(ended_at, $3), ended_why = $4, record = $5
         WHERE staff_id = $1 AND public_id = $2 AND (ended_at IS NULL OR ended_why = $6)")
        .bind(staff.uuid()).bind(session.uuid()).bind(now.millis()).bind(why).bind([0_u8; 0].as_slice()).bind(CLOSED)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended > 0)
}

/// Ends all sessions of somebody but one; how many were open.
pub(crate) async fn all(
    mut connection: Connection<'_>,
    now: Timestamp,
    staff: StaffId,
    keep: Option<SessionId>,
    why: &'static str,
) -> Result<u64, Error> {
    let keep = keep.map_or(Uuid::nil(), SessionId::uuid);
    let ended = on!(connection.again(), c => sqlx::query(
        "UPDATE session
         SET ended_at = $3, ended_why = $4, record = $5
         WHERE staff_id = $1 AND public_id <> $2 AND ended_at IS NULL AND idle_until > $3 AND expires_at > $3")
        .bind(staff.uuid()).bind(keep).bind(now.millis()).bind(why).bind([0_u8; 0].as_slice())
        .execute(c).await.map(|done| done.rows_affected()))?;
    on!(connection, c => sqlx::query(
        "UPDATE session
         SET ended_at = COALESCE(ended_at, $3), ended_why = $4, record = $5
         WHERE staff_id = $1 AND public_id <> $2 AND (ended_at IS NULL OR ended_why = $6)")
        .bind(staff.uuid()).bind(keep).bind(now.millis()).bind(why).bind([0_u8; 0].as_slice()).bind(CLOSED)
        .execute(c).await.map(|_| ()))?;
    Ok(ended)
}
