//! Our store for tower-sessions.
//!
//! Only the SHA-256 of a session's id is kept: ids are 128 random bits, which no table of hashes can be searched for.
//! A session that has ended stays as a tombstone: saving it changes nothing, and its id never comes back. Ids are minted
//! here and nowhere else, whatever the caller proposes.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use domain::{
    Timestamp,
    ids::{SessionId, StaffId},
};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

use super::end::{CLOSED, RENEWED};
use crate::{Error, Services, db::on};

/// Under this key a loaded session carries what the store knows of it. Never written to the payload.
const STORED: &str = "keyfob.stored";
/// Under this key a new session carries who signed in. Taken out of the payload when it is created.
pub(super) const BOUND: &str = "keyfob.bound";

/// Under this key axum-login keeps who is signed in, unless its layer is told otherwise.
const SIGNED_IN: &str = "axum-login.data";

/// A session in which nobody is signed in lives so long: enough to sign in.
const UNBOUND_LIFE: i64 = Timestamp::HOUR;
/// The use of a session is noted at most so often.
const TOUCHED_EVERY: i64 = Timestamp::MINUTE;
/// The most a session may hold; what belongs to a person belongs into a table.
const MOST_BYTES: usize = 16_384;

/// Sessions in our database.
#[derive(Clone)]
pub struct Store {
    cx: Services,
}

/// What the store knows of a session and its payload doesn't.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// The id by which its owner knows it.
    pub(super) id: SessionId,
    /// When its use was last noted.
    seen_at: Timestamp,
}

/// Who signed in with a session, and from where.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bound {
    pub(super) staff_id: StaffId,
    pub(super) ip: String,
    pub(super) user_agent: String,
}

/// The columns that a session keeps over all its ids.
#[derive(sqlx::FromRow)]
struct Kept {
    staff_id: Option<Uuid>,
    created_at: i64,
    expires_at: i64,
    ip: String,
    user_agent: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    public_id: Uuid,
    record: Vec<u8>,
    last_seen_at: i64,
    expires_at: i64,
}

impl Store {
    /// A store on the services.
    pub fn new(cx: Services) -> Self {
        Self { cx }
    }

    /// Notes that a session was used, at most once a minute and outside of its payload; whether it was noted now. Until
    /// then a session's idle time runs from the last note, so it may end a minute early and never late.
    pub async fn touch(&self, session: &Session) -> Result<bool, Error> {
        let now = self.cx.clock.now();
        match stored(session).await {
            Some(stored) if now.since(stored.seen_at) >= TOUCHED_EVERY => self.note_use(stored.id, now).await,
            _ => Ok(false),
        }
    }

