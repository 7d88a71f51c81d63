//! What we prove ourselves by to partners, and what they prove themselves by to us.
//!
//! A secret is sealed under a data key, and the data key is wrapped by a master key that is never in the database
//! (envelope encryption). Who has the database has nothing; who may set a secret can't read it back.

mod rotate;

pub use rotate::{Rewrapped, progress, rewrap};

use domain::{Timestamp, ids::IntegrationId};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    db::{Connection, on},
    keys::{decrypt, encrypt},
};

domain::text_enum! {
    /// What a secret is for.
    pub enum SecretPurpose {
        /// We prove ourselves by it.
        Credential = "credential", "Our credential";
        /// An access token that we got for our credential.
        AccessToken = "access_token", "Access token";
        /// The partner signs its messages by it.
        Webhook = "webhook", "Signature of the partner’s messages";
    }
}

/// A new secret.
#[derive(Debug)]
pub struct NewSecret<'a> {
    /// Whose.
    pub integration: IntegrationId,
    /// What for.
    pub purpose: SecretPurpose,
    /// The secret.
    pub secret: &'a SecretString,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Until when the one before is good beside it; at once over when nothing.
    pub overlap_until: Option<Timestamp>,
    /// Who set it.
    pub by: &'a str,
}

/// What may be known of a secret.
#[derive(Clone, Debug, FromRow)]
pub struct About {
    purpose: String,
    /// `current` or `previous`.
    pub slot: String,
    /// When it ends by itself, in milliseconds.
    pub expires_at: Option<i64>,
    /// Until when a previous one is good, in milliseconds.
    pub good_until: Option<i64>,
    /// When it was set, in milliseconds.
    pub set_at: i64,
    /// By whom.
    pub set_by: String,
}

impl About {
    /// What it is for; what the database's own check admits always parses.
    pub fn purpose(&self) -> SecretPurpose {
        self.purpose.parse().unwrap_or(SecretPurpose::Credential)
    }
}

fn key_place(id: Uuid) -> String {
    format!("vault_key/wrapped/{id}")
}

/// A sealed secret can't be moved to another integration, purpose or row.
fn place(id: Uuid, integration: Uuid, purpose: &str) -> String {
    format!("vault_secret/sealed/{id}/{integration}/{purpose}")
}

/// The data key under which new secrets are sealed; made when there is none.
async fn current_key(cx: &Services, mut connection: Connection<'_>) -> Result<(Uuid, [u8; 32]), Error> {
    let row: Option<(Uuid, String, Vec<u8>)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT id, master, wrapped FROM vault_key WHERE is_current").fetch_optional(c).await)?;
    if let Some((id, master, wrapped)) = row {
        return Ok((id, cx.keys.unwrap_key(&master, &key_place(id), &wrapped)?));
    }
    let (id, mut key) = (Uuid::now_v7(), [0; 32]);
    rand::rng().fill_bytes(&mut key);
    on!(connection, c => sqlx::query(
        "INSERT INTO vault_key (id, master, wrapped, is_current, created_at) VALUES ($1, $2, $3, TRUE, $4)")
        .bind(id).bind(cx.keys.vault_master()).bind(cx.keys.wrap(&key_place(id), &key)?).bind(cx.clock.now().millis())
        .execute(c).await.map(|_| ()))?;
    Ok((id, key))
}

