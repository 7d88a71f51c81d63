//! How much came in and was turned away, and at which addresses messages are taken.

use domain::{
    Timestamp,
    ids::IntegrationId,
    inbound::Refusal,
    integrations::{InboundScheme, IntegrationState},
    permissions::marker::IntegrationsRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Services, access::Access, db::on};

/// Further is not counted.
pub const MOST_COUNTED: i64 = 10_000;
/// So many addresses are shown.
const MOST_ENTRANCES: i64 = 200;

/// What was turned away for one reason in the last 24 hours.
#[derive(Clone, Debug, FromRow)]
pub struct Refused {
    reason: String,
    /// How often.
    pub count: i64,
    /// When last, in milliseconds.
    pub last_at: i64,
    /// From which address last.
    pub last_from: String,
}

impl Refused {
    /// Why, in words.
    pub fn reason(&self) -> &str {
        match self.reason.parse::<Refusal>() {
            Ok(refusal) => refusal.label(),
            Err(_) => &self.reason,
        }
    }
}

/// How messages come in.
#[derive(Clone, Debug)]
pub struct Figures {
    /// How many came in the last 24 hours, counted up to a little over [`MOST_COUNTED`].
    pub received: i64,
    /// How many wait, counted alike.
    pub waiting: i64,
    /// How many are parked, counted alike.
    pub parked: i64,
    /// What was turned away in the last 24 hours, by why, the most frequent first.
    pub refused: Vec<Refused>,
}

/// Counts what came in, by one integration or by all.
pub async fn figures(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    integration: Option<IntegrationId>,
) -> Result<Figures, Error> {
    let since = cx.clock.now().plus(-Timestamp::DAY).millis();
    let mut reading = cx.db.read().await?;
    let (received, waiting, parked): (i64, i64, i64) = match integration {
        Some(id) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE integration_id = $1 AND received_at >= $2 LIMIT $3) AS r),
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE integration_id = $1 AND state = 'ready' LIMIT $3) AS w),
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE integration_id = $1 AND state = 'parked' LIMIT $3) AS p)")
            .bind(id.uuid()).bind(since).bind(MOST_COUNTED + 1).fetch_one(c).await)?,
        None => on!(reading.connection(), c => sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE received_at >= $1 LIMIT $2) AS r),
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE state = 'ready' LIMIT $2) AS w),
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
                         WHERE state = 'parked' LIMIT $2) AS p)")
            .bind(since).bind(MOST_COUNTED + 1).fetch_one(c).await)?,
    };
    // Whole hours are counted: the one in which the 24 hours began counts too.
    let from = since - since.rem_euclid(Timestamp::HOUR);
    let refused: Vec<Refused> = match integration {
        Some(id) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT g.reason, g.count, g.last_at,
                    (SELECT r.last_from FROM inbound_refusal r
                     WHERE r.integration_id = $1 AND r.hour >= $2 AND r.reason = g.reason
                     ORDER BY r.last_at DESC LIMIT 1) AS last_from
             FROM (SELECT reason, CAST(SUM(count) AS BIGINT) AS count, MAX(last_at) AS last_at
                   FROM inbound_refusal WHERE integration_id = $1 AND hour >= $2 GROUP BY reason) AS g
             ORDER BY g.count DESC, g.reason")
            .bind(id.uuid()).bind(from).fetch_all(c).await)?,
        None => on!(reading.connection(), c => sqlx::query_as(
            "SELECT g.reason, g.count, g.last_at,
                    (SELECT r.last_from FROM inbound_refusal r WHERE r.hour >= $1 AND r.reason = g.reason
                     ORDER BY r.last_at DESC LIMIT 1) AS last_from
             FROM (SELECT reason, CAST(SUM(count) AS BIGINT) AS count, MAX(last_at) AS last_at
                   FROM inbound_refusal WHERE hour >= $1 GROUP BY reason) AS g
             ORDER BY g.count DESC, g.reason")
            .bind(from).fetch_all(c).await)?,
    };
    Ok(Figures { received, waiting, parked, refused })
}

/// An address at which messages are taken.
#[derive(Clone, Debug, FromRow)]
pub struct Entrance {
    /// Whose.
    pub integration_id: Uuid,
    /// The integration's name.
    pub name: String,
    /// The partner's name.
    pub partner_name: String,
    slug: String,
    inbound_scheme: String,
    state: String,
    /// When the secret that is in use was set, in milliseconds; nothing when there is none.
    pub secret_set_at: Option<i64>,
}

impl Entrance {
    /// The whole address, which the partner calls.
    pub fn address(&self, cx: &Services) -> String {
        format!("{}/hooks/{}", cx.settings.public_url, self.slug)
    }

    /// How messages are signed; what the database's own check admits always parses.
    pub fn scheme(&self) -> InboundScheme {
        self.inbound_scheme.parse().unwrap_or(InboundScheme::None)
    }

    /// Whether the integration may be used; what the database's own check admits always parses.
    pub fn state(&self) -> IntegrationState {
        self.state.parse().unwrap_or(IntegrationState::Held)
    }
}

/// The addresses at which messages are taken: one integration's, or all, by name.
pub async fn entrances(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    integration: Option<IntegrationId>,
) -> Result<Vec<Entrance>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id AS integration_id, i.name, p.name AS partner_name, i.slug, i.inbound_scheme, i.state,
                (SELECT s.set_at FROM vault_secret s
                 WHERE s.integration_id = i.id AND s.purpose = 'webhook' AND s.slot = 'current') AS secret_set_at
         FROM integration i JOIN partner p ON p.id = i.partner_id
         WHERE i.inbound_scheme <> 'none' AND i.state <> 'retired' AND (NOT $1 OR i.id = $2)
         ORDER BY i.sort_name, i.id LIMIT $3")
        .bind(integration.is_some()).bind(integration.map_or(Uuid::nil(), IntegrationId::uuid)).bind(MOST_ENTRANCES)
        .fetch_all(c).await)?)
}
