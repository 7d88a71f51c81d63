//! One subscription with what stands around it.

use domain::{
    ids::SubscriptionId,
    permissions::marker::SubscriptionsRead,
    subscription::{Context, Subscription},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::record;
use crate::{
    Error, Services,
    access::Access,
    clock::date_in,
    db::{Page, on},
    notes::{self, Note},
    tags,
    timeline::{self, Subject},
};

/// A hold, open or released, as the page lists it.
#[derive(Clone, Debug, FromRow)]
pub struct HoldRow {
    /// Which.
    pub id: Uuid,
    /// Why: the kind's word.
    pub kind: String,
    /// On what: the scope's word.
    pub scope: String,
    /// Whether it stops driving.
    pub blocks_driving: bool,
    /// Whether it stops changes.
    pub blocks_changes: bool,
    /// Whether it stops billing.
    pub blocks_billing: bool,
    /// Why, in words.
    pub reason: String,
    /// When somebody should look at it again.
    pub review_on: Option<String>,
    /// Since when, in milliseconds.
    pub placed_at: i64,
    /// By whom.
    pub placed_by: String,
}

/// A subscription's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The subscription as the rules see it.
    pub subscription: Subscription,
    /// The facts of the moment.
    pub context: Context,
    /// The number people quote.
    pub number: String,
    /// Whose.
    pub customer: (Uuid, String),
    /// Its plan: id, name and version.
    pub plan: (Uuid, String, i64),
    /// Why it needs somebody; nothing when it doesn't.
    pub attention: Option<String>,
    /// When it was drafted, in milliseconds, and by whom.
    pub created: (i64, String),
    /// When it was last changed, in milliseconds, and by whom.
    pub updated: (i64, String),
    /// Open holds on it, its customer or its car.
    pub holds: Vec<HoldRow>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its notes, newest first.
    pub notes: Vec<Note>,
    /// What happened, newest first.
    pub timeline: Page<timeline::Entry>,
}

/// Finds one subscription; `cursor` pages its timeline.
pub async fn find(
    cx: &Services,
    _access: &Access<SubscriptionsRead>,
    id: SubscriptionId,
    cursor: Option<&str>,
) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let row = record::stored(reading.connection(), id.uuid()).await?;
    let subscription = record::subscription(reading.connection(), &row).await?;
    let today = date_in(cx.clock.now(), &row.zone);
    let context = record::context(reading.connection(), &row, today, today, None).await?;
    let holds = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, kind, scope, blocks_driving, blocks_changes, blocks_billing, reason, review_on, placed_at, placed_by
         FROM hold
         WHERE released_at IS NULL
           AND id IN (SELECT id FROM hold WHERE subscription_id = $1
                      UNION SELECT id FROM hold WHERE customer_id = $2
                      UNION SELECT id FROM hold WHERE vehicle_id = $3)
         ORDER BY placed_at, id")
        .bind(row.id).bind(row.customer_id).bind(row.vehicle_id).fetch_all(c).await)?;
    Ok(Detail {
        subscription,
        context,
        holds,
        tags: tags::of(reading.connection(), Subject::Subscription, id.uuid()).await?,
        notes: notes::of(reading.connection(), Subject::Subscription, id.uuid()).await?,
        timeline: timeline::page(reading.connection(), Subject::Subscription, id.uuid(), cursor, 20).await?,
        number: row.number,
        customer: (row.customer_id, row.customer_name),
        plan: (row.plan_id, row.plan_name, row.plan_number),
        attention: row.needs_attention.then_some(row.attention_why),
        created: (row.created_at, row.created_by),
        updated: (row.updated_at, row.updated_by),
    })
}
