//! The first use of a secret: from then on it is the one to use, and the one before it runs out.

use domain::{Timestamp, ids::SecretId};
use uuid::Uuid;

use super::{digest::digest, epoch::bump_and_commit};
use crate::{Error, Services, access::Actor, audit, db::on};

/// Notes the first successful use. Two calls at once note it once.
pub(super) async fn note(cx: &Services, actor: &Actor, credential: Uuid, secret: SecretId) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let grace: Option<(i64,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE credential_secret SET first_used_at = $2, last_used_at = $2, state = 'current'
         WHERE id = $1 AND first_used_at IS NULL AND state IN ('pending', 'current')
         RETURNING grace_seconds")
        .bind(secret.uuid()).bind(now.millis()).fetch_optional(c).await)?;
    let Some((grace,)) = grace else { return Ok(()) };
    let stop = now.plus(grace * Timestamp::SECOND);
    let retired = on!(uow.connection(), c => sqlx::query(
        "UPDATE credential_secret
         SET state = 'retiring', retires_at = CASE WHEN retires_at < $3 THEN retires_at ELSE $3 END
         WHERE credential_id = $1 AND id <> $2 AND state IN ('current', 'retiring')")
        .bind(credential).bind(secret.uuid()).bind(stop.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    let entry = audit::Entry::new("credential.secret_first_used")
        .target("credential", credential)
        .detail("secret", secret.to_string())
        .detail("replaces", retired);
    bump_and_commit(cx, uow, actor, vec![entry]).await
}

/// Hashes a secret anew under the pepper of today; it was just used, so here it is in clear.
pub(super) async fn hash_anew(
    cx: &Services,
    credential: &domain::credentials::Credential,
    secret: SecretId,
) -> Result<(), Error> {
    let version = cx.settings.pepper_version;
    let digest = digest(&cx.keys, version, credential);
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("UPDATE credential_secret SET digest = $2, pepper_version = $3 WHERE id = $1")
        .bind(secret.uuid()).bind(digest.as_slice()).bind(version).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
