//! What people do to a message: try it again, skip it, look at what it says.

use domain::{ids::InboundId, inbound::MessageState, permissions::marker::IntegrationsOperate};
use uuid::Uuid;

use super::{list::not_found, place};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    keys::Purpose,
    staff,
};

/// So many bytes of a body are shown.
pub const MOST_SHOWN: usize = 16 << 10;

/// Where a message stands, by which integration it came and the partner's own id of it.
async fn standing(connection: Connection<'_>, id: InboundId) -> Result<(MessageState, Uuid, String), Error> {
    let row: Option<(String, Uuid, String)> = on!(connection, c => sqlx::query_as(
        "SELECT state, integration_id, external_id FROM inbound_message WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    let (state, integration, external_id) = row.ok_or_else(not_found)?;
    Ok((state.parse().map_err(Error::internal)?, integration, external_id))
}

fn entry(action: &'static str, id: InboundId, integration: Uuid, external_id: &str, why: String) -> audit::Entry {
    audit::Entry::new(action)
        .target("inbound_message", id)
        .reason(why)
        .detail("integration", integration.to_string())
        .detail("partner_event", external_id)
}

fn reason(text: &str) -> Result<String, Error> {
    let why = staff::reason(text)?;
    if why.is_empty() {
        return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    Ok(why)
}

fn not_at_rest() -> Error {
    let words = "It is being worked off, or was ended already. Look at it again.";
    Error::refused("inbound.not_open", words)
}

/// Tries a message again at once, as if it had just come.
pub async fn retry(cx: &Services, access: &Access<IntegrationsOperate>, id: InboundId, why: &str) -> Result<(), Error> {
    let why = reason(why)?;
    let mut uow = cx.db.begin().await?;
    let (_, integration, external_id) = standing(uow.connection(), id).await?;
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE inbound_message SET state = 'ready', attempts = 0, next_at = $2, outcome = '', updated_at = $2
         WHERE id = $1 AND state IN ('parked', 'ready') AND body IS NOT NULL")
        .bind(id.uuid()).bind(cx.clock.now().millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        return Err(not_at_rest());
    }
    uow.commit(cx, access.actor(), entry("inbound.retried", id, integration, &external_id, why)).await
}

/// Leaves a message undone for good, so that those after it about the same record go on.
pub async fn skip(cx: &Services, access: &Access<IntegrationsOperate>, id: InboundId, why: &str) -> Result<(), Error> {
    let why = reason(why)?;
    let mut uow = cx.db.begin().await?;
    let (state, integration, external_id) = standing(uow.connection(), id).await?;
    let outcome = format!("Skipped by {}: {why}", access.actor().name());
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE inbound_message SET state = 'ignored', outcome = $2, updated_at = $3
         WHERE id = $1 AND state IN ('parked', 'ready')")
        .bind(id.uuid()).bind(outcome).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        return Err(not_at_rest());
    }
    let entry = entry("inbound.skipped", id, integration, &external_id, why).change(
        "state",
        state.as_str(),
        MessageState::Ignored.as_str(),
    );
    uow.commit(cx, access.actor(), entry).await
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    /// The body, or its beginning.
    pub text: String,
    /// Whether it is only the beginning.
    pub is_cut: bool,
}

/// Opens what a message says. That somebody looked, and why, is in the audit log before they see it.
pub async fn reveal(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: InboundId,
    why: &str,
) -> Result<Revealed, Error> {
    let why = reason(why)?;
    let mut uow = cx.db.begin().await?;
    let (_, integration, external_id) = standing(uow.connection(), id).await?;
    let (sealed,): (Option<Vec<u8>>,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT body FROM inbound_message WHERE id = $1").bind(id.uuid()).fetch_one(c).await)?;
    let sealed =
        sealed.ok_or_else(|| Error::refused("inbound.erased", "What it says was erased: it is kept for 90 days."))?;
    let body = cx.keys.unseal(Purpose::SealPartnerData, &place(id.uuid()), &sealed)?;
    let is_cut = body.len() > MOST_SHOWN;
    let text = String::from_utf8_lossy(&body[..body.len().min(MOST_SHOWN)]).into_owned();
    uow.commit(cx, access.actor(), entry("inbound.revealed", id, integration, &external_id, why)).await?;
    Ok(Revealed { text, is_cut })
}
