//! Revoking many at once: shown first, then done in one transaction.

use domain::{
    Timestamp,
    ids::PartnerId,
    permissions::marker::{AccessManage, AccessRead},
};
use sha2::{Digest, Sha256};

use super::{
    epoch::bump_and_commit,
    record::Listed,
    revoke::{end, is_in_use},
};
use crate::{
    Error, Services,
    access::Access,
    db::{Connection, on},
    staff,
};

/// More than this at once is refused: it would hold the database for everybody.
const MOST: usize = 500;

/// Which keys and clients: all that fit every condition set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bulk {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those made by somebody of this name.
    pub created_by: Option<String>,
    /// Only those not used for so many days.
    pub unused_days: Option<i64>,
}

/// What would be revoked.
#[derive(Clone, Debug)]
pub struct BulkPreview {
    /// The keys and clients, by name.
    pub credentials: Vec<Listed>,
    /// How many of them were used within a day.
    pub in_use: usize,
    /// Binds the commit to exactly these.
    pub hash: String,
}

async fn chosen(connection: Connection<'_>, now: Timestamp, bulk: &Bulk) -> Result<Vec<Listed>, Error> {
    if bulk == &Bulk::default() {
        return Ok(Vec::new());
    }
    let unused_before = bulk.unused_days.map(|days| now.plus(-days * Timestamp::DAY).millis());
    let rows: Vec<Listed> = on!(connection, c => sqlx::query_as(
        "SELECT c.id, c.public_id, c.kind, c.name, c.sort_name, c.partner_id, p.name AS partner_name,
                c.environment, c.state, c.not_before, c.expires_at, c.api_version, c.created_at, c.created_by, c.last_used_at,
                FALSE AS has_old_secret, FALSE AS has_new_secret, c.version
         FROM credential c
         JOIN partner p ON p.id = c.partner_id
         WHERE c.state <> 'revoked'
           AND (CAST($1 AS TEXT) IS NULL OR p.id = $2)
           AND (CAST($3 AS TEXT) IS NULL OR c.created_by = $3)
           AND (CAST($4 AS BIGINT) IS NULL OR COALESCE(c.last_used_at, c.created_at) < $4)
         ORDER BY c.sort_name, c.id
         LIMIT 501")
        .bind(bulk.partner.map(|partner| partner.to_string()))
        .bind(bulk.partner.map_or(uuid::Uuid::nil(), PartnerId::uuid))
        .bind(bulk.created_by.as_deref()).bind(unused_before)
        .fetch_all(c).await)?;
    if rows.len() > MOST {
        return Err(Error::invalid_field("unused_days", format!("More than {MOST} fit. Narrow it down.")));
    }
    Ok(rows)
}

fn hash(credentials: &[Listed]) -> String {
    let mut hasher = Sha256::new();
    for credential in credentials {
        hasher.update(credential.id.as_bytes());
        hasher.update(credential.version.to_be_bytes());
    }
    hex::encode(hasher.finalize())
}

/// Shows what would be revoked.
pub async fn bulk_preview(cx: &Services, _access: &Access<AccessRead>, bulk: &Bulk) -> Result<BulkPreview, Error> {
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let credentials = chosen(reading.connection(), now, bulk).await?;
    let in_use = credentials.iter().filter(|credential| is_in_use(now, credential.last_used_at)).count();
    Ok(BulkPreview { hash: hash(&credentials), credentials, in_use })
}

/// Revokes exactly what was shown, all or none. Answers how many.
pub async fn bulk_revoke(
    cx: &Services,
    access: &Access<AccessManage>,
    bulk: &Bulk,
    shown: &str,
    reason: &str,
) -> Result<usize, Error> {
    let why = staff::reason(reason)?;
    if why.is_empty() {
        return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    let mut uow = cx.db.begin().await?;
    let credentials = chosen(uow.connection(), cx.clock.now(), bulk).await?;
    if hash(&credentials) != shown {
        return Err(Error::conflict(
            "credential.bulk_stale",
            "What would be revoked has changed since it was shown. Look at the list again before you confirm.",
        ));
    }
    let mut entries = Vec::new();
    for credential in &credentials {
        entries.push(end(cx, &mut uow, access.actor(), credential, &why).await?.detail("in_bulk", credentials.len()));
    }
    if entries.is_empty() {
        return Err(Error::invalid_field("partner", "Nothing fits. Choose what to revoke first."));
    }
    bump_and_commit(cx, uow, access.actor(), entries).await?;
    Ok(credentials.len())
}
