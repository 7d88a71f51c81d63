//! Rotation in two phases: a new secret beside the old one, which goes when the new one is in use.

use domain::{
    Timestamp,
    credentials::{Environment, Grace, State},
    ids::CredentialId,
    permissions::marker::AccessManage,
};
use secrecy::SecretString;

use super::{epoch::bump_and_commit, issue::insert_secret, make::new_secret, record};
use crate::{Error, Services, access::Access, audit, db::on, staff};

/// How to rotate.
#[derive(Clone, Debug)]
pub struct Rotate {
    /// What.
    pub id: CredentialId,
    /// How long the old secret works after the new one's first use.
    pub grace: Grace,
    /// When the old secret stops in any case.
    pub hard_stop: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// Issues a new secret beside the one in use. A new one that was never used is replaced by it.
pub async fn rotate(
    cx: &Services,
    access: &Access<AccessManage>,
    rotate: &Rotate,
    confirmation: &SecretString,
) -> Result<SecretString, Error> {
    let why = staff::reason(&rotate.reason)?;
    let actor = access.actor();
    let now = cx.clock.now();
    if rotate.hard_stop.is_some_and(|stop| stop <= now) {
        return Err(Error::invalid_field("hard_stop", "This day is over. Choose a later one, or none."));
    }
    let before = record::load(cx.db.read().await?.connection(), rotate.id).await?;
    if before.environment() == Environment::Live {
        staff::step_up(cx, actor, confirmation).await?;
    }
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), rotate.id).await?;
    if stored.state() == State::Revoked {
        return Err(Error::refused("credential.revoked", "It was revoked, which is for good. Issue a new one."));
    }
    let id = rotate.id.uuid();
    let has_secret: Option<(i64,)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT created_at FROM credential_secret WHERE credential_id = $1 AND state <> 'retired' LIMIT 1")
        .bind(id).fetch_optional(c).await)?;
    if has_secret.is_none() {
        return Err(Error::refused(
            "credential.no_secret",
            "This client signs with its own key and has no secret. Replace its public keys instead.",
        ));
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE credential_secret SET state = 'retired' WHERE credential_id = $1 AND state = 'pending'")
        .bind(id).execute(c).await.map(|_| ()))?;
    if let Some(stop) = rotate.hard_stop {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE credential_secret SET retires_at = $2
             WHERE credential_id = $1 AND state IN ('current', 'retiring') AND (retires_at IS NULL OR retires_at > $2)")
            .bind(id).bind(stop.millis()).execute(c).await.map(|_| ()))?;
    }
    let public_id = stored.public_id.parse().map_err(Error::internal)?;
    let secret = new_secret(stored.kind().secret(), stored.environment(), public_id)?;
    insert_secret(cx, &mut uow, rotate.id, &secret, "pending", rotate.grace.as_seconds(), &actor.name()).await?;
    on!(uow.connection(), c => sqlx::query("UPDATE credential SET version = version + 1 WHERE id = $1")
        .bind(id).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("credential.rotated")
        .target("credential", rotate.id)
        .reason(why)
        .detail("grace_seconds", rotate.grace.as_seconds())
        .detail("hard_stop", rotate.hard_stop.map(Timestamp::millis));
    bump_and_commit(cx, uow, actor, vec![entry]).await?;
    Ok(SecretString::from(secret.expose()))
}
