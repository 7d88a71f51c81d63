//! What the first page says: what is wrong, what is coming, what changed. Each statement is bounded by an index.

use domain::{Timestamp, permissions::marker::OverviewRead};
use jiff::{Span, civil::Date};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Services, access::Access, db::on};

/// More than this is shown as "more than".
pub const MOST_COUNTED: i64 = 10_000;

/// A number of records, counted up to a limit so that the page stays as quick with millions.
#[derive(Clone, Debug, FromRow)]
pub struct StateCount {
    /// The state.
    pub state: String,
    /// How many, at most [`MOST_COUNTED`].
    pub count: i64,
}

/// A subscription that needs somebody, or on which something is about to happen.
#[derive(Clone, Debug, FromRow)]
pub struct Due {
    /// Which.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer_name: String,
    /// Where it is.
    pub state: String,
    /// Why somebody is needed; empty for what is merely coming.
    pub attention_why: String,
    /// When something happens.
    pub next_due_on: Option<String>,
    /// Last change, in milliseconds.
    pub updated_at: i64,
}

/// A change somebody made.
#[derive(Clone, Debug, FromRow)]
pub struct Recent {
    /// `customer`, `vehicle` …
    pub object_type: String,
    /// Which.
    pub object_id: Uuid,
    /// When, in milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub summary: String,
}

/// The first page.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Subscriptions by state.
    pub subscriptions: Vec<StateCount>,
    /// Vehicles by state.
    pub vehicles: Vec<StateCount>,
    /// Subscriptions that need somebody, the longest waiting first.
    pub attention: Vec<Due>,
    /// How many need somebody, at most [`MOST_COUNTED`].
    pub attention_count: i64,
    /// What happens in the next fourteen days.
    pub coming: Vec<Due>,
    /// What changed last.
    pub recent: Vec<Recent>,
}

const SHOWN_SUBSCRIPTION_STATES: [&str; 4] = ["active", "paused", "return_due", "requested"];
const SHOWN_VEHICLE_STATES: [&str; 2] = ["available", "on_subscription"];

/// Reads the first page.
pub async fn read(cx: &Services, _access: &Access<OverviewRead>, today: Date) -> Result<Overview, Error> {
    let mut reading = cx.db.read().await?;
    let mut subscriptions = Vec::new();
    for state in SHOWN_SUBSCRIPTION_STATES {
        let (count,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM subscription WHERE state = $1 LIMIT $2) counted")
            .bind(state).bind(MOST_COUNTED).fetch_one(c).await)?;
        subscriptions.push(StateCount { state: state.to_owned(), count });
    }
    let mut vehicles = Vec::new();
    for state in SHOWN_VEHICLE_STATES {
        let (count,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM vehicle WHERE state = $1 LIMIT $2) counted")
            .bind(state).bind(MOST_COUNTED).fetch_one(c).await)?;
        vehicles.push(StateCount { state: state.to_owned(), count });
    }
    let attention = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, number, customer_name, state, attention_why, next_due_on, updated_at FROM subscription
         WHERE needs_attention
         ORDER BY updated_at, id
         LIMIT 12")
        .fetch_all(c).await)?;
    let (attention_count,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM subscription WHERE needs_attention LIMIT $1) counted")
        .bind(MOST_COUNTED).fetch_one(c).await)?;
    let horizon = today.saturating_add(Span::new().days(14)).to_string();
    let coming = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, number, customer_name, state, attention_why, next_due_on, updated_at FROM subscription
         WHERE next_due_on IS NOT NULL AND next_due_on >= $1 AND next_due_on <= $2
         ORDER BY next_due_on
         LIMIT 12")
        .bind(today.to_string()).bind(&horizon).fetch_all(c).await)?;
    let since = cx.clock.now().plus(-30 * Timestamp::DAY).millis();
    let recent = on!(reading.connection(), c => sqlx::query_as(
        "SELECT object_type, object_id, at, actor, summary FROM timeline_entry
         WHERE at >= $1
         ORDER BY at DESC, id DESC
         LIMIT 10")
        .bind(since).fetch_all(c).await)?;
    Ok(Overview { subscriptions, vehicles, attention, attention_count, coming, recent })
}
