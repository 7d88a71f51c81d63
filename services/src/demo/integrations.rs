//! The demo's integrations, which the partner simulator plays: what can be asked of each, two days of calls, and what waits.

mod calls;
mod queue;
mod roster;

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{InboundScheme, IntegrationState, Plan},
    texts::fold,
};
use secrecy::SecretString;
use uuid::Uuid;

use self::roster::{INTEGRATIONS, Integration, Operation};
use super::Maker;
use crate::{
    Error,
    db::on,
    vault::{self, NewSecret, SecretPurpose},
    webhooks::standard_secret,
};

/// Who looks after them all.
const OWNER: usize = 5;

/// An integration that was made.
struct Made {
    id: Uuid,
    of: &'static Integration,
}

/// Writes integrations, their operations, their secrets, and what happened lately.
pub(super) async fn integrations(maker: &mut Maker<'_>) -> Result<(), Error> {
    let mut made = Vec::new();
    for of in INTEGRATIONS {
        let id = integration(maker, of).await?;
        secrets(maker, id, of).await?;
        made.push(Made { id, of });
    }
    for one in &made {
        for operation in one.of.operations {
            operation_of(maker, &made, one.id, operation).await?;
        }
    }
    calls::calls(maker, &made).await?;
    queue::queue(maker, &made).await
}

async fn integration(maker: &mut Maker<'_>, of: &Integration) -> Result<Uuid, Error> {
    let since = maker.days_ago(30, 150);
    let id = maker.id(since);
    let (owner, by) = maker.staff.get(OWNER).map_or((Uuid::nil(), "Keyfob"), |(id, name)| (id.uuid(), *name));
    let origin = maker.cx.settings.simulator.clone();
    let token_url = if of.auth_name.is_empty() { String::new() } else { format!("{origin}/oauth/token") };
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, purpose, criticality, owner_id, base_url,
                                  state, auth, auth_name, token_url, availability_ppm, latency_ms, inbound_scheme,
                                  created_at, created_by, updated_at, updated_by)
         SELECT $1, p.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17, $18
         FROM partner p WHERE p.name = $2")
        .bind(id).bind(of.partner).bind(fold(of.partner)).bind(of.slug).bind(of.kind.as_str()).bind(of.purpose)
        .bind(of.criticality.as_str()).bind(owner).bind(format!("{origin}/{}", of.path)).bind(of.state.as_str())
        .bind(of.auth.as_str()).bind(of.auth_name).bind(token_url).bind(of.availability_ppm).bind(of.latency_ms)
        .bind(of.inbound.as_str()).bind(since.millis()).bind(by)
        .execute(c).await.map(|_| ()))?;
    Ok(id)
}

async fn operation_of(
    maker: &mut Maker<'_>,
    made: &[Made],
    integration: Uuid,
    operation: &Operation,
) -> Result<(), Error> {
    let id = maker.id(maker.now.plus(-30 * Timestamp::DAY));
    let second = match operation.plan {
        Plan::Second => made.iter().find(|one| one.of.slug == "aurora").map(|one| one.id),
        _ => None,
    };
    let last_known = (operation.plan == Plan::LastKnown).then_some(2 * Timestamp::DAY / Timestamp::SECOND);
    let is_read = operation.method == "GET";
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO integration_operation (id, integration_id, name, method, path, is_idempotent, timeout_ms, deadline_ms,
                                            max_attempts, plan, second_id, last_known_seconds, error_pointer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 3, $9, $10, $11, '/error/code')")
        .bind(id).bind(integration).bind(operation.name).bind(operation.method).bind(operation.path).bind(is_read)
        .bind(operation.timeout_ms).bind(operation.deadline_ms).bind(operation.plan.as_str()).bind(second).bind(last_known)
        .execute(c).await.map(|_| ()))
    .map_err(Error::from)
}

/// Secrets as the simulator knows them.
async fn secrets(maker: &mut Maker<'_>, id: Uuid, of: &Integration) -> Result<(), Error> {
    if of.state == IntegrationState::Draft {
        return Ok(());
    }
    let credential = format!("sim-{}-secret", of.slug);
    let ends = of.credential_ends_in.map(|days| maker.now.plus(days * Timestamp::DAY));
    put(maker, id, SecretPurpose::Credential, credential, ends).await?;
    let webhook = format!("sim-{}-webhook-secret", of.slug);
    match of.inbound {
        InboundScheme::None => Ok(()),
        InboundScheme::Standard => put(maker, id, SecretPurpose::Webhook, standard_secret(&webhook), None).await,
        InboundScheme::Hmac | InboundScheme::Stripe => put(maker, id, SecretPurpose::Webhook, webhook, None).await,
    }
}

async fn put(
    maker: &mut Maker<'_>,
    id: Uuid,
    purpose: SecretPurpose,
    secret: String,
    expires_at: Option<Timestamp>,
) -> Result<(), Error> {
    let by = maker.staff.get(OWNER).map_or("Keyfob", |(_, name)| *name);
    let secret = SecretString::from(secret);
    let new = NewSecret {
        integration: IntegrationId::from(id),
        purpose,
        secret: &secret,
        expires_at,
        overlap_until: None,
        by,
    };
    vault::put(maker.cx, maker.uow.connection(), new).await
}
