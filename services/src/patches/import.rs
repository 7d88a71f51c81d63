//! Importing advisories, and lists of what is known to be exploited.

use std::collections::BTreeSet;

use domain::{ids::EventId, patches::package_key, permissions::marker::PatchesManage};
use uuid::Uuid;

use super::{
    matching::{Matcher, Tally},
    osv::{Advisory, MOST_PASTED, Parsed, parse},
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, dialect, on},
    error::FieldError,
};

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Advisories that are new.
    pub added: u64,
    /// Advisories that are newer than what we had.
    pub replaced: u64,
    /// Advisories that we had already.
    pub unchanged: u64,
    /// Advisories that are known to be exploited, and were not before.
    pub marked: u64,
    /// Tasks that are new or open again.
    pub opened: u64,
    /// Tasks that are over by themselves.
    pub closed: u64,
}

impl Imported {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            replaced: self.replaced + other.replaced,
            unchanged: self.unchanged + other.unchanged,
            marked: self.marked + other.marked,
            opened: self.opened + other.opened,
            closed: self.closed + other.closed,
        }
    }

    const fn with(self, tally: Tally) -> Self {
        Self { opened: tally.opened, closed: tally.closed, ..self }
    }
}

/// Imports a text that somebody pasted. A single entry that can't be read refuses all of it.
pub async fn import(cx: &Services, access: &Access<PatchesManage>, text: &str) -> Result<Imported, Error> {
    let parsed = parse(text, MOST_PASTED)
        .map_err(|lines| Error::invalid(lines.into_iter().map(|line| FieldError::new("text", line)).collect()))?;
    match parsed {
        Parsed::Advisories(advisories) => import_advisories(cx, access, &advisories).await,
        Parsed::Exploited(cves) => mark_exploited(cx, access, &cves).await,
    }
}

