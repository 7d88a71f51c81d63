//! Switching a key or client off for now, and on again.

use domain::{credentials::State, ids::CredentialId, permissions::marker::AccessManage};

use super::{epoch::bump_and_commit, record};
use crate::{Error, Services, access::Access, audit, db::on, roles::grants, staff};

/// Switches it off, at once.
pub async fn disable(
    cx: &Services,
    access: &Access<AccessManage>,
    id: CredentialId,
    reason: &str,
) -> Result<(), Error> {
    turn(cx, access, id, reason, State::Active, State::Disabled, "credential.disabled").await
}

/// Switches it on again. That is a grant: nobody enables what they may not do.
pub async fn enable(cx: &Services, access: &Access<AccessManage>, id: CredentialId, reason: &str) -> Result<(), Error> {
    let target = id.to_string();
    let done = turn(cx, access, id, reason, State::Disabled, State::Active, "credential.enabled").await;
    grants::told(cx, access.actor(), "credential.enabled", ("credential", &target), done).await
}

async fn turn(
    cx: &Services,
    access: &Access<AccessManage>,
    id: CredentialId,
    reason: &str,
    from: State,
    to: State,
    action: &'static str,
) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    if stored.state() != from {
        return Err(Error::refused(
            "credential.other_state",
            format!("It is “{}” and not “{}” any more. Load it again.", stored.state().label(), from.label()),
        ));
    }
    if to == State::Active {
        let scopes = record::scopes(uow.connection(), id.uuid()).await?;
        grants::must_hold(uow.connection(), actor, &scopes).await?;
    }
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE credential SET state = $3, version = version + 1 WHERE id = $1 AND state = $2")
        .bind(id.uuid()).bind(from.as_str()).bind(to.as_str()).execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        return Err(Error::conflict("credential.changed_meanwhile", "Somebody else was faster. Load it again."));
    }
    let entry =
        audit::Entry::new(action).target("credential", id).reason(why).change("state", from.as_str(), to.as_str());
    bump_and_commit(cx, uow, actor, vec![entry]).await
}
