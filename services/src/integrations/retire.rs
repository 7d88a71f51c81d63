//! Taking an integration out of use, for good.

use domain::{ids::IntegrationId, integrations::IntegrationState, permissions::marker::IntegrationsManage};

use super::find::load;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    staff,
    vault::{self, SecretPurpose},
};

/// Retires an integration: nothing more is sent, and its secrets leave the vault. Its calls stay on record. What waits
/// for it, or counts on it as second provider, is named first.
pub async fn retire(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    id: IntegrationId,
    reason: &str,
) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = load(uow.connection(), id).await?;
    if stored.state() == IntegrationState::Retired {
        return Err(Error::refused("integration.retired", "This integration is retired already."));
    }
    nothing_waits(uow.connection(), id).await?;
    nobody_counts_on_it(uow.connection(), id).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE integration
         SET state = 'retired', state_why = '', drill_until = NULL, updated_at = $2, updated_by = $3,
             version = version + 1
         WHERE id = $1")
        .bind(id.uuid()).bind(cx.clock.now().millis()).bind(actor.name()).execute(c).await.map(|_| ()))?;
    for purpose in SecretPurpose::ALL {
        vault::remove(uow.connection(), id, *purpose).await?;
    }
    let entry = audit::Entry::new("integration.retired").target("integration", id).reason(why).change(
        "state",
        stored.state().as_str(),
        IntegrationState::Retired.as_str(),
    );
    uow.commit(cx, actor, entry).await
}

async fn nothing_waits(connection: Connection<'_>, id: IntegrationId) -> Result<(), Error> {
    let (waiting,): (i64,) = on!(connection, c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM partner_call
                               WHERE integration_id = $1 AND state IN ('ready', 'running') LIMIT 1000) waiting")
        .bind(id.uuid()).fetch_one(c).await)?;
    match waiting {
        0 => Ok(()),
        1 => Err(Error::refused("integration.calls_wait", "A call waits for it. Let it go out, or cancel it, first.")),
        many => Err(Error::refused(
            "integration.calls_wait",
            format!("{many} calls wait for it. Let them go out, or cancel them, first."),
        )),
    }
}

async fn nobody_counts_on_it(connection: Connection<'_>, id: IntegrationId) -> Result<(), Error> {
    let row: Option<(String, String)> = on!(connection, c => sqlx::query_as(
        "SELECT i.name, o.name FROM integration_operation o JOIN integration i ON i.id = o.integration_id
         WHERE o.second_id = $1 AND i.state <> 'retired' ORDER BY i.sort_name, o.name LIMIT 1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    match row {
        None => Ok(()),
        Some((name, operation)) => Err(Error::refused(
            "integration.is_second",
            format!("It is the second provider for {operation} of {name}. Give that another plan first."),
        )),
    }
}
