//! Changing what a key or client may do. Its secret stays.

use std::collections::BTreeSet;

use domain::{
    credentials::{Environment, State},
    ids::CredentialId,
    permissions::{Permission, marker::AccessManage},
    texts::fold,
};
use secrecy::SecretString;

use super::{epoch::bump_and_commit, form::Fields, networks, record};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    roles::grants,
    staff,
    switches::{self, Switch},
};

/// Changes a key or client over the version that was read. Partner, environment and kind stay what they are. Adding a
/// scope is issuing it: nobody adds what they don't hold.
pub async fn edit(
    cx: &Services,
    access: &Access<AccessManage>,
    id: CredentialId,
    version: i64,
    fields: &Fields,
    confirmation: &SecretString,
) -> Result<(), Error> {
    let actor = access.actor();
    if fields.environment == Environment::Live {
        staff::step_up(cx, actor, confirmation).await?;
    }
    let target = id.to_string();
    grants::told(cx, actor, "credential.updated", ("credential", &target), save(cx, access, id, version, fields).await)
        .await
}

async fn save(
    cx: &Services,
    access: &Access<AccessManage>,
    id: CredentialId,
    version: i64,
    fields: &Fields,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    if stored.version != version {
        return Err(Error::conflict(
            "credential.changed_meanwhile",
            "Somebody else has changed it while you were editing. Load it again and look at what is different.",
        ));
    }
    if stored.state() == State::Revoked {
        return Err(Error::refused("credential.revoked", "It was revoked, which is for good. Issue a new one."));
    }
    if stored.environment() != fields.environment || stored.partner_id != fields.partner.uuid() {
        return Err(Error::invalid_field(
            "partner",
            "Partner and environment stay what they are. Issue a new one instead.",
        ));
    }
    let before = record::scopes(uow.connection(), id.uuid()).await?;
    let added: BTreeSet<Permission> = fields.scopes.difference(&before).copied().collect();
    let removed: BTreeSet<Permission> = before.difference(&fields.scopes).copied().collect();
    grants::must_hold(uow.connection(), actor, &added).await?;
    let adds_writing = added.iter().any(|scope| !scope.is_read());
    if adds_writing
        && stored.environment() == Environment::Live
        && stored.state() == State::Active
        && switches::is_on(uow.connection(), Switch::ApproveLiveWriteKeys).await?
    {
        return Err(Error::invalid_field(
            "scopes",
            "A live key that can change more needs somebody else's approval. Issue a new key with these scopes, have it approved, and retire this one.",
        ));
    }
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE credential
         SET name = $3, sort_name = $4, networks = $5, api_version = $6, not_before = $7, expires_at = $8,
             authentication = $9, jwks = $10, requires_dpop = $11, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(&fields.name).bind(fold(&fields.name)).bind(networks::stored(&fields.networks))
        .bind(fields.version.as_str()).bind(fields.not_before.map(domain::Timestamp::millis))
        .bind(fields.expires_at.map(domain::Timestamp::millis)).bind(fields.authentication.as_str()).bind(&fields.jwks)
        .bind(fields.requires_dpop)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict("credential.changed_meanwhile", "Somebody else was faster. Load it again."));
    }
    record::set_scopes(uow.connection(), id.uuid(), &before, &fields.scopes).await?;
    record::set_policies(uow.connection(), id.uuid(), &fields.policies).await?;
    let mut entry = audit::Entry::new("credential.updated")
        .target("credential", id)
        .detail("scopes_added", record::words(&added))
        .detail("scopes_removed", record::words(&removed));
    let millis = |at: Option<domain::Timestamp>| at.map(domain::Timestamp::millis);
    if stored.name != fields.name {
        entry = entry.change("name", stored.name.as_str(), fields.name.as_str());
    }
    if stored.api_version != fields.version.as_str() {
        entry = entry.change("api_version", stored.api_version.as_str(), fields.version.as_str());
    }
    if stored.expires_at != millis(fields.expires_at) {
        entry = entry.change("expires_at", stored.expires_at, millis(fields.expires_at));
    }
    bump_and_commit(cx, uow, actor, vec![entry]).await
}
