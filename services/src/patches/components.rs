//! The inventory: what we use, in which version, and until when that is looked after.

use domain::{
    form,
    ids::ComponentId,
    patches::{ComponentKind, package_key},
    permissions::{
        Grant,
        marker::{IntegrationsRead, PatchesManage},
    },
    texts::fold,
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use super::{matching::Matcher, no_component};
use crate::{
    Error, Services,
    access::Access,
    audit,
    clock::ZONE,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, dialect, on, prefix_range},
    error::{FieldError, FormErrors},
    form_token::{self, Spent},
    staff,
};

/// The end of life is soon from so many days before it.
const SOON_DAYS: i64 = 90;

/// A component as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Component {
    /// Its id.
    pub id: Uuid,
    kind: String,
    /// Its name.
    pub name: String,
    sort_name: String,
    /// As OSV names it; empty for what is in none.
    pub ecosystem: String,
    /// Its version.
    pub version: String,
    /// The integration that uses it.
    pub integration_id: Option<Uuid>,
    /// That integration's name.
    pub integration_name: Option<String>,
    /// The partner that it is about.
    pub partner_id: Option<Uuid>,
    /// That partner's name.
    pub partner_name: Option<String>,
    /// The last day on which it is looked after.
    pub end_of_life: Option<String>,
    source: String,
    /// How many updates of it are to do.
    pub to_do: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub row_version: i64,
}

impl Component {
    /// What it is; what the database's own check admits always parses.
    pub fn kind(&self) -> ComponentKind {
        self.kind.parse().unwrap_or(ComponentKind::Connector)
    }

    /// Whether people entered it, and may change it.
    pub fn is_entered(&self) -> bool {
        self.source == "entered"
    }
}

impl Keyed for Component {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.sort_name.clone()), self.id)
    }
}

const SELECT: &str = "SELECT id, kind, name, sort_name, ecosystem, version, integration_id,
       (SELECT i.name FROM integration i WHERE i.id = component.integration_id) AS integration_name, partner_id,
       (SELECT p.name FROM partner p WHERE p.id = component.partner_id) AS partner_name, end_of_life, source,
       (SELECT COUNT(*) FROM patch_task t WHERE t.component_id = component.id AND t.state IN ('open', 'in_progress')) AS to_do,
       updated_at, updated_by, row_version
FROM component";

