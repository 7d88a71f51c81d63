//! The ledger, read: what left for whom, about whom.

use domain::{
    Timestamp,
    ids::{CustomerId, PartnerId},
    partners::Via,
    permissions::marker::DisclosuresRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::names;
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page},
};

domain::text_enum! {
    /// A kind of record that something can leave about.
    pub enum Subject {
        /// A customer.
        Customer = "customer", "Customer";
        /// A driver.
        Driver = "driver", "Driver";
        /// A car.
        Vehicle = "vehicle", "Vehicle";
        /// A subscription.
        Subscription = "subscription", "Subscription";
    }
}

/// Which rows, from where. The latest come first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what left for this partner.
    pub partner: Option<PartnerId>,
    /// Only what left about this customer, their drivers and their subscriptions.
    pub customer: Option<CustomerId>,
    /// Only what left about records of this kind.
    pub subject: Option<Subject>,
    /// Only what left about this record.
    pub record: Option<Uuid>,
    /// Only by this way.
    pub via: Option<Via>,
    /// Only what left at this instant or later.
    pub since: Option<Timestamp>,
    /// Only rows in which something was withheld.
    pub is_withheld: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A row of the ledger: a day of the same fields of one record for one partner.
#[derive(Clone, Debug, FromRow)]
pub struct Disclosure {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub partner_id: Uuid,
    /// Their name.
    pub partner_name: String,
    via: String,
    /// The kind of record.
    pub subject_type: String,
    /// Which record.
    pub subject_id: Uuid,
    fields: String,
    withheld: String,
    /// How often that day.
    pub calls: i64,
    /// When first that day, in milliseconds.
    pub first_at: i64,
    /// When last that day, in milliseconds.
    pub last_at: i64,
}

impl Disclosure {
    /// By which way; what the database's own check admits always parses.
    pub fn via(&self) -> Via {
        self.via.parse().unwrap_or(Via::Api)
    }

    /// The fields that left.
    pub fn fields(&self) -> Vec<String> {
        names(&self.fields)
    }

    /// The fields that did not, though they were asked for.
    pub fn withheld(&self) -> Vec<String> {
        names(&self.withheld)
    }
}

impl Keyed for Disclosure {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.last_at), self.id)
    }
}

const SELECT: &str = "SELECT d.id, d.partner_id, p.name AS partner_name, d.via, d.subject_type, d.subject_id, d.fields,
       d.withheld, d.calls, d.first_at, d.last_at
FROM disclosure d
JOIN partner p ON p.id = d.partner_id";

/// A page of the ledger.
pub async fn list(
    cx: &Services,
    _access: &Access<DisclosuresRead>,
    filter: &Filter,
) -> Result<Page<Disclosure>, Error> {
    let mut list = KeysetList::new(SELECT, "d.last_at", "d.id", Direction::Descending);
    if let Some(partner) = filter.partner {
        list = list.filter("d.partner_id = ?", [Bind::Id(partner.uuid())]);
    }
    if let Some(customer) = filter.customer {
        let id = Bind::Id(customer.uuid());
        list = list.filter(
            "d.subject_id IN (SELECT id FROM customer WHERE id = ?
                              UNION ALL SELECT id FROM driver WHERE customer_id = ?
                              UNION ALL SELECT id FROM subscription WHERE customer_id = ?)",
            [id.clone(), id.clone(), id],
        );
    }
    if let Some(record) = filter.record {
        list = list.filter("d.subject_id = ?", [Bind::Id(record)]);
    }
    if let Some(subject) = filter.subject {
        list = list.filter("d.subject_type = ?", [Bind::Text(subject.as_str().to_owned())]);
    }
    if let Some(via) = filter.via {
        list = list.filter("d.via = ?", [Bind::Text(via.as_str().to_owned())]);
    }
    if let Some(since) = filter.since {
        list = list.filter("d.last_at >= ?", [Bind::Int(since.millis())]);
    }
    if filter.is_withheld {
        list = list.filter("d.withheld <> ''", []);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
