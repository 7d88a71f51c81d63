//! The timeline of a record: one entry for each change, in words, with who, from where, before and after.

use domain::{Timestamp, ids::EventId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    access::Actor,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on},
    webhooks,
};

/// What has a timeline, notes and tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A customer.
    Customer,
    /// A vehicle.
    Vehicle,
    /// A plan.
    Plan,
    /// A subscription.
    Subscription,
}

impl Subject {
    /// The word in the tables and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Vehicle => "vehicle",
            Self::Plan => "plan",
            Self::Subscription => "subscription",
        }
    }
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field, in words.
    pub field: String,
    /// What it was; empty when it was not set.
    pub before: String,
    /// What it is now; empty when it is no longer set.
    pub after: String,
}

impl Change {
    /// A change of one field, or nothing when it stays the same.
    pub fn of(field: &str, before: &str, after: &str) -> Option<Self> {
        (before != after).then(|| Self { field: field.to_owned(), before: before.to_owned(), after: after.to_owned() })
    }
}

/// A new entry.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// On whose timeline.
    pub subject: Subject,
    /// Which record.
    pub id: Uuid,
    /// The audit action, `area.verb`.
    pub action: &'a str,
    /// What happened, as a sentence.
    pub summary: String,
    /// Why, in the words of who did it.
    pub reason: String,
    /// What changed.
    pub changes: Vec<Change>,
    /// The audit event of the same change.
    pub event: EventId,
}

/// An entry as read.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When, in milliseconds.
    pub at: i64,
    /// Who, by name.
    pub actor: String,
    /// From where: `person`, `job`, `command_line` …
    pub source: String,
    /// The audit action.
    pub action: String,
    /// What happened.
    pub summary: String,
    /// Why.
    pub reason: String,
    changes: String,
    /// The audit event.
    pub event_id: Option<Uuid>,
}

impl Entry {
    /// What changed.
    pub fn changes(&self) -> Vec<Change> {
        serde_json::from_str(&self.changes).unwrap_or_default()
    }
}

impl Keyed for Entry {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.at), self.id)
    }
}

/// Writes an entry, and puts its event out to webhooks, inside the change's own unit of work.
pub async fn write(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    entry: NewEntry<'_>,
) -> Result<(), Error> {
    let changes = serde_json::to_string(&entry.changes).map_err(Error::internal)?;
    let id = Uuid::now_v7();
    on!(connection.again(), c => sqlx::query(
        "INSERT INTO timeline_entry (id, object_type, object_id, at, actor, source, action, summary, reason, changes, event_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(id).bind(entry.subject.as_str()).bind(entry.id).bind(now.millis())
        .bind(actor.name()).bind(actor.source_word()).bind(entry.action).bind(&entry.summary)
        .bind(&entry.reason).bind(&changes).bind(entry.event.uuid())
        .execute(c).await.map(|_| ()))?;
    webhooks::put_out(connection, now, id, &entry).await
}

/// A page of a record's timeline, newest first.
pub async fn page(
    connection: Connection<'_>,
    subject: Subject,
    id: Uuid,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Entry>, Error> {
    KeysetList::new(
        "SELECT id, at, actor, source, action, summary, reason, changes, event_id FROM timeline_entry",
        "at",
        "id",
        Direction::Descending,
    )
    .filter("object_type = ? AND object_id = ?", [Bind::Text(subject.as_str().to_owned()), Bind::Id(id)])
    .from_cursor(cursor)?
    .limit(limit)
    .fetch(connection)
    .await
}
