//! Events as the security page lists them, newest first.

use domain::{Timestamp, permissions::marker::AuditRead};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Outcome, Stream};
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, prefix_range},
};

/// Which events, from where.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this log.
    pub stream: Option<Stream>,
    /// Only actions that begin so: `customer.` or `customer.updated`.
    pub action: Option<String>,
    /// Only this actor's, by id.
    pub actor: Option<String>,
    /// Only what was done to this: type and id.
    pub target: Option<(String, String)>,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only from this address.
    pub ip: Option<String>,
    /// Only of this request.
    pub request: Option<String>,
    /// Only at or after this instant.
    pub from: Option<Timestamp>,
    /// Only before this instant.
    pub until: Option<Timestamp>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

/// An event as listed.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Which log.
    pub stream: String,
    /// Its place in that log.
    pub seq: i64,
    /// When, in milliseconds.
    pub occurred_at: i64,
    /// `staff`, `job`, `command_line` or `nobody`.
    pub actor_type: String,
    /// Who.
    pub actor_id: String,
    /// What.
    pub action: String,
    /// To what kind of thing.
    pub target_type: String,
    /// To which.
    pub target_id: String,
    /// What came of it.
    pub outcome: String,
    /// From which address.
    pub ip: String,
    /// In which request.
    pub request_id: String,
}

impl Keyed for Listed {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.occurred_at), self.id)
    }
}

/// A page of events.
pub async fn list(cx: &Services, _access: &Access<AuditRead>, filter: &Filter) -> Result<Page<Listed>, Error> {
    let text = |text: &str| Bind::Text(text.to_owned());
    let mut list = KeysetList::new(
        "SELECT e.id, e.stream, e.seq, e.occurred_at, e.actor_type, e.actor_id, e.action,
                e.target_type, e.target_id, e.outcome, e.ip, e.request_id
FROM audit_event e",
        "e.occurred_at",
        "e.id",
        Direction::Descending,
    )
    .limit(filter.limit.unwrap_or(50));
    if let Some(stream) = filter.stream {
        list = list.filter("e.stream = ?", [text(stream.as_str())]);
    }
    if let Some(action) = &filter.action {
        list = list.filter("e.action >= ? AND e.action < ?", prefix_range(action));
    }
    if let Some(actor) = &filter.actor {
        list = list.filter("e.actor_id = ?", [text(actor)]);
    }
    if let Some((kind, id)) = &filter.target {
        list = list.filter("e.target_type = ? AND e.target_id = ?", [text(kind), text(id)]);
    }
    if let Some(outcome) = filter.outcome {
        list = list.filter("e.outcome = ?", [text(outcome.as_str())]);
    }
    if let Some(ip) = &filter.ip {
        list = list.filter("e.ip = ?", [text(ip)]);
    }
    if let Some(request) = &filter.request {
        list = list.filter("e.request_id = ?", [text(request)]);
    }
    if let Some(from) = filter.from {
        list = list.filter("e.occurred_at >= ?", [Bind::Int(from.millis())]);
    }
    if let Some(until) = filter.until {
        list = list.filter("e.occurred_at < ?", [Bind::Int(until.millis())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
