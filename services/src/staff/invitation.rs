//! One-time links: what they are, which are open, and taking them back.
//!
//! A link carries 256 random bits; only their keyed hash is kept, so the table opens nothing. It works for 72 hours, once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Timestamp,
    ids::{InvitationId, RoleId, StaffId},
    permissions::marker::{StaffManage, StaffRead},
};
use rand::RngCore;
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit::{self, Stream},
    db::{Connection, on},
    keys::{Keys, Purpose as KeyPurpose},
};

domain::text_enum! {
    /// What a one-time link is for.
    pub enum Purpose {
        /// The first owner's set-up.
        FirstOwner = "first_owner", "First owner";
        /// A new member of staff.
        Join = "join", "Invitation";
        /// A new password.
        Reset = "reset", "New password";
    }
}

/// A link works for so long.
const WORKS_FOR: i64 = 72 * Timestamp::HOUR;

/// A fresh one-time link. Its address is shown once and kept nowhere; `Debug` doesn't print it.
#[derive(Debug)]
pub struct Link {
    /// Which.
    pub id: InvitationId,
    /// The address to be sent.
    pub url: SecretString,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What the page behind a link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose; empty for the first owner, who types it.
    pub email: String,
    /// Their name so far; empty for the first owner.
    pub name: String,
    /// The role that comes with it; empty for a new password.
    pub role: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A link that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub id: InvitationId,
    /// What for.
    pub purpose: Purpose,
    /// Whose.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The role that comes with it.
    pub role: String,
    /// The account, for a new password.
    pub staff_id: Option<StaffId>,
    /// The name of who made it; empty for the command line.
    pub invited_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// The row of a link that works.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    purpose: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role_id: Option<Uuid>,
    role_name: Option<String>,
    pub(super) staff_id: Option<Uuid>,
    pub(super) invited_by: Option<Uuid>,
    inviter_name: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    pub(super) fn purpose(&self) -> Result<Purpose, Error> {
        self.purpose.parse().map_err(Error::internal)
    }

    /// The link a token belongs to, when it still works.
    pub(super) async fn by_token(cx: &Services, connection: Connection<'_>, token: &str) -> Result<Self, Error> {
        let Some(hash) = hash_of(&cx.keys, token) else { return Err(not_found()) };
        let row: Option<Self> = on!(connection, c => sqlx::query_as(
            "SELECT invitation.id, invitation.purpose, invitation.email, invitation.name, invitation.role_id,
                    role.name AS role_name, invitation.staff_id, invitation.invited_by, inviter.name AS inviter_name,
                    invitation.created_at, invitation.expires_at
             FROM invitation
             LEFT JOIN role ON role.id = invitation.role_id
             LEFT JOIN staff AS inviter ON inviter.id = invitation.invited_by
             WHERE invitation.token_hash = $1 AND invitation.accepted_at IS NULL AND invitation.revoked_at IS NULL
               AND invitation.expires_at > $2")
            .bind(hash.as_slice()).bind(cx.clock.now().millis()).fetch_optional(c).await)?;
        row.ok_or_else(not_found)
    }
}

/// What a new link is for.
pub(super) struct NewLink<'a> {
    pub(super) purpose: Purpose,
    pub(super) email: &'a str,
    pub(super) name: &'a str,
    pub(super) role: Option<RoleId>,
    pub(super) staff: Option<StaffId>,
    pub(super) invited_by: Option<StaffId>,
}

/// The link a token belongs to, when it still works.
pub async fn invitation(cx: &Services, token: &str) -> Result<Invitation, Error> {
    let mut reading = cx.db.read().await?;
    let row = Row::by_token(cx, reading.connection(), token).await?;
    Ok(Invitation {
        purpose: row.purpose()?,
        email: row.email,
        name: row.name,
        role: row.role_name.unwrap_or_default(),
        expires_at: Timestamp(row.expires_at),
    })
}