    async fn note_use(&self, id: SessionId, now: Timestamp) -> Result<bool, Error> {
        let mut uow = self.cx.db.begin().await?;
        let noted = on!(uow.connection(), c => sqlx::query(
            "UPDATE session
             SET last_seen_at = $2, idle_until = CASE WHEN expires_at < $3 THEN expires_at ELSE $3 END
             WHERE public_id = $1 AND ended_at IS NULL AND last_seen_at <= $4 AND idle_until > $2 AND expires_at > $2")
            .bind(id.uuid()).bind(now.millis()).bind(now.plus(self.cx.settings.session_idle).millis())
            .bind(now.plus(-TOUCHED_EVERY).millis())
            .execute(c).await.map(|done| done.rows_affected()))?;
        uow.commit_bookkeeping().await?;
        Ok(noted > 0)
    }

    async fn insert(&self, record: &mut Record) -> Result<(), Error> {
        let now = self.cx.clock.now();
        // Of a copy: what is refused now must be refused again when it is tried again.
        let mut data = record.data.clone();
        let before: Option<Stored> = taken_out(&mut data, STORED)?;
        let bound: Option<Bound> = taken_out(&mut data, BOUND)?;
        let payload = encode(&data)?;
        let mut uow = self.cx.db.begin().await?;
        let kept = match before {
            None => self.begin_anew(now, bound),
            // The same session under another id. Somebody may have ended it a moment ago: then it doesn't go on.
            Some(before) => on!(uow.connection(), c => sqlx::query_as(
                "UPDATE session SET ended_why = $2
                 WHERE public_id = $1 AND ended_why = $3 AND expires_at > $4
                 RETURNING staff_id, created_at, expires_at, ip, user_agent")
                .bind(before.id.uuid()).bind(RENEWED).bind(CLOSED).bind(now.millis()).fetch_optional(c).await)?
            .ok_or_else(|| Error::unauthenticated("sessions.ended", "This session has ended. Sign in again."))?,
        };
        if signed_in(&data).is_some_and(|id| Some(id) != kept.staff_id) {
            return Err(past_the_steps());
        }
        let id = fresh_id();
        let public_id = SessionId::new();
        let idle_until = now.plus(self.cx.settings.session_idle).millis().min(kept.expires_at);
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO session (key_hash, public_id, staff_id, record, created_at, last_seen_at, idle_until, expires_at,
                                  ip, user_agent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(key_hash(id).as_slice()).bind(public_id.uuid()).bind(kept.staff_id).bind(payload.as_slice())
            .bind(kept.created_at).bind(now.millis()).bind(idle_until).bind(kept.expires_at)
            .bind(&kept.ip).bind(&kept.user_agent)
            .execute(c).await.map(|_| ()))?;
        uow.commit_bookkeeping().await?;
        record.id = id;
        record.expiry_date = date(kept.expires_at);
        put(&mut data, Stored { id: public_id, seen_at: now })?;
        record.data = data;
        Ok(())
    }

    fn begin_anew(&self, now: Timestamp, bound: Option<Bound>) -> Kept {
        let life = if bound.is_some() { self.cx.settings.session_absolute } else { UNBOUND_LIFE };
        let (staff_id, ip, user_agent) = match bound {
            Some(bound) => (Some(bound.staff_id.uuid()), bound.ip, bound.user_agent),
            None => (None, String::new(), String::new()),
        };
        Kept { staff_id, created_at: now.millis(), expires_at: now.plus(life).millis(), ip, user_agent }
    }

    async fn update(&self, record: &Record) -> Result<(), Error> {
        let mut data = record.data.clone();
        data.remove(STORED);
        data.remove(BOUND);
        let payload = encode(&data)?;
        let owner = signed_in(&data);
        let mut uow = self.cx.db.begin().await?;
        let saved = on!(uow.connection(), c => sqlx::query(
            "UPDATE session SET record = $2
             WHERE key_hash = $1 AND ended_at IS NULL AND expires_at > $3 AND (staff_id = $4 OR $5)")
            .bind(key_hash(record.id).as_slice()).bind(payload.as_slice()).bind(self.cx.clock.now().millis())
            .bind(owner).bind(owner.is_none())
            .execute(c).await.map(|done| done.rows_affected()))?;
        uow.commit_bookkeeping().await?;
        if saved == 0 {
            tracing::debug!("a session that has ended was not saved");
        }
        Ok(())
    }

    async fn open(&self, id: Id) -> Result<Option<Record>, Error> {
        let now = self.cx.clock.now();
        let mut reading = self.cx.db.read().await?;
        let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT public_id, record, last_seen_at, expires_at
             FROM session
             WHERE key_hash = $1 AND ended_at IS NULL AND idle_until > $2 AND expires_at > $2")
            .bind(key_hash(id).as_slice()).bind(now.millis()).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let mut data = serde_json::from_slice(&row.record).map_err(Error::internal)?;
        put(&mut data, Stored { id: row.public_id.into(), seen_at: Timestamp(row.last_seen_at) })?;
        Ok(Some(Record { id, data, expiry_date: date(row.expires_at) }))
    }

    async fn close(&self, id: Id) -> Result<(), Error> {
        let mut uow = self.cx.db.begin().await?;
        on!(uow.connection(), c => sqlx::query(
            "UPDATE session SET ended_at = $2, ended_why = $3, record = $4 WHERE key_hash = $1 AND ended_at IS NULL")
            .bind(key_hash(id).as_slice()).bind(self.cx.clock.now().millis()).bind(CLOSED).bind([0_u8; 0].as_slice())
            .execute(c).await.map(|_| ()))?;
        uow.commit_bookkeeping().await
    }
}

#[async_trait]
impl SessionStore for Store {
    /// Inserts, under a fresh id. A record that was loaded before goes on with the owner, the beginning and the end that
    /// the session had: a new id is not a new session.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.insert(record).await.map_err(|error| told(&error))
    }

    /// Updates, and never inserts: a session that was ended while a request was under way stays ended.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.update(record).await.map_err(|error| told(&error))
    }

    /// Finds what is neither ended nor idle nor expired by our clock.
    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.open(*id).await.map_err(|error| told(&error))
    }

    /// Leaves a tombstone.
    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.close(*id).await.map_err(|error| told(&error))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// What the store knows of a loaded session; nothing for one that isn't in the store.
pub(super) async fn stored(session: &Session) -> Option<Stored> {
    session.get(STORED).await.ok().flatten()
}

/// Whom axum-login takes a session's owner for.
fn signed_in(data: &HashMap<String, Value>) -> Option<Uuid> {
    data.get(SIGNED_IN)?.get("user_id")?.as_str()?.parse().ok()
}

#[track_caller]
fn past_the_steps() -> Error {
    Error::internal("a session was to be signed in without the steps of `sessions::begin`")
}

/// A failure in the words of tower-sessions. It goes to the log here, since the words lose its cause.
fn told(error: &Error) -> session_store::Error {
    error.log();
    session_store::Error::Backend(error.to_string())
}

fn fresh_id() -> Id {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    Id(i128::from_le_bytes(bytes))
}

fn key_hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn date(millis: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(millis.div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn encode(data: &HashMap<String, Value>) -> Result<Vec<u8>, Error> {
    let bytes = serde_json::to_vec(data).map_err(Error::internal)?;
    if bytes.len() > MOST_BYTES {
        return Err(Error::internal("a session holds more than it may"));
    }
    Ok(bytes)
}

fn put(data: &mut HashMap<String, Value>, stored: Stored) -> Result<(), Error> {
    data.insert(STORED.to_owned(), serde_json::to_value(stored).map_err(Error::internal)?);
    Ok(())
}

fn taken_out<T: for<'de> Deserialize<'de>>(data: &mut HashMap<String, Value>, key: &str) -> Result<Option<T>, Error> {
    data.remove(key).map(serde_json::from_value).transpose().map_err(Error::internal)
}
