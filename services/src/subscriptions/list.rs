//! The list of subscriptions.

use domain::{
    ids::{CustomerId, SubscriptionId, VehicleId},
    permissions::marker::{SubscriptionsRead, SubscriptionsWrite},
    subscription::State,
    texts::fold,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page},
    search,
};

/// What the list is sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By the customer's name.
    Customer,
    /// By when it was drafted.
    #[default]
    Created,
}

/// Which subscriptions, in what order, from where.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these.
    pub state: Option<State>,
    /// Only those that need somebody.
    pub needs_attention: bool,
    /// Words of names, numbers and plates.
    pub query: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those with this car.
    pub vehicle: Option<VehicleId>,
    /// Only those of this customer.
    pub customer: Option<CustomerId>,
    /// Sort column.
    pub sort: Sort,
    /// Largest first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

/// A row of the list.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// The number people quote.
    pub number: String,
    /// Whose, by id.
    pub customer_id: Uuid,
    /// Its car, by id; nothing without a car.
    pub vehicle_id: Option<Uuid>,
    /// Its plan, by id.
    pub plan_id: Uuid,
    /// Its plan's version, by id.
    pub plan_version_id: Uuid,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// Counts the changes.
    pub version: i64,
    /// Whose.
    pub customer_name: String,
    /// Their address.
    pub customer_email: String,
    /// Where it is.
    pub state: String,
    /// Where its money is.
    pub money_state: String,
    /// The plan's name.
    pub plan_name: String,
    /// The plate of its car; nothing without a car.
    pub plate: Option<String>,
    /// Make and model; nothing without a car.
    pub car: Option<String>,
    /// First day of service.
    pub service_from: Option<String>,
    /// End of service.
    pub service_until: Option<String>,
    /// First billed day.
    pub billing_from: Option<String>,
    /// End of billing.
    pub billing_until: Option<String>,
    /// The planned or running pause.
    pub pause_from: Option<String>,
    /// When it goes on.
    pub pause_until: Option<String>,
    /// Monthly price in minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many open holds block driving.
    pub drive_blocks: i64,
    /// Whether it needs somebody.
    pub needs_attention: bool,
    /// Why.
    pub attention_why: String,
    /// When it was drafted, in milliseconds.
    pub created_at: i64,
}

impl Keyed for Row {
    fn key(&self, sort: &str) -> (Bind, Uuid) {
        let key = match sort {
            "s.created_at" => Bind::Int(self.created_at),
            _ => Bind::Text(self.customer_name.clone()),
        };
        (key, self.id)
    }
}

const SELECT: &str =
    "SELECT s.id, s.number, s.customer_id, s.vehicle_id, p.id AS plan_id, s.plan_version_id, s.updated_at,
       s.version, s.customer_name, c.email AS customer_email, s.state, s.money_state,
       p.name AS plan_name, v.plate, v.make || ' ' || v.model || ' · ' || v.model_year AS car,
       s.service_from, s.service_until, s.billing_from, s.billing_until, s.pause_from, s.pause_until,
       s.price_minor, s.currency, s.drive_blocks, s.needs_attention, s.attention_why, s.created_at
FROM subscription s
JOIN customer c ON c.id = s.customer_id
JOIN plan_version pv ON pv.id = s.plan_version_id
JOIN plan p ON p.id = pv.plan_id
LEFT JOIN vehicle v ON v.id = s.vehicle_id";

/// A page of subscriptions.
pub async fn list(cx: &Services, _access: &Access<SubscriptionsRead>, filter: &Filter) -> Result<Page<Row>, Error> {
    let sort = match filter.sort {
        Sort::Customer => "s.customer_name",
        Sort::Created => "s.created_at",
    };
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, sort, "s.id", direction).limit(filter.limit.unwrap_or(50));
    if let Some(state) = filter.state {
        list = list.filter("s.state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if filter.needs_attention {
        list = list.filter("s.needs_attention", []);
    }
    if let Some(vehicle) = filter.vehicle {
        list = list.filter("s.vehicle_id = ?", [Bind::Id(vehicle.uuid())]);
    }
    if let Some(customer) = filter.customer {
        list = list.filter("s.customer_id = ?", [Bind::Id(customer.uuid())]);
    }
    for [from, until] in filter.query.as_deref().map(search::ranges).unwrap_or_default() {
        list = list.filter(
            "s.id IN (SELECT record_id FROM search_term WHERE kind = 'subscription' AND term >= ? AND term < ?
             UNION
             SELECT x.id FROM search_term t JOIN subscription x ON x.vehicle_id = t.record_id
             WHERE t.kind = 'vehicle' AND t.term >= ? AND t.term < ?
             UNION
             SELECT x.id FROM search_term t JOIN subscription x ON x.customer_id = t.record_id
             WHERE t.kind = 'customer' AND t.term >= ? AND t.term < ?)",
            [from.clone(), until.clone(), from.clone(), until.clone(), from, until],
        );
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(
            "s.id IN (SELECT object_id FROM tag WHERE object_type = 'subscription' AND tag = ?)",
            [Bind::Text(fold(tag))],
        );
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// The newest subscriptions of a customer, at most 50.
pub async fn of_customer(
    cx: &Services,
    access: &Access<SubscriptionsRead>,
    customer: CustomerId,
) -> Result<Vec<Row>, Error> {
    let filter = Filter { customer: Some(customer), is_descending: true, ..Filter::default() };
    Ok(list(cx, access, &filter).await?.rows)
}

/// One subscription as a row of the list, for somebody who may draft: what they drafted they may see.
pub async fn written(cx: &Services, _access: &Access<SubscriptionsWrite>, id: SubscriptionId) -> Result<Row, Error> {
    one(cx, id).await
}

/// One subscription as a row of the list.
pub async fn row(cx: &Services, _access: &Access<SubscriptionsRead>, id: SubscriptionId) -> Result<Row, Error> {
    one(cx, id).await
}

async fn one(cx: &Services, id: SubscriptionId) -> Result<Row, Error> {
    let list = KeysetList::new(SELECT, "s.created_at", "s.id", Direction::Descending)
        .filter("s.id = ?", [Bind::Id(id.uuid())]);
    let mut reading = cx.db.read().await?;
    list.fetch(reading.connection()).await?.rows.pop().ok_or_else(|| {
        Error::not_found("subscription.not_found", "There is no such subscription. The address may be wrong.")
    })
}
