//! Approval by a second person.

use domain::{
    credentials::State,
    ids::{CredentialId, StaffId},
    permissions::marker::AccessApprove,
};
use uuid::Uuid;

use super::{epoch::bump_and_commit, record};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{UnitOfWork, on},
    roles::grants,
    staff,
};

/// Lets a key work that somebody else asked for. `version` is the one that was looked at: what has changed since is to be
/// looked at again. Nobody approves their own request, nor scopes that they don't hold.
pub async fn approve(
    cx: &Services,
    access: &Access<AccessApprove>,
    id: CredentialId,
    version: i64,
    reason: &str,
) -> Result<(), Error> {
    let target = id.to_string();
    let done = decide(cx, access, id, version, reason, State::Active, "credential.approved").await;
    grants::told(cx, access.actor(), "credential.approved", ("credential", &target), done).await
}

/// Refuses a key that somebody asked for, for good.
pub async fn decline(
    cx: &Services,
    access: &Access<AccessApprove>,
    id: CredentialId,
    version: i64,
    reason: &str,
) -> Result<(), Error> {
    decide(cx, access, id, version, reason, State::Revoked, "credential.declined").await
}

async fn decide(
    cx: &Services,
    access: &Access<AccessApprove>,
    id: CredentialId,
    version: i64,
    reason: &str,
    state: State,
    action: &'static str,
) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let actor = access.actor();
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    if stored.state() != State::PendingApproval {
        return Err(Error::refused("credential.not_pending", "It doesn't wait for approval any more. Load it again."));
    }
    if stored.version != version {
        return Err(Error::conflict(
            "credential.changed_meanwhile",
            "It was changed since you looked at it. Look at it again before you decide.",
        ));
    }
    let is_own =
        creator(&mut uow, id).await?.is_some_and(|creator| actor.staff_id().map(StaffId::uuid) == Some(creator));
    if is_own && state == State::Active {
        return Err(Error::denied(
            "credential.own_request",
            "You asked for this key yourself. Somebody else has to approve it.",
        ));
    }
    if state == State::Active {
        let scopes = record::scopes(uow.connection(), id.uuid()).await?;
        grants::must_hold(uow.connection(), actor, &scopes).await?;
    }
    let is_ended = state == State::Revoked;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE credential
         SET state = $3, approved_at = $4, approved_by = $5, version = version + 1,
             ended_at = CASE WHEN $6 THEN $4 ELSE ended_at END, ended_by = CASE WHEN $6 THEN $5 ELSE ended_by END,
             ended_why = CASE WHEN $6 THEN $7 ELSE ended_why END
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(state.as_str()).bind(now.millis()).bind(actor.name()).bind(is_ended).bind(&why)
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new(action).target("credential", id).reason(why).change(
        "state",
        State::PendingApproval.as_str(),
        state.as_str(),
    );
    bump_and_commit(cx, uow, actor, vec![entry]).await
}

async fn creator(uow: &mut UnitOfWork, id: CredentialId) -> Result<Option<Uuid>, Error> {
    let (creator,): (Option<Uuid>,) = on!(uow.connection(), c => sqlx::query_as("SELECT creator_id FROM credential WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    Ok(creator)
}
