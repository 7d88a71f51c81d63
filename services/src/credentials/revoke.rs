//! Taking a key or client back, for good and at once.

use domain::{Timestamp, credentials::State, ids::CredentialId, permissions::marker::AccessManage};

use super::{epoch::bump_and_commit, record};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    db::{UnitOfWork, on},
    staff,
};

/// What to revoke.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// What.
    pub id: CredentialId,
    /// Why.
    pub reason: String,
    /// Its name, typed: asked for when it was used within a day.
    pub typed: String,
}

/// Whether its name has to be typed: it is in use, and somebody will notice.
pub(super) fn is_in_use(now: Timestamp, last_used_at: Option<i64>) -> bool {
    last_used_at.is_some_and(|at| now.since(Timestamp(at)) < Timestamp::DAY)
}

/// Revokes a key or client. Every node refuses it within a second.
pub async fn revoke(cx: &Services, access: &Access<AccessManage>, revoke: &Revoke) -> Result<(), Error> {
    let why = staff::reason(&revoke.reason)?;
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), revoke.id).await?;
    if is_in_use(cx.clock.now(), stored.last_used_at) && revoke.typed.trim() != stored.name {
        return Err(Error::invalid_field(
            "typed",
            format!("It was used within the last day. Type {} to confirm.", stored.name),
        ));
    }
    let entry = end(cx, &mut uow, access.actor(), &stored, &why).await?;
    bump_and_commit(cx, uow, access.actor(), vec![entry]).await
}

/// Marks one as revoked, within somebody's unit of work. Revoking twice is refused.
pub(super) async fn end(
    cx: &Services,
    uow: &mut UnitOfWork,
    actor: &Actor,
    stored: &record::Listed,
    why: &str,
) -> Result<audit::Entry, Error> {
    let ended = on!(uow.connection(), c => sqlx::query(
        "UPDATE credential
         SET state = 'revoked', ended_at = $2, ended_by = $3, ended_why = $4, version = version + 1
         WHERE id = $1 AND state <> 'revoked'")
        .bind(stored.id).bind(cx.clock.now().millis()).bind(actor.name()).bind(why)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if ended == 0 {
        return Err(Error::refused("credential.revoked", format!("{} was revoked already.", stored.name)));
    }
    Ok(audit::Entry::new("credential.revoked")
        .target("credential", stored.id)
        .reason(why)
        .detail("public_id", stored.public_id.as_str())
        .change("state", stored.state().as_str(), State::Revoked.as_str()))
}