/// Which components, from where. They are sorted by name.
#[derive(Clone, Debug, Default)]
pub struct ComponentFilter {
    /// Only those of this kind.
    pub kind: Option<ComponentKind>,
    /// Only those whose end of life is past or soon.
    pub ends: bool,
    /// The beginning of a name.
    pub query: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of the inventory.
pub async fn components(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    filter: &ComponentFilter,
) -> Result<Page<Component>, Error> {
    let mut list = KeysetList::new(SELECT, "sort_name", "id", Direction::Ascending).filter("removed_at IS NULL", []);
    if let Some(kind) = filter.kind {
        list = list.filter("kind = ?", [Bind::Text(kind.as_str().to_owned())]);
    }
    if filter.ends {
        let today = cx.clock.today(ZONE);
        let until = domain::civil::plus_days(today, SOON_DAYS).unwrap_or(today);
        list = list.filter("end_of_life IS NOT NULL AND end_of_life <= ?", [Bind::Text(until.to_string())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("sort_name >= ? AND sort_name < ?", prefix_range(&fold(query)));
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One component that is in use.
pub async fn find_component(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: ComponentId,
) -> Result<Component, Error> {
    load(cx.db.read().await?.connection(), id).await
}

async fn load(connection: Connection<'_>, id: ComponentId) -> Result<Component, Error> {
    let page: Page<Component> = KeysetList::new(SELECT, "sort_name", "id", Direction::Ascending)
        .filter("removed_at IS NULL AND id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(connection)
        .await?;
    page.rows.into_iter().next().ok_or_else(no_component)
}

/// What may use a component: `integration:…` or `partner:…` with its id, and its name, for a form that names one.
pub async fn users<P: Grant>(cx: &Services, access: &Access<P>) -> Result<Vec<(String, String)>, Error> {
    let partners = crate::partners::choices(cx, access).await?;
    let mut reading = cx.db.read().await?;
    let integrations: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name FROM integration ORDER BY sort_name, id LIMIT 500").fetch_all(c).await)?;
    let integrations = integrations.into_iter().map(|(id, name)| (format!("integration:{id}"), name));
    let partners = partners.into_iter().map(|(id, name)| (format!("partner:{id}"), format!("{name} (partner)")));
    Ok(integrations.chain(partners).collect())
}

form! {
    /// A component as typed.
    pub struct ComponentForm {
        kind: "What it is",
        name: "Name",
        ecosystem: "Ecosystem",
        version: "Version",
        used_by: "Used by",
        end_of_life: "End of life",
    }
}

/// A component as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentFields {
    /// What it is; never a part of this server.
    pub kind: ComponentKind,
    /// Its name, as its ecosystem has it.
    pub name: String,
    /// As OSV names it; may be empty.
    pub ecosystem: String,
    /// Its version.
    pub version: String,
    /// The integration that uses it.
    pub integration: Option<Uuid>,
    /// The partner that it is about.
    pub partner: Option<Uuid>,
    /// The last day on which it is looked after.
    pub end_of_life: Option<Date>,
}

/// Parses every field, and says everything that is wrong at once.
pub fn parse_form(form: &ComponentForm) -> Result<ComponentFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let kind = form.kind.parse().ok().filter(|kind| *kind != ComponentKind::Own);
    if kind.is_none() {
        errors.push("kind", "Choose what it is. What this server is made of is kept by itself.");
    }
    let name = errors.required_line("name", &form.name, 200);
    let ecosystem = errors.line("ecosystem", &form.ecosystem, 60);
    let version = errors.required_line("version", &form.version, 100);
    let end_of_life = errors.date("end_of_life", &form.end_of_life);
    let used_by = match form.used_by.split_once(':') {
        None if form.used_by.is_empty() => Some((None, None)),
        Some(("integration", id)) => Uuid::try_parse(id).ok().map(|id| (Some(id), None)),
        Some(("partner", id)) => Uuid::try_parse(id).ok().map(|id| (None, Some(id))),
        _ => None,
    };
    if used_by.is_none() {
        errors.push("used_by", "Choose an integration or a partner from the list.");
    }
    let parsed = (|| {
        let (integration, partner) = used_by?;
        let (kind, name, ecosystem, version) = (kind?, name?, ecosystem?, version?);
        Some(ComponentFields { kind, name, ecosystem, version, integration, partner, end_of_life: end_of_life? })
    })();
    parsed.ok_or_else(|| errors.into_fields())
}

/// A component as its form shows it.
pub fn form_of(component: &Component) -> ComponentForm {
    let integration = component.integration_id.map(|id| format!("integration:{id}"));
    let partner = component.partner_id.map(|id| format!("partner:{id}"));
    ComponentForm {
        kind: component.kind().to_string(),
        name: component.name.clone(),
        ecosystem: component.ecosystem.clone(),
        version: component.version.clone(),
        used_by: integration.or(partner).unwrap_or_default(),
        end_of_life: component.end_of_life.clone().unwrap_or_default(),
    }
}

/// Says so at the field when the chosen integration or partner is not there any more.
async fn must_be_there(mut connection: Connection<'_>, fields: &ComponentFields) -> Result<(), Error> {
    let mut found = true;
    if let Some(id) = fields.integration {
        let row: Option<(Uuid,)> = on!(connection.again(), c => sqlx::query_as("SELECT id FROM integration WHERE id = $1")
            .bind(id).fetch_optional(c).await)?;
        found = row.is_some();
    }
    if let Some(id) = fields.partner {
        let row: Option<(Uuid,)> = on!(connection, c => sqlx::query_as("SELECT id FROM partner WHERE id = $1")
            .bind(id).fetch_optional(c).await)?;
        found = row.is_some();
    }
    if found { Ok(()) } else { Err(Error::invalid_field("used_by", "It is not there any more. Choose another one.")) }
}

/// Enters a component, and opens tasks for what was published against it. `token` is the form's.
pub async fn create(
    cx: &Services,
    access: &Access<PatchesManage>,
    fields: &ComponentFields,
    token: Uuid,
) -> Result<ComponentId, Error> {
    let (id, now, actor) = (ComponentId::new(), cx.clock.now(), access.actor());
    let mut matcher = Matcher::new(cx, actor);
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    dialect::lock_patches(uow.connection()).await?;
    must_be_there(uow.connection(), fields).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO component (id, kind, name, sort_name, ecosystem, package_key, version, integration_id, partner_id,
                                end_of_life, source, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'entered', $11, $12, $11, $12)")
        .bind(id.uuid()).bind(fields.kind.as_str()).bind(&fields.name).bind(fold(&fields.name)).bind(&fields.ecosystem)
        .bind(package_key(&fields.ecosystem, &fields.name)).bind(&fields.version).bind(fields.integration)
        .bind(fields.partner).bind(fields.end_of_life.map(|day| day.to_string())).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    matcher.component(uow.connection(), id.uuid(), "").await?;
    let entry = audit::Entry::new("patch.component_entered")
        .target("component", id)
        .detail("kind", fields.kind.as_str())
        .detail("name", fields.name.clone())
        .detail("version", fields.version.clone());
    uow.commit_all(cx, actor, std::iter::once(entry).chain(matcher.entries).collect()).await?;
    Ok(id)
}

/// Changes a component over the version that was read. A task about a version that isn't affected any more is over by
/// that, and one may be opened for the new version.
pub async fn edit(
    cx: &Services,
    access: &Access<PatchesManage>,
    id: ComponentId,
    row_version: i64,
    fields: &ComponentFields,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut matcher = Matcher::new(cx, actor);
    let mut uow = cx.db.begin().await?;
    dialect::lock_patches(uow.connection()).await?;
    let before = load(uow.connection(), id).await?;
    must_be_entered(&before)?;
    must_be_there(uow.connection(), fields).await?;
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE component
         SET kind = $3, name = $4, sort_name = $5, ecosystem = $6, package_key = $7, version = $8, integration_id = $9,
             partner_id = $10, end_of_life = $11, updated_at = $12, updated_by = $13, row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(row_version).bind(fields.kind.as_str()).bind(&fields.name).bind(fold(&fields.name))
        .bind(&fields.ecosystem).bind(package_key(&fields.ecosystem, &fields.name)).bind(&fields.version)
        .bind(fields.integration).bind(fields.partner).bind(fields.end_of_life.map(|day| day.to_string()))
        .bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict(
            "component.changed_meanwhile",
            "Somebody else has changed this component while you were editing. Load it again and look at what is different.",
        ));
    }
    let is_other =
        (&before.version, &before.name, &before.ecosystem) != (&fields.version, &fields.name, &fields.ecosystem);
    if is_other {
        let why = format!("Fixed by update to {}.", fields.version);
        matcher.component(uow.connection(), id.uuid(), &why).await?;
    }
    let mut entry = audit::Entry::new("patch.component_changed").target("component", id);
    if before.version != fields.version {
        entry = entry.change("version", before.version, fields.version.clone());
    }
    if before.name != fields.name {
        entry = entry.change("name", before.name, fields.name.clone());
    }
    uow.commit_all(cx, actor, std::iter::once(entry).chain(matcher.entries).collect()).await
}

/// Takes a component out of the inventory. Its tasks are over by that.
pub async fn remove(cx: &Services, access: &Access<PatchesManage>, id: ComponentId, reason: &str) -> Result<(), Error> {
    let (why, actor, now) = (staff::reason(reason)?, access.actor(), cx.clock.now().millis());
    let mut matcher = Matcher::new(cx, actor);
    let mut uow = cx.db.begin().await?;
    dialect::lock_patches(uow.connection()).await?;
    must_be_entered(&load(uow.connection(), id).await?)?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE component SET removed_at = $2, updated_at = $2, updated_by = $3, row_version = row_version + 1
         WHERE id = $1")
        .bind(id.uuid()).bind(now).bind(actor.name()).execute(c).await.map(|_| ()))?;
    matcher.component(uow.connection(), id.uuid(), "The component is not in use any more.").await?;
    let entry = audit::Entry::new("patch.component_removed").target("component", id).reason(why);
    uow.commit_all(cx, actor, std::iter::once(entry).chain(matcher.entries).collect()).await
}

fn must_be_entered(component: &Component) -> Result<(), Error> {
    if component.is_entered() {
        return Ok(());
    }
    Err(Error::refused("component.built_in", "It is part of this server, which keeps it up to date in the inventory."))
}