/// Imports advisories, all of them or none. What we have already, in the same or a newer form, is passed over.
pub async fn import_advisories(
    cx: &Services,
    access: &Access<PatchesManage>,
    advisories: &[Advisory],
) -> Result<Imported, Error> {
    let mut done = Imported::default();
    let mut matcher = Matcher::new(cx, access.actor());
    let mut uow = cx.db.begin().await?;
    dialect::lock_patches(uow.connection()).await?;
    for advisory in advisories {
        let (id, is_new) = match store(cx, uow.connection(), &access.actor().name(), advisory).await? {
            Stored::Unchanged => {
                done.unchanged += 1;
                continue;
            }
            Stored::Added(id) => (id, true),
            Stored::Replaced(id) => (id, false),
        };
        if is_new {
            done.added += 1;
        } else {
            done.replaced += 1;
        }
        index(uow.connection(), id, advisory).await?;
        on!(uow.connection(), c => sqlx::query(
            "UPDATE advisory SET is_exploited = TRUE
             WHERE id = $1 AND EXISTS (SELECT 1 FROM known_exploited k JOIN advisory_name n ON n.name = k.cve
                                       WHERE n.advisory_id = $1)")
            .bind(id).execute(c).await.map(|_| ()))?;
        matcher.advisory(uow.connection(), id).await?;
    }
    if done.added + done.replaced == 0 {
        return Ok(done);
    }
    let done = done.with(matcher.tally);
    uow.commit_all(cx, access.actor(), told(matcher, done)).await?;
    Ok(done)
}

enum Stored {
    Unchanged,
    Added(Uuid),
    Replaced(Uuid),
}

async fn store(cx: &Services, mut connection: Connection<'_>, by: &str, advisory: &Advisory) -> Result<Stored, Error> {
    let known: Option<(Uuid, i64)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT id, modified_at FROM advisory WHERE osv_id = $1").bind(&advisory.osv_id).fetch_optional(c).await)?;
    let (id, is_new) = match known {
        Some((_, modified)) if modified >= advisory.modified.millis() => return Ok(Stored::Unchanged),
        Some((id, _)) => (id, false),
        None => (EventId::new().uuid(), true),
    };
    let aliases = serde_json::to_string(&advisory.aliases).map_err(Error::internal)?;
    let affected = serde_json::to_string(&advisory.affected).map_err(Error::internal)?;
    on!(connection, c => sqlx::query(
        "INSERT INTO advisory (id, osv_id, aliases, summary, details, severity, score, vector, published_at, modified_at,
                               withdrawn_at, affected, imported_at, imported_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (osv_id) DO UPDATE
         SET aliases = excluded.aliases, summary = excluded.summary, details = excluded.details,
             severity = excluded.severity, score = excluded.score, vector = excluded.vector,
             published_at = excluded.published_at, modified_at = excluded.modified_at,
             withdrawn_at = excluded.withdrawn_at, affected = excluded.affected, imported_at = excluded.imported_at,
             imported_by = excluded.imported_by")
        .bind(id).bind(&advisory.osv_id).bind(aliases).bind(&advisory.summary).bind(&advisory.details)
        .bind(advisory.severity.as_str()).bind(advisory.score).bind(&advisory.vector)
        .bind(advisory.published.map(domain::Timestamp::millis)).bind(advisory.modified.millis())
        .bind(advisory.withdrawn.map(domain::Timestamp::millis)).bind(affected).bind(cx.clock.now().millis()).bind(by)
        .execute(c).await.map(|_| ()))?;
    Ok(if is_new { Stored::Added(id) } else { Stored::Replaced(id) })
}

/// Replaces the names and packages by which an advisory is found.
async fn index(mut connection: Connection<'_>, id: Uuid, advisory: &Advisory) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM advisory_package WHERE advisory_id = $1")
        .bind(id).execute(c).await.map(|_| ()))?;
    on!(connection.again(), c => sqlx::query("DELETE FROM advisory_name WHERE advisory_id = $1")
        .bind(id).execute(c).await.map(|_| ()))?;
    let packages: BTreeSet<(&str, String)> = advisory
        .affected
        .iter()
        .map(|one| (one.package.ecosystem.as_str(), package_key(&one.package.ecosystem, &one.package.name)))
        .collect();
    for (ecosystem, key) in packages {
        on!(connection.again(), c => sqlx::query(
            "INSERT INTO advisory_package (ecosystem, package_key, advisory_id) VALUES ($1, $2, $3)")
            .bind(ecosystem).bind(key).bind(id).execute(c).await.map(|_| ()))?;
    }
    let names: BTreeSet<&str> = advisory.aliases.iter().map(String::as_str).chain([advisory.osv_id.as_str()]).collect();
    for name in names {
        on!(connection.again(), c => sqlx::query("INSERT INTO advisory_name (name, advisory_id) VALUES ($1, $2)")
            .bind(name).bind(id).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Marks what is known to be exploited, also what will only be imported later. What was marked once stays marked.
pub async fn mark_exploited(cx: &Services, access: &Access<PatchesManage>, cves: &[String]) -> Result<Imported, Error> {
    let now = cx.clock.now();
    let mut done = Imported::default();
    let mut matcher = Matcher::new(cx, access.actor());
    let mut uow = cx.db.begin().await?;
    dialect::lock_patches(uow.connection()).await?;
    let mut new = 0_u64;
    for cve in cves {
        new += on!(uow.connection(), c => sqlx::query(
            "INSERT INTO known_exploited (cve, added_at) VALUES ($1, $2) ON CONFLICT (cve) DO NOTHING")
            .bind(cve).bind(now.millis()).execute(c).await.map(|inserted| inserted.rows_affected()))?;
    }
    let hit: Vec<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE advisory SET is_exploited = TRUE
         WHERE NOT is_exploited
           AND id IN (SELECT n.advisory_id FROM advisory_name n JOIN known_exploited k ON k.cve = n.name)
         RETURNING id")
        .fetch_all(c).await)?;
    for (id,) in &hit {
        matcher.advisory(uow.connection(), *id).await?;
        done.marked += 1;
    }
    if new == 0 && hit.is_empty() {
        return Ok(done);
    }
    let done = done.with(matcher.tally);
    uow.commit_all(cx, access.actor(), told(matcher, done)).await?;
    Ok(done)
}

/// What the audit log says of an import: the whole, and each task that it changed.
fn told(matcher: Matcher, done: Imported) -> Vec<audit::Entry> {
    let whole = audit::Entry::new("patch.imported")
        .detail("added", done.added)
        .detail("replaced", done.replaced)
        .detail("unchanged", done.unchanged)
        .detail("marked_exploited", done.marked)
        .detail("tasks_opened", done.opened)
        .detail("tasks_closed", done.closed);
    std::iter::once(whole).chain(matcher.entries).collect()
}
