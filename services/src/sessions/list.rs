//! Listing and ending sessions: one's own, and anybody's for those who manage staff.

use domain::{
    Timestamp,
    ids::{SessionId, StaffId},
    permissions::marker::{StaffManage, StaffRead},
};
use uuid::Uuid;

use super::{
    device,
    end::{self, ENDED_BY_ADMINISTRATOR, ENDED_BY_OWNER},
};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    db::on,
    staff,
};

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which; not the secret in the cookie.
    pub id: SessionId,
    /// "Chromium on Linux".
    pub device: String,
    /// The address at sign-in.
    pub ip: String,
    /// Since when.
    pub signed_in_at: Timestamp,
    /// Last use, to the minute.
    pub last_seen_at: Timestamp,
    /// Whether it is the one asking.
    pub is_current: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    public_id: Uuid,
    ip: String,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
}

/// One's own open sessions, the last used first.
pub async fn mine(cx: &Services, actor: &Actor) -> Result<Vec<Listed>, Error> {
    let (id, current) = staff::own(actor)?;
    open_sessions(cx, id, current).await
}

/// Somebody's open sessions, the last used first.
pub async fn of_staff(cx: &Services, access: &Access<StaffRead>, id: StaffId) -> Result<Vec<Listed>, Error> {
    let current = staff::own(access.actor()).ok().and_then(|(_, session)| session);
    open_sessions(cx, id, current).await
}

async fn open_sessions(cx: &Services, id: StaffId, current: Option<SessionId>) -> Result<Vec<Listed>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT public_id, ip, user_agent, created_at, last_seen_at
         FROM session
         WHERE staff_id = $1 AND ended_at IS NULL AND idle_until > $2 AND expires_at > $2
         ORDER BY last_seen_at DESC, public_id
         LIMIT 200")
        .bind(id.uuid()).bind(cx.clock.now().millis()).fetch_all(c).await)?;
    let listed = rows.into_iter().map(|row| {
        let id = SessionId::from(row.public_id);
        Listed {
            id,
            device: device(&row.user_agent),
            ip: row.ip,
            signed_in_at: Timestamp(row.created_at),
            last_seen_at: Timestamp(row.last_seen_at),
            is_current: Some(id) == current,
        }
    });
    Ok(listed.collect())
}

/// Ends one of one's own sessions. Somebody else's is answered as if it weren't there.
pub async fn end_one(cx: &Services, actor: &Actor, id: SessionId) -> Result<(), Error> {
    let (staff, _) = staff::own(actor)?;
    let mut uow = cx.db.begin().await?;
    if !end::one(uow.connection(), cx.clock.now(), staff, id, ENDED_BY_OWNER).await? {
        return Err(Error::not_found("sessions.not_found", "This session has ended already."));
    }
    let entry = audit::Entry::new("session.ended").stream(audit::Stream::Auth).target("session", id);
    uow.commit(cx, actor, entry).await
}

/// Ends all of one's own sessions but this; how many they were.
pub async fn end_all_others(cx: &Services, actor: &Actor) -> Result<u64, Error> {
    let (staff, current) = staff::own(actor)?;
    let mut uow = cx.db.begin().await?;
    let ended = end::all(uow.connection(), cx.clock.now(), staff, current, ENDED_BY_OWNER).await?;
    let entry = audit::Entry::new("session.others_ended")
        .stream(audit::Stream::Auth)
        .target("staff", staff)
        .detail("sessions", ended);
    uow.commit(cx, actor, entry).await?;
    Ok(ended)
}

/// Ends all sessions of somebody, also one that is being written at this moment; how many they were.
pub async fn end_all_of(cx: &Services, access: &Access<StaffManage>, id: StaffId, reason: &str) -> Result<u64, Error> {
    let reason = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    staff::must_exist(uow.connection(), id).await?;
    let ended = staff::end_sessions(cx, uow.connection(), id, None, ENDED_BY_ADMINISTRATOR).await?;
    let entry = audit::Entry::new("staff.sessions_ended")
        .stream(audit::Stream::Auth)
        .target("staff", id)
        .reason(reason)
        .detail("sessions", ended);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(ended)
}
