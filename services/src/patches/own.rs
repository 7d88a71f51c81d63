//! What this server is made of: brought into the inventory when it starts.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ids::ComponentId, patches::package_key, texts::fold};
use sqlx::FromRow;
use uuid::Uuid;

use super::{OWN_ECOSYSTEM, matching::Matcher};
use crate::{
    Error, Services,
    access::Actor,
    audit,
    db::{Connection, dialect, on},
};

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    name: String,
    version: String,
    removed_at: Option<i64>,
}

/// What has to change.
#[derive(Debug, Default)]
struct Difference {
    /// In use, and not in the inventory.
    missing: Vec<(String, String)>,
    /// In use again.
    returned: Vec<Uuid>,
    /// Not in use any more: its id and its name.
    gone: Vec<(Uuid, String)>,
}

impl Difference {
    fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.returned.is_empty() && self.gone.is_empty()
    }
}

async fn difference(connection: Connection<'_>, used: &BTreeSet<(&str, &str)>) -> Result<Difference, Error> {
    let rows: Vec<Row> = on!(connection, c => sqlx::query_as(
        "SELECT id, name, version, removed_at FROM component WHERE source = 'built_in' ORDER BY id")
        .fetch_all(c).await)?;
    let mut known = BTreeSet::new();
    let mut difference = Difference::default();
    for row in &rows {
        match (used.get(&(row.name.as_str(), row.version.as_str())), row.removed_at) {
            (Some(found), removed_at) => {
                known.insert(*found);
                difference.returned.extend(removed_at.map(|_| row.id));
            }
            (None, None) => difference.gone.push((row.id, row.name.clone())),
            (None, Some(_)) => {}
        }
    }
    let missing = used.difference(&known).map(|(name, version)| ((*name).to_owned(), (*version).to_owned()));
    difference.missing = missing.collect();
    Ok(difference)
}

/// Makes the inventory say what this server is made of: names and versions, as its bill of materials has them. Tasks
/// about versions that are gone are over by that. Does nothing when it says so already; two nodes may do it at once.
pub async fn sync_own(cx: &Services, components: &[(String, String)]) -> Result<(), Error> {
    let used: BTreeSet<(&str, &str)> =
        components.iter().map(|(name, version)| (name.as_str(), version.as_str())).collect();
    if difference(cx.db.read().await?.connection(), &used).await?.is_empty() {
        return Ok(());
    }
    let actor = Actor::job("components");
    let now = cx.clock.now().millis();
    let mut matcher = Matcher::new(cx, &actor);
    let mut uow = cx.db.begin().await?;
    dialect::lock_patches(uow.connection()).await?;
    // Again, now that nobody else can be doing the same.
    let change = difference(uow.connection(), &used).await?;
    let mut new = change.returned.clone();
    for (name, version) in &change.missing {
        let id = ComponentId::new().uuid();
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO component (id, kind, name, sort_name, ecosystem, package_key, version, source, created_at,
                                    created_by, updated_at, updated_by)
             VALUES ($1, 'own', $2, $3, $4, $5, $6, 'built_in', $7, $8, $7, $8)")
            .bind(id).bind(name).bind(fold(name)).bind(OWN_ECOSYSTEM).bind(package_key(OWN_ECOSYSTEM, name))
            .bind(version).bind(now).bind(actor.name())
            .execute(c).await.map(|_| ()))?;
        new.push(id);
    }
    set_removed(uow.connection(), &change.returned, None, &actor, now).await?;
    let gone: Vec<Uuid> = change.gone.iter().map(|(id, _)| *id).collect();
    set_removed(uow.connection(), &gone, Some(now), &actor, now).await?;
    let versions = versions(&used);
    for (id, name) in &change.gone {
        let why = versions.get(name.as_str()).map_or_else(
            || "It is not part of this server any more.".to_owned(),
            |versions| format!("Fixed by update to {}.", versions.join(", ")),
        );
        matcher.component(uow.connection(), *id, &why).await?;
    }
    let (advisories,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM advisory LIMIT 1) found").fetch_one(c).await)?;
    if advisories > 0 {
        for id in &new {
            matcher.component(uow.connection(), *id, "").await?;
        }
    }
    let whole = audit::Entry::new("patch.own_components_changed")
        .detail("added", new.len().to_string())
        .detail("removed", change.gone.len().to_string());
    let entries = std::iter::once(whole).chain(matcher.entries).collect();
    uow.commit_all(cx, &actor, entries).await
}

/// Every version of each name.
fn versions<'a>(used: &BTreeSet<(&'a str, &'a str)>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in used {
        versions.entry(name).or_default().push(version);
    }
    versions
}

async fn set_removed(
    mut connection: Connection<'_>,
    ids: &[Uuid],
    removed_at: Option<i64>,
    actor: &Actor,
    now: i64,
) -> Result<(), Error> {
    for id in ids {
        on!(connection.again(), c => sqlx::query(
            "UPDATE component
             SET removed_at = $2, updated_at = $3, updated_by = $4, row_version = row_version + 1 WHERE id = $1")
            .bind(id).bind(removed_at).bind(now).bind(actor.name())
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
