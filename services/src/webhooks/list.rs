//! Everybody's endpoints, as people look after them.

use domain::{
    Timestamp,
    credentials::Environment,
    ids::{EndpointId, PartnerId},
    permissions::marker::AccessRead,
    webhooks::Scheme,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{endpoints::place, not_found, sign::public_key};
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, on},
    keys::Purpose,
};

/// An endpoint with whose it is and how it does.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// The address.
    pub url: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whose it is.
    pub partner_id: Uuid,
    /// The partner's name.
    pub partner_name: String,
    /// Whether the partner is suspended: nothing is sent then.
    pub is_suspended: bool,
    environment: String,
    event_types: String,
    scheme: String,
    /// How many messages a node sends to it in a second; as many as it takes when nothing is set.
    pub max_per_second: Option<i64>,
    /// Whether events are sent to it.
    pub is_enabled: bool,
    /// Why we stopped sending; empty when we didn't.
    pub stopped_why: String,
    failing_since: Option<i64>,
    last_success_at: Option<i64>,
    previous_until: Option<i64>,
    /// When it was registered, in milliseconds.
    pub created_at: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// Counts the saves.
    pub version: i64,
    /// How much waits to be sent, counted up to [`MOST_COUNTED`].
    pub waiting: i64,
    /// How much was given up, counted alike.
    pub dead: i64,
}

/// Further is not counted.
pub const MOST_COUNTED: i64 = 1_000;

impl Listed {
    /// For which environment; what the database's own check admits always parses.
    pub fn environment(&self) -> Environment {
        self.environment.parse().unwrap_or(Environment::Live)
    }

    /// The types of event that are sent to it; all when empty.
    pub fn event_types(&self) -> Vec<String> {
        serde_json::from_str(&self.event_types).unwrap_or_default()
    }

    /// How its messages are signed; what the database's own check admits always parses.
    pub fn scheme(&self) -> Scheme {
        self.scheme.parse().unwrap_or(Scheme::Hmac)
    }

    /// Since when nothing was taken; nothing when the last attempt went well.
    pub fn failing_since(&self) -> Option<Timestamp> {
        self.failing_since.map(Timestamp)
    }

    /// When something was last taken.
    pub fn last_success_at(&self) -> Option<Timestamp> {
        self.last_success_at.map(Timestamp)
    }

    /// Until when the old secret signs beside the new one; nothing when only one signs.
    pub fn previous_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.previous_until.map(Timestamp).filter(|until| *until > now)
    }
}

impl Keyed for Listed {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.created_at), self.id)
    }
}

/// Which endpoints, from where.
#[derive(Clone, Debug, Default)]
pub struct EndpointFilter {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those for this environment.
    pub environment: Option<Environment>,
    /// Only those with trouble: failing, or stopped by us.
    pub has_trouble: bool,
    /// A part of the address.
    pub query: Option<String>,
    /// Oldest first.
    pub is_ascending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

const SELECT: &str = "SELECT e.id, e.url, e.description, e.partner_id, p.name AS partner_name,
       p.status <> 'active' AS is_suspended, e.environment, e.event_types, e.scheme, e.max_per_second, e.is_enabled, e.stopped_why,
       e.failing_since, e.last_success_at, e.previous_until, e.created_at, e.updated_at, e.version,
       (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery d
                              WHERE d.endpoint_id = e.id AND d.state = 'ready' LIMIT 1001) AS w) AS waiting,
       (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery d
                              WHERE d.endpoint_id = e.id AND d.state = 'dead' LIMIT 1001) AS g) AS dead
FROM webhook_endpoint e
JOIN partner p ON p.id = e.partner_id";

/// A page of endpoints, the newest first unless said. Endpoints are hundreds at most.
pub async fn all(cx: &Services, _access: &Access<AccessRead>, filter: &EndpointFilter) -> Result<Page<Listed>, Error> {
    let direction = if filter.is_ascending { Direction::Ascending } else { Direction::Descending };
    let mut list = KeysetList::new(SELECT, "e.created_at", "e.id", direction);
    if let Some(partner) = filter.partner {
        list = list.filter("e.partner_id = ?", [Bind::Id(partner.uuid())]);
    }
    if let Some(environment) = filter.environment {
        list = list.filter("e.environment = ?", [Bind::Text(environment.as_str().to_owned())]);
    }
    if filter.has_trouble {
        list = list.filter("e.failing_since IS NOT NULL OR e.stopped_why <> ''", []);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        // Nothing that people type is a pattern: it stands in the address as it is.
        list = list.filter("replace(e.url, ?, '') <> e.url", [Bind::Text(query.to_owned())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One endpoint.
pub async fn one(cx: &Services, _access: &Access<AccessRead>, id: EndpointId) -> Result<Listed, Error> {
    let mut reading = cx.db.read().await?;
    let page: Page<Listed> = KeysetList::new(SELECT, "e.created_at", "e.id", Direction::Ascending)
        .filter("e.id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(reading.connection())
        .await?;
    page.rows.into_iter().next().ok_or_else(not_found)
}

/// The public halves of the keys by which an endpoint's messages are signed now: one, or two for a day after a rotation,
/// the newest first. None when it signs by a shared secret.
pub async fn public_keys(cx: &Services, _access: &Access<AccessRead>, endpoint: &Listed) -> Result<Vec<String>, Error> {
    if endpoint.scheme() != Scheme::Ed25519 {
        return Ok(Vec::new());
    }
    let mut reading = cx.db.read().await?;
    let (current, previous): (Vec<u8>, Option<Vec<u8>>) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT secret, previous_secret FROM webhook_endpoint WHERE id = $1")
        .bind(endpoint.id).fetch_one(c).await)?;
    let previous = previous.filter(|_| endpoint.previous_until(cx.clock.now()).is_some());
    let place = place(endpoint.id.into());
    [Some(current), previous]
        .into_iter()
        .flatten()
        .map(|sealed| public_key(&cx.keys.unseal(Purpose::SealWebhookSecret, &place, &sealed)?))
        .collect()
}
