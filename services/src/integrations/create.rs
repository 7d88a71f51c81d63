//! A new integration.

use domain::{
    ids::{IntegrationId, PartnerId, StaffId},
    permissions::marker::IntegrationsManage,
    texts::fold,
};
use uuid::Uuid;

use super::IntegrationFields;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, dialect, on},
    form_token::{self, Spent},
};

/// Registers an integration. It is being set up: nothing is sent until it goes live. `token` is the form's.
pub async fn create(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    fields: &IntegrationFields,
    token: Uuid,
) -> Result<IntegrationId, Error> {
    let (id, now, actor) = (IntegrationId::new(), cx.clock.now(), access.actor());
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    partner_exists(uow.connection(), fields.partner).await?;
    owner_works_here(uow.connection(), fields.owner).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, purpose, criticality, owner_id, base_url,
                                  state, auth, auth_name, token_url, max_concurrent, per_minute, availability_ppm,
                                  latency_ms, inbound_scheme, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $19, $20)")
        .bind(id.uuid()).bind(fields.partner.uuid()).bind(&fields.name).bind(fold(&fields.name)).bind(&fields.slug)
        .bind(fields.kind.as_str()).bind(&fields.purpose).bind(fields.criticality.as_str())
        .bind(fields.owner.map(StaffId::uuid)).bind(&fields.base_url).bind(fields.auth.as_str())
        .bind(&fields.auth_name).bind(&fields.token_url).bind(fields.max_concurrent).bind(fields.per_minute)
        .bind(fields.availability_ppm).bind(fields.latency_ms).bind(fields.inbound_scheme.as_str())
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(name_the_twin)?;
    let entry = audit::Entry::new("integration.created")
        .target("integration", id)
        .detail("partner", fields.partner.to_string())
        .detail("kind", fields.kind.as_str())
        .detail("base_url", fields.base_url.as_str())
        .detail("auth", fields.auth.as_str());
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

async fn partner_exists(connection: Connection<'_>, partner: PartnerId) -> Result<(), Error> {
    let row: Option<(i64,)> = on!(connection, c => sqlx::query_as("SELECT created_at FROM partner WHERE id = $1")
        .bind(partner.uuid()).fetch_optional(c).await)?;
    row.map(|_| ()).ok_or_else(|| Error::invalid_field("partner", "This partner is no longer there. Choose another."))
}

/// Only somebody who works here looks after anything.
pub(super) async fn owner_works_here(connection: Connection<'_>, owner: Option<StaffId>) -> Result<(), Error> {
    let Some(owner) = owner else { return Ok(()) };
    let row: Option<(i64,)> = on!(connection, c => sqlx::query_as(
        "SELECT created_at FROM staff WHERE id = $1 AND status = 'active'")
        .bind(owner.uuid()).fetch_optional(c).await)?;
    row.map(|_| ()).ok_or_else(|| Error::invalid_field("owner", "They don’t work here any more. Choose somebody else."))
}

pub(super) fn name_the_twin(error: sqlx::Error) -> Error {
    if dialect::is_violation(&error, "integration_name_key", "integration.name") {
        Error::invalid_field("name", "There is an integration with this name already.")
    } else if dialect::is_violation(&error, "integration_slug_key", "integration.slug") {
        Error::invalid_field("slug", "There is an integration with this short name already.")
    } else {
        error.into()
    }
}
