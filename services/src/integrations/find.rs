//! Integrations as lists and pages show them.

use domain::{
    Timestamp,
    ids::{IntegrationId, PartnerId, StaffId},
    integrations::{Auth, Criticality, InboundScheme, IntegrationKind, IntegrationState},
    permissions::{
        Grant,
        marker::{IntegrationsManage, IntegrationsRead},
    },
    texts::fold,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::not_found;
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// An integration as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Integration {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub partner_id: Uuid,
    /// The partner's name.
    pub partner_name: String,
    /// Its name.
    pub name: String,
    sort_name: String,
    /// Its part of the address at which the partner's messages come in.
    pub slug: String,
    kind: String,
    /// What we use it for; may be empty.
    pub purpose: String,
    criticality: String,
    /// Who looks after it.
    pub owner_id: Option<Uuid>,
    /// Their name; empty when nobody does.
    pub owner_name: String,
    /// Where calls go.
    pub base_url: String,
    state: String,
    /// Why it is in its state; may be empty.
    pub state_why: String,
    auth: String,
    /// The header's name, the user's name or the client's id.
    pub auth_name: String,
    /// Where access tokens are asked for.
    pub token_url: String,
    /// How many calls are under way at once, at most.
    pub max_concurrent: i64,
    /// How many calls begin in a minute, at most.
    pub per_minute: i64,
    /// Successes in a million that are expected.
    pub availability_ppm: i64,
    /// What counts as slow, in milliseconds.
    pub latency_ms: i64,
    inbound_scheme: String,
    drill_until: Option<i64>,
    last_good_at: Option<i64>,
    /// When it was registered, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Integration {
    /// What it does for us; what the database's own check admits always parses.
    pub fn kind(&self) -> IntegrationKind {
        self.kind.parse().unwrap_or(IntegrationKind::Other)
    }

    /// How much depends on it.
    pub fn criticality(&self) -> Criticality {
        self.criticality.parse().unwrap_or(Criticality::Critical)
    }

    /// Whether it may be used.
    pub fn state(&self) -> IntegrationState {
        self.state.parse().unwrap_or(IntegrationState::Held)
    }

    /// How we prove ourselves.
    pub fn auth(&self) -> Auth {
        self.auth.parse().unwrap_or(Auth::None)
    }

    /// How the partner signs its messages.
    pub fn inbound_scheme(&self) -> InboundScheme {
        self.inbound_scheme.parse().unwrap_or(InboundScheme::None)
    }

    /// Until when a failure drill runs; nothing when none does.
    pub fn drill_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.drill_until.map(Timestamp).filter(|until| *until > now)
    }

    /// When the partner last answered.
    pub fn last_good_at(&self) -> Option<Timestamp> {
        self.last_good_at.map(Timestamp)
    }
}

impl Keyed for Integration {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.sort_name.clone()), self.id)
    }
}

const SELECT: &str =
    "SELECT i.id, i.partner_id, p.name AS partner_name, i.name, i.sort_name, i.slug, i.kind, i.purpose,
       i.criticality, i.owner_id, COALESCE(s.name, '') AS owner_name, i.base_url, i.state, i.state_why, i.auth,
       i.auth_name, i.token_url, i.max_concurrent, i.per_minute, i.availability_ppm, i.latency_ms, i.inbound_scheme,
       i.drill_until, i.last_good_at, i.created_at, i.created_by, i.updated_at, i.updated_by, i.version
FROM integration i
JOIN partner p ON p.id = i.partner_id
LEFT JOIN staff s ON s.id = i.owner_id";

/// Which integrations, from where; by name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those of this kind.
    pub kind: Option<IntegrationKind>,
    /// Only those in this state.
    pub state: Option<IntegrationState>,
    /// The beginning of a name.
    pub query: Option<String>,
    /// Last name first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of integrations.
pub async fn list(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    filter: &Filter,
) -> Result<Page<Integration>, Error> {
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, "i.sort_name", "i.id", direction);
    if let Some(partner) = filter.partner {
        list = list.filter("i.partner_id = ?", [Bind::Id(partner.uuid())]);
    }
    if let Some(kind) = filter.kind {
        list = list.filter("i.kind = ?", [Bind::Text(kind.as_str().to_owned())]);
    }
    if let Some(state) = filter.state {
        list = list.filter("i.state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("i.sort_name >= ? AND i.sort_name < ?", prefix_range(&fold(query)));
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One integration.
pub async fn find(cx: &Services, _access: &Access<IntegrationsRead>, id: IntegrationId) -> Result<Integration, Error> {
    load(cx.db.read().await?.connection(), id).await
}

/// Loads one integration.
pub(super) async fn load(connection: Connection<'_>, id: IntegrationId) -> Result<Integration, Error> {
    let page: Page<Integration> = KeysetList::new(SELECT, "i.sort_name", "i.id", Direction::Ascending)
        .filter("i.id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(connection)
        .await?;
    page.rows.into_iter().next().ok_or_else(not_found)
}

/// Every integration by name, for a form that names one; retired ones are left out. Integrations are dozens.
pub async fn choices<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Vec<(IntegrationId, String)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name FROM integration WHERE state <> 'retired' ORDER BY sort_name, id LIMIT 500")
        .fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}

/// Everybody who could look after an integration, by name. Staff are hundreds.
pub async fn owners(cx: &Services, _access: &Access<IntegrationsManage>) -> Result<Vec<(StaffId, String)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name FROM staff WHERE status = 'active' ORDER BY sort_name, id LIMIT 1000").fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}