/// Links that still work, the newest first.
pub async fn invitations(cx: &Services, _access: &Access<StaffRead>) -> Result<Vec<Pending>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT invitation.id, invitation.purpose, invitation.email, invitation.name, invitation.role_id,
                role.name AS role_name, invitation.staff_id, invitation.invited_by, inviter.name AS inviter_name,
                invitation.created_at, invitation.expires_at
         FROM invitation
         LEFT JOIN role ON role.id = invitation.role_id
         LEFT JOIN staff AS inviter ON inviter.id = invitation.invited_by
         WHERE invitation.created_at > $1 AND invitation.expires_at > $2 AND invitation.purpose <> 'first_owner'
           AND invitation.accepted_at IS NULL AND invitation.revoked_at IS NULL
         ORDER BY invitation.created_at DESC, invitation.id
         LIMIT 500")
        .bind(cx.clock.now().plus(-WORKS_FOR).millis()).bind(cx.clock.now().millis()).fetch_all(c).await)?;
    rows.into_iter()
        .map(|row| {
            Ok(Pending {
                id: row.id.into(),
                purpose: row.purpose()?,
                email: row.email,
                name: row.name,
                role: row.role_name.unwrap_or_default(),
                staff_id: row.staff_id.map(StaffId::from),
                invited_by: row.inviter_name.unwrap_or_default(),
                created_at: Timestamp(row.created_at),
                expires_at: Timestamp(row.expires_at),
            })
        })
        .collect()
}

/// Takes a link back that nobody has used yet.
pub async fn revoke_invitation(cx: &Services, access: &Access<StaffManage>, id: InvitationId) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let revoked = on!(uow.connection(), c => sqlx::query(
        "UPDATE invitation SET revoked_at = $2
         WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND purpose <> 'first_owner'")
        .bind(id.uuid()).bind(cx.clock.now().millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if revoked == 0 {
        return Err(Error::not_found(
            "staff.invitation.not_found",
            "This invitation has been used or taken back already.",
        ));
    }
    let entry = audit::Entry::new("staff.invitation_revoked").stream(Stream::Auth).target("invitation", id);
    uow.commit(cx, access.actor(), entry).await
}

/// Makes a link.
pub(super) async fn make(cx: &Services, connection: Connection<'_>, new: NewLink<'_>) -> Result<Link, Error> {
    let mut token = [0; 32];
    rand::rng().fill_bytes(&mut token);
    let token = URL_SAFE_NO_PAD.encode(token);
    let hash = hash_of(&cx.keys, &token).ok_or_else(|| Error::internal("a token that can't be read back"))?;
    let id = InvitationId::new();
    let now = cx.clock.now();
    let expires_at = now.plus(WORKS_FOR);
    on!(connection, c => sqlx::query(
        "INSERT INTO invitation (id, token_hash, purpose, email, name, role_id, staff_id, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(id.uuid()).bind(hash.as_slice()).bind(new.purpose.as_str()).bind(new.email).bind(new.name)
        .bind(new.role.map(RoleId::uuid)).bind(new.staff.map(StaffId::uuid)).bind(new.invited_by.map(StaffId::uuid))
        .bind(now.millis()).bind(expires_at.millis())
        .execute(c).await.map(|_| ()))?;
    Ok(Link { id, url: format!("{}/join/{token}", cx.settings.public_url).into(), expires_at })
}

/// Takes back all open links that somebody has made (whoever leaves takes none along) and those for their own password.
pub(super) async fn revoke_all_of(connection: Connection<'_>, now: Timestamp, id: StaffId) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE invitation SET revoked_at = $2
         WHERE (invited_by = $1 OR staff_id = $1) AND accepted_at IS NULL AND revoked_at IS NULL")
        .bind(id.uuid()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

#[track_caller]
pub(super) fn not_found() -> Error {
    Error::not_found(
        "staff.invitation.not_found",
        "This link doesn't work any more: it was used, taken back, or is older than three days. Ask for a new one.",
    )
}

/// The hash a token is looked up by; nothing for what can't be a token.
fn hash_of(keys: &Keys, token: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    Some(keys.keyed_hash(KeyPurpose::OneTimeToken, &[b"invitation:".as_slice(), &bytes].concat()))
}