/// Puts a secret in, inside the unit of work of whoever sets it. The one before stays good for as long as the overlap.
pub async fn put(cx: &Services, mut connection: Connection<'_>, new: NewSecret<'_>) -> Result<(), Error> {
    let now = cx.clock.now();
    let (key_id, key) = current_key(cx, connection.again()).await?;
    on!(connection.again(), c => sqlx::query(
        "DELETE FROM vault_secret WHERE integration_id = $1 AND purpose = $2 AND slot = 'previous'")
        .bind(new.integration.uuid()).bind(new.purpose.as_str()).execute(c).await.map(|_| ()))?;
    match new.overlap_until {
        Some(until) => on!(connection.again(), c => sqlx::query(
            "UPDATE vault_secret SET slot = 'previous', good_until = $3 WHERE integration_id = $1 AND purpose = $2")
            .bind(new.integration.uuid()).bind(new.purpose.as_str()).bind(until.millis())
            .execute(c).await.map(|_| ()))?,
        None => remove(connection.again(), new.integration, new.purpose).await?,
    }
    let id = Uuid::now_v7();
    let place = place(id, new.integration.uuid(), new.purpose.as_str());
    let sealed = encrypt(&key, &place, new.secret.expose_secret().as_bytes())?;
    on!(connection, c => sqlx::query(
        "INSERT INTO vault_secret (id, integration_id, purpose, slot, key_id, sealed, expires_at, set_at, set_by)
         VALUES ($1, $2, $3, 'current', $4, $5, $6, $7, $8)")
        .bind(id).bind(new.integration.uuid()).bind(new.purpose.as_str()).bind(key_id).bind(sealed)
        .bind(new.expires_at.map(Timestamp::millis)).bind(now.millis()).bind(new.by)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Takes all secrets for a purpose out.
pub(crate) async fn remove(
    connection: Connection<'_>,
    integration: IntegrationId,
    purpose: SecretPurpose,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query("DELETE FROM vault_secret WHERE integration_id = $1 AND purpose = $2")
        .bind(integration.uuid()).bind(purpose.as_str()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// A secret as it lies there, with the data key that it is under.
#[derive(FromRow)]
struct Sealed {
    id: Uuid,
    key_id: Uuid,
    master: String,
    wrapped: Vec<u8>,
    #[sqlx(rename = "sealed")]
    bytes: Vec<u8>,
    expires_at: Option<i64>,
}

/// The secrets that are good now, the current one first, each with the instant at which it ends. For the gateway and for
/// messages that come in; nobody else sees them.
pub async fn open(
    cx: &Services,
    integration: IntegrationId,
    purpose: SecretPurpose,
) -> Result<Vec<(SecretString, Option<Timestamp>)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Sealed> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT s.id, s.key_id, k.master, k.wrapped, s.sealed, s.expires_at
         FROM vault_secret s JOIN vault_key k ON k.id = s.key_id
         WHERE s.integration_id = $1 AND s.purpose = $2 AND (s.good_until IS NULL OR s.good_until > $3)
         ORDER BY s.slot")
        .bind(integration.uuid()).bind(purpose.as_str()).bind(cx.clock.now().millis()).fetch_all(c).await)?;
    drop(reading);
    rows.into_iter()
        .map(|row| {
            let key = cx.keys.unwrap_key(&row.master, &key_place(row.key_id), &row.wrapped)?;
            let secret = decrypt(&key, &place(row.id, integration.uuid(), purpose.as_str()), &row.bytes)?;
            let secret = String::from_utf8(secret).map_err(Error::internal)?;
            Ok((SecretString::from(secret), row.expires_at.map(Timestamp)))
        })
        .collect()
}

/// What may be known of an integration's secrets.
pub(crate) async fn about(connection: Connection<'_>, integration: IntegrationId) -> Result<Vec<About>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT purpose, slot, expires_at, good_until, set_at, set_by FROM vault_secret
         WHERE integration_id = $1 ORDER BY purpose, slot")
        .bind(integration.uuid()).fetch_all(c).await)?)
}

/// Credentials that end before an instant, the first to end first, at most 50: which integration's, and when.
pub async fn expiring<P: domain::permissions::Grant>(
    cx: &Services,
    _access: &crate::access::Access<P>,
    before: Timestamp,
) -> Result<Vec<(IntegrationId, String, Timestamp)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, String, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id, i.name, s.expires_at FROM vault_secret s JOIN integration i ON i.id = s.integration_id
         WHERE s.expires_at IS NOT NULL AND s.expires_at < $1 AND s.purpose <> 'access_token' AND s.slot = 'current'
         ORDER BY s.expires_at LIMIT 50")
        .bind(before.millis()).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, name, at)| (id.into(), name, Timestamp(at))).collect())
}
