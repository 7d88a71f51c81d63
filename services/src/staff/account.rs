//! An account as sign-in needs it, and what every change of one has in common.

use domain::{
    Timestamp,
    ids::{SessionId, StaffId},
    texts::EmailAddress,
};
use rand::RngCore;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::Status;
use crate::{
    Error, Services,
    access::{Actor, ActorKind, Trace},
    db::{Connection, dialect, on},
    sessions,
};

/// The row behind an account. Never leaves this floor, and so has no `Debug`.
#[derive(sqlx::FromRow)]
pub(super) struct Account {
    id: Uuid,
    pub(super) email: String,
    pub(super) name: String,
    status: String,
    pub(super) password_phc: Option<String>,
    pub(super) session_epoch: Vec<u8>,
    pub(super) totp_sealed: Option<Vec<u8>>,
    totp_confirmed_at: Option<i64>,
    pub(super) totp_last_step: i64,
}

impl Account {
    /// The account with an address, as [`typed_address`] writes it.
    pub(super) async fn by_email(connection: Connection<'_>, email: &str) -> Result<Option<Self>, Error> {
        Ok(on!(connection, c => sqlx::query_as(
            "SELECT id, email, name, status, password_phc, session_epoch, totp_sealed, totp_confirmed_at, totp_last_step
             FROM staff WHERE email = $1")
            .bind(email).fetch_optional(c).await)?)
    }

    /// The account with an id.
    pub(super) async fn by_id(connection: Connection<'_>, id: StaffId) -> Result<Self, Error> {
        let account: Option<Self> = on!(connection, c => sqlx::query_as(
            "SELECT id, email, name, status, password_phc, session_epoch, totp_sealed, totp_confirmed_at, totp_last_step
             FROM staff WHERE id = $1")
            .bind(id.uuid()).fetch_optional(c).await)?;
        account.ok_or_else(not_found)
    }

    /// The account with an id, held against other writers until the end of the transaction.
    pub(super) async fn lock(mut connection: Connection<'_>, id: StaffId) -> Result<Self, Error> {
        dialect::lock_row(connection.again(), dialect::LockedTable::Staff, id.uuid()).await?;
        Self::by_id(connection, id).await
    }

    /// Who.
    pub(super) fn id(&self) -> StaffId {
        self.id.into()
    }

    /// Whether they may sign in.
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active.as_str()
    }

    /// Since when a second factor is confirmed.
    pub(super) fn confirmed_at(&self) -> Option<Timestamp> {
        self.totp_confirmed_at.map(Timestamp)
    }

    /// The same person as an actor who holds nothing: for what they do before a session of theirs exists.
    pub(super) fn as_actor(&self, trace: Trace) -> Actor {
        let kind = ActorKind::Staff { id: self.id(), name: self.name.clone(), session: None };
        Actor::new(kind, std::collections::BTreeSet::new(), trace)
    }
}

/// Answers 404 unless somebody has this id, active or not.
pub(crate) async fn must_exist(connection: Connection<'_>, id: StaffId) -> Result<(), Error> {
    Account::by_id(connection, id).await.map(drop)
}

/// Nobody has this id.
#[track_caller]
pub(super) fn not_found() -> Error {
    Error::not_found("staff.not_found", "There is no such member of staff.")
}

/// An address as people type it to sign in, in the one way we store it. Never fails: what is no address is simply
/// nobody's.
pub(super) fn typed_address(text: &str) -> String {
    // PostgreSQL stores no NUL; no other control character is part of an address either.
    let visible = text.trim().nfc().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    visible.flat_map(char::to_lowercase).take(254).collect()
}

/// An address to be stored.
pub(super) fn address(field: &str, text: &str) -> Result<String, Error> {
    let normal: String = text.trim().nfc().flat_map(char::to_lowercase).collect();
    let checked: EmailAddress =
        normal.parse().map_err(|invalid: domain::texts::Invalid| Error::invalid_field(field, invalid.message()))?;
    Ok(checked.as_str().to_lowercase())
}

/// A name to be stored: 1 to 120 characters on one line.
pub(super) fn name(field: &str, text: &str) -> Result<String, Error> {
    let name: String = text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
    if (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(Error::invalid_field(field, "Enter a name of 1 to 120 characters on one line."))
    }
}

/// The reason somebody gave, which may be none.
pub(crate) fn reason(text: &str) -> Result<String, Error> {
    let text: String = text.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.chars().count() <= 500 {
        Ok(text)
    } else {
        Err(Error::invalid_field("reason", "Use at most 500 characters."))
    }
}

/// Whose own account it is: only a member of staff has one.
pub(crate) fn own(actor: &Actor) -> Result<(StaffId, Option<SessionId>), Error> {
    match actor.kind() {
        ActorKind::Staff { id, session, .. } => Ok((*id, *session)),
        _ => Err(Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again.")),
    }
}

/// A fresh value for `session_epoch`: every session that carries another one is over.
pub(super) fn fresh_epoch() -> [u8; 32] {
    let mut epoch = [0; 32];
    rand::rng().fill_bytes(&mut epoch);
    epoch
}

/// Ends what is open under an account, all but `keep`: rows are marked, and the epoch makes sure even of a session that
/// is being written at this moment. How many there were.
pub(crate) async fn end_sessions(
    cx: &Services,
    mut connection: Connection<'_>,
    id: StaffId,
    keep: Option<SessionId>,
    why: &'static str,
) -> Result<u64, Error> {
    let now = cx.clock.now();
    on!(connection.again(), c => sqlx::query("UPDATE staff SET session_epoch = $2, updated_at = $3 WHERE id = $1")
        .bind(id.uuid()).bind(fresh_epoch().as_slice()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    sessions::end::all(connection, now, id, keep, why).await
}
