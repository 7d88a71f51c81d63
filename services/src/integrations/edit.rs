//! Changing an integration, without losing what somebody else changed meanwhile.

use domain::{
    forms::{Form, compare},
    ids::{IntegrationId, StaffId},
    integrations::IntegrationState,
    permissions::marker::IntegrationsManage,
    texts::fold,
};

use super::{
    Integration, IntegrationFields, IntegrationForm,
    create::{name_the_twin, owner_works_here},
    find::load,
    form::{form_of, parse},
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    vault::{self, SecretPurpose},
};

/// What a save came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// Whether the credential was taken out: it was set for another address or another way to prove ourselves.
    pub is_credential_gone: bool,
}

/// Saves an integration over the version that was read. `base` is the form as it was opened: when somebody else saved
/// first, it tells whose change is whose. It holds for the next call.
///
/// A credential belongs to the address for which it was set. When calls or tokens would go elsewhere, it is taken out of
/// the vault: otherwise whoever may change the address could have it sent to themselves.
pub async fn edit(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    id: IntegrationId,
    version: i64,
    base: &IntegrationForm,
    form: &IntegrationForm,
) -> Result<Edited, Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = load(uow.connection(), id).await?;
    let before = form_of(&stored);
    // Whose it is never changes.
    let form = IntegrationForm { partner: before.partner.clone(), ..form.clone() };
    let fields = parse(&cx.outbound, &form).map_err(Error::invalid)?;
    if stored.version != version {
        return Err(Error::edit_conflict(compare(stored.version, &stored.updated_by, base, &before, &form)));
    }
    if stored.state() == IntegrationState::Retired {
        return Err(Error::refused("integration.retired", "This integration is retired. Register a new one instead."));
    }
    if stored.owner_id != fields.owner.map(StaffId::uuid) {
        owner_works_here(uow.connection(), fields.owner).await?;
    }
    let saved = save(cx, uow.connection(), id, version, &fields, &actor.name()).await?;
    if saved == 0 {
        // Saved by somebody else between our reading and our writing.
        let theirs = load(uow.connection(), id).await?;
        return Err(Error::edit_conflict(compare(theirs.version, &theirs.updated_by, base, &form_of(&theirs), &form)));
    }
    let mut is_credential_gone = false;
    if proves_elsewhere(&stored, &fields) {
        let known = vault::about(uow.connection(), id).await?;
        is_credential_gone = known.iter().any(|about| about.purpose() == SecretPurpose::Credential);
        vault::remove(uow.connection(), id, SecretPurpose::Credential).await?;
        vault::remove(uow.connection(), id, SecretPurpose::AccessToken).await?;
    }
    if stored.inbound_scheme() != fields.inbound_scheme {
        vault::remove(uow.connection(), id, SecretPurpose::Webhook).await?;
    }
    let after = form_of(&load(uow.connection(), id).await?);
    let Some(entry) = told(id, &before, &after, is_credential_gone) else {
        // Nothing differs: nothing is written, and no entry tells of it.
        return Ok(Edited::default());
    };
    uow.commit(cx, actor, entry).await?;
    Ok(Edited { is_credential_gone })
}

async fn save(
    cx: &Services,
    connection: Connection<'_>,
    id: IntegrationId,
    version: i64,
    fields: &IntegrationFields,
    by: &str,
) -> Result<u64, Error> {
    on!(connection, c => sqlx::query(
        "UPDATE integration
         SET name = $3, sort_name = $4, slug = $5, kind = $6, purpose = $7, criticality = $8, owner_id = $9,
             base_url = $10, auth = $11, auth_name = $12, token_url = $13, max_concurrent = $14, per_minute = $15,
             availability_ppm = $16, latency_ms = $17, inbound_scheme = $18, updated_at = $19, updated_by = $20,
             version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(&fields.name).bind(fold(&fields.name)).bind(&fields.slug)
        .bind(fields.kind.as_str()).bind(&fields.purpose).bind(fields.criticality.as_str())
        .bind(fields.owner.map(StaffId::uuid)).bind(&fields.base_url).bind(fields.auth.as_str())
        .bind(&fields.auth_name).bind(&fields.token_url).bind(fields.max_concurrent).bind(fields.per_minute)
        .bind(fields.availability_ppm).bind(fields.latency_ms).bind(fields.inbound_scheme.as_str())
        .bind(cx.clock.now().millis()).bind(by)
        .execute(c).await.map(|done| done.rows_affected()))
    .map_err(name_the_twin)
}

/// Where an address leads: scheme, host and port.
fn origin(url: &str) -> Option<(String, String)> {
    let uri: http::Uri = url.parse().ok()?;
    Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_ascii_lowercase()))
}

/// Whether the credential would be shown to somebody else, or in another way, than the one for whom it was set.
fn proves_elsewhere(stored: &Integration, fields: &IntegrationFields) -> bool {
    origin(&stored.base_url) != origin(&fields.base_url)
        || stored.auth() != fields.auth
        || stored.auth_name != fields.auth_name
        || origin(&stored.token_url) != origin(&fields.token_url)
}

/// The entry of a save; nothing when nothing differs. A user's name may be somebody's, and a purpose may
/// name somebody: that they changed is kept.
fn told(
    id: IntegrationId,
    before: &IntegrationForm,
    after: &IntegrationForm,
    is_credential_gone: bool,
) -> Option<audit::Entry> {
    if before == after {
        return None;
    }
    let mut entry = audit::Entry::new("integration.updated").target("integration", id);
    for (field, _) in IntegrationForm::FIELDS {
        if before.value(field) != after.value(field) {
            entry = match *field {
                "auth_name" | "purpose" => entry.changed(field),
                _ => entry.change(field, before.value(field), after.value(field)),
            };
        }
    }
    if is_credential_gone {
        entry = entry.detail("credential", "removed");
    }
    Some(entry)
}
