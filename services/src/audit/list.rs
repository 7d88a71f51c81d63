//! Events as the security page lists them, newest first.

use domain::{Timestamp, permissions::marker::AuditRead};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Outcome, Stream};
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, on},
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
    fn key(&self, sort: &str) -> (Bind, Uuid) {
        (Bind::Int(if sort == BY_PLACE { self.seq } else { self.occurred_at }), self.id)
    }
}

impl Filter {
    /// Whether nothing but a stream narrows the list.
    const fn is_whole_stream(&self) -> bool {
        self.stream.is_some()
            && self.action.is_none()
            && self.actor.is_none()
            && self.target.is_none()
            && self.outcome.is_none()
            && self.ip.is_none()
            && self.request.is_none()
            && self.from.is_none()
            && self.until.is_none()
    }
}

/// One stream alone is listed by place, which its primary key holds in order …
const BY_PLACE: &str = "e.seq";
/// … and anything else by time, over both streams.
const BY_TIME: &str = "e.occurred_at";

/// So many events of an area are sorted faster than found among all others on the way through time.
const FEW: i64 = 5_000;

/// A page of events, newest first.
pub async fn list(cx: &Services, _access: &Access<AuditRead>, filter: &Filter) -> Result<Page<Listed>, Error> {
    let text = |text: &str| Bind::Text(text.to_owned());
    let mut list = KeysetList::new(
        "SELECT e.id, e.stream, e.seq, e.occurred_at, e.actor_type, e.actor_id, e.action,
                e.target_type, e.target_id, e.outcome, e.ip, e.request_id
FROM audit_event e",
        if filter.is_whole_stream() { BY_PLACE } else { BY_TIME },
        "e.id",
        Direction::Descending,
    )
    .limit(filter.limit.unwrap_or(50));
    if let Some(stream) = filter.stream {
        // Beside another filter the stream is only looked at, never walked: half of all events are in it.
        let condition = if filter.is_whole_stream() { "e.stream = ?" } else { "e.stream || '' = ?" };
        list = list.filter(condition, [text(stream.as_str())]);
    }
    if let Some(action) = &filter.action {
        let (condition, binds) = of_action(cx, action).await?;
        list = list.filter(condition, binds);
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

/// Actions that begin so, in the form that the index by action, or the one by time, answers without reading much.
async fn of_action(cx: &Services, prefix: &str) -> Result<(&'static str, Vec<Bind>), Error> {
    // The last character there is ends the range of texts that begin with the prefix.
    let (from, to) = (prefix.to_owned(), format!("{prefix}\u{10FFFF}"));
    let mut reading = cx.db.read().await?;
    let (first, last, count): (Option<String>, Option<String>, i64) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT (SELECT MIN(action) FROM audit_event WHERE action >= $1 AND action < $2),
                (SELECT MAX(action) FROM audit_event WHERE action >= $1 AND action < $2),
                (SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_event
                                       WHERE action >= $1 AND action < $2
                                       ORDER BY action
                                       LIMIT $3) counted)")
        .bind(&from).bind(&to).bind(FEW).fetch_one(c).await)?;
    Ok(match (first, last) {
        (Some(only), Some(last)) if only == last => ("e.action = ?", vec![Bind::Text(only)]),
        _ if count < FEW => ("e.action >= ? AND e.action < ?", vec![Bind::Text(from), Bind::Text(to)]),
        // Not from the index by action: it would have to sort them all.
        _ => ("e.action || '' >= ? AND e.action || '' < ?", vec![Bind::Text(from), Bind::Text(to)]),
    })
}

/// The newest events about one thing.
pub async fn for_target(
    cx: &Services,
    access: &Access<AuditRead>,
    kind: &str,
    id: impl std::fmt::Display,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let target = Some((kind.to_owned(), id.to_string()));
    let filter = Filter { target, limit: Some(limit), ..Filter::default() };
    Ok(list(cx, access, &filter).await?.rows)
}
