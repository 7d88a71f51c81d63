//! Incidents as people read and annotate them.

use domain::{
    Timestamp,
    ids::{IncidentId, IntegrationId},
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
    texts::{NoteBody, fold},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// An incident.
#[derive(Clone, Debug, FromRow)]
pub struct Incident {
    /// Its id.
    pub id: Uuid,
    /// Which integration.
    pub integration_id: Uuid,
    /// Its name.
    pub integration_name: String,
    /// `circuit`, `failing` or `silent`.
    pub kind: String,
    /// What it was, in words.
    pub title: String,
    /// When it was opened, in milliseconds.
    pub opened_at: i64,
    /// When it was closed, in milliseconds.
    pub closed_at: Option<i64>,
}

impl Keyed for Incident {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.opened_at), self.id)
    }
}

/// What was said about an incident.
#[derive(Clone, Debug, FromRow)]
pub struct IncidentEntry {
    /// When, in milliseconds.
    pub at: i64,
    /// By whom.
    pub actor: String,
    /// What.
    pub body: String,
}

/// Which incidents, from where.
#[derive(Clone, Debug, Default)]
pub struct IncidentFilter {
    /// Only those that are open.
    pub is_open: bool,
    /// Only those of this integration.
    pub integration: Option<IntegrationId>,
    /// The beginning of an integration's name.
    pub query: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

const SELECT: &str =
    "SELECT n.id, n.integration_id, i.name AS integration_name, n.kind, n.title, n.opened_at, n.closed_at
FROM integration_incident n JOIN integration i ON i.id = n.integration_id";

/// A page of incidents, the newest first.
pub async fn incidents(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    filter: &IncidentFilter,
) -> Result<Page<Incident>, Error> {
    let mut list = KeysetList::new(SELECT, "n.opened_at", "n.id", Direction::Descending);
    if filter.is_open {
        list = list.filter("n.closed_at IS NULL", []);
    }
    if let Some(id) = filter.integration {
        list = list.filter("n.integration_id = ?", [Bind::Id(id.uuid())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("i.sort_name >= ? AND i.sort_name < ?", prefix_range(&fold(query)));
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// The open incidents, the newest first, at most 50.
pub async fn open_incidents(cx: &Services, access: &Access<IntegrationsRead>) -> Result<Vec<Incident>, Error> {
    Ok(incidents(cx, access, &IncidentFilter { is_open: true, ..IncidentFilter::default() }).await?.rows)
}

/// One incident with what was said about it, the oldest first.
pub async fn incident(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IncidentId,
) -> Result<(Incident, Vec<IncidentEntry>), Error> {
    let mut reading = cx.db.read().await?;
    let found = load(reading.connection(), id).await?;
    let entries = on!(reading.connection(), c => sqlx::query_as(
        "SELECT at, actor, body FROM incident_entry WHERE incident_id = $1 ORDER BY at, id LIMIT 500")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok((found, entries))
}

async fn load(connection: Connection<'_>, id: IncidentId) -> Result<Incident, Error> {
    let row: Option<Incident> = on!(connection, c => sqlx::query_as(
        "SELECT n.id, n.integration_id, i.name AS integration_name, n.kind, n.title, n.opened_at, n.closed_at
         FROM integration_incident n JOIN integration i ON i.id = n.integration_id WHERE n.id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("incident.not_found", "There is no such incident. The address may be wrong."))
}

/// Says something about an incident.
pub async fn annotate(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IncidentId,
    body: &NoteBody,
) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let found = load(uow.connection(), id).await?;
    write(uow.connection(), cx.clock.now(), id, &access.actor().name(), body.as_str()).await?;
    let entry = audit::Entry::new("integration.incident_annotated")
        .target("integration", found.integration_id)
        .detail("incident", id.to_string());
    uow.commit(cx, access.actor(), entry).await
}

pub(super) async fn write(
    connection: Connection<'_>,
    now: Timestamp,
    id: IncidentId,
    actor: &str,
    body: &str,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "INSERT INTO incident_entry (id, incident_id, at, actor, body) VALUES ($1, $2, $3, $4, $5)")
        .bind(Uuid::now_v7()).bind(id.uuid()).bind(now.millis()).bind(actor).bind(body)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
