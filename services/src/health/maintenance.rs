//! Maintenance windows: announced work, in which nobody is alerted.

use domain::{
    Timestamp,
    ids::IntegrationId,
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Services, access::Access, audit, db::on, staff};

/// The longest window; milliseconds.
const LONGEST: i64 = 7 * Timestamp::DAY;

/// A window that is open or lies ahead.
#[derive(Clone, Debug, FromRow)]
pub struct Maintenance {
    /// Its id.
    pub id: Uuid,
    /// Which integration.
    pub integration_id: Uuid,
    /// Its name.
    pub integration_name: String,
    /// When it begins, in milliseconds.
    pub starts_at: i64,
    /// When it ends, in milliseconds.
    pub ends_at: i64,
    /// What is done.
    pub reason: String,
    /// Who announced it.
    pub created_by: String,
}

/// The windows that are open or lie ahead, the first to begin first, at most 100.
pub async fn windows(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Vec<Maintenance>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT m.id, m.integration_id, i.name AS integration_name, m.starts_at, m.ends_at, m.reason, m.created_by
         FROM maintenance_window m JOIN integration i ON i.id = m.integration_id
         WHERE m.ends_at > $1 ORDER BY m.starts_at, m.id LIMIT 100")
        .bind(cx.clock.now().millis()).fetch_all(c).await)?)
}

/// Announces a window.
pub async fn maintain(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IntegrationId,
    (from, until): (Timestamp, Timestamp),
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    let now = cx.clock.now();
    if until <= now || until <= from || until.since(from) > LONGEST {
        return Err(Error::invalid_field(
            "hours",
            "A window ends after it begins, in the future, and lasts at most 7 days.",
        ));
    }
    let mut uow = cx.db.begin().await?;
    let made = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO maintenance_window (id, integration_id, starts_at, ends_at, reason, created_by, created_at)
         SELECT $1, id, $3, $4, $5, $6, $7 FROM integration WHERE id = $2")
        .bind(Uuid::now_v7()).bind(id.uuid()).bind(from.millis()).bind(until.millis()).bind(&reason)
        .bind(access.actor().name()).bind(now.millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if made == 0 {
        return Err(Error::not_found(
            "integration.not_found",
            "There is no such integration. The address may be wrong.",
        ));
    }
    let entry = audit::Entry::new("integration.maintenance_announced")
        .target("integration", id)
        .reason(reason)
        .detail("from", from.millis())
        .detail("until", until.millis());
    uow.commit(cx, access.actor(), entry).await
}

/// Calls a window off, or ends one that is open.
pub async fn call_off(cx: &Services, access: &Access<IntegrationsOperate>, window: Uuid) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "DELETE FROM maintenance_window WHERE id = $1 RETURNING integration_id").bind(window).fetch_optional(c).await)?;
    let Some((integration,)) = row else {
        return Err(Error::conflict("integration.no_maintenance", "This window was called off already."));
    };
    let entry = audit::Entry::new("integration.maintenance_called_off").target("integration", integration);
    uow.commit(cx, access.actor(), entry).await
}
