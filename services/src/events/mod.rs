//! What happened to records, in order, as machines read it. It says what and when, and about which record; what it says
//! now is read from the record, by whoever may.

use domain::permissions::marker::EventsRead;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page},
};

/// An event.
#[derive(Clone, Debug, FromRow)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// When, in milliseconds.
    pub at: i64,
    /// What happened: `area.verb`.
    pub action: String,
    /// What it happened to: `customer`, `vehicle`, `plan` or `subscription`.
    pub object_type: String,
    /// Which one.
    pub object_id: Uuid,
}

impl Keyed for Event {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.at), self.id)
    }
}

/// Which events, from where; the oldest first, so that a reader goes on where it stopped.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those about this kind of record.
    pub object_type: Option<String>,
    /// Only those about this record.
    pub object: Option<Uuid>,
    /// Only those of this type.
    pub action: Option<String>,
    /// The newest first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 when not told.
    pub limit: Option<usize>,
}

/// A page of events. One that happened in the last second may still be missing, since others may be committing beside it.
pub async fn list(cx: &Services, _access: &Access<EventsRead>, filter: &Filter) -> Result<Page<Event>, Error> {
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let settled = cx.clock.now().plus(-1_000).millis();
    let mut list =
        KeysetList::new("SELECT id, at, action, object_type, object_id FROM timeline_entry", "at", "id", direction)
            .limit(filter.limit.unwrap_or(50))
            .filter("at <= ?", [Bind::Int(settled)]);
    if let Some(kind) = &filter.object_type {
        list = list.filter("object_type = ?", [Bind::Text(kind.clone())]);
    }
    if let Some(object) = filter.object {
        list = list.filter("object_id = ?", [Bind::Id(object)]);
    }
    if let Some(action) = &filter.action {
        list = list.filter("action = ?", [Bind::Text(action.clone())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
