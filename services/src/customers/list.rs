//! The list of customers.

use domain::{customers::CustomerStatus, permissions::marker::CustomersRead, texts::fold};

use super::Customer;
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, KeysetList, Page},
    search,
};

/// What the list is sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By when the record was made.
    Created,
}

/// Which customers, in what order, from where.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these.
    pub status: Option<CustomerStatus>,
    /// Words of names, e-mail addresses, numbers, and of the plates of cars they have.
    pub query: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Sort column.
    pub sort: Sort,
    /// Largest first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

const SELECT: &str =
    "SELECT id, number, external_key, kind, name, sort_name, email, phone, street, postal_code, city, country,
            zone, currency, status, created_at, created_by, updated_at, updated_by, version
FROM customer";

/// A page of customers.
pub async fn list(cx: &Services, _access: &Access<CustomersRead>, filter: &Filter) -> Result<Page<Customer>, Error> {
    let sort = match filter.sort {
        Sort::Name => "sort_name",
        Sort::Created => "created_at",
    };
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, sort, "id", direction).limit(filter.limit.unwrap_or(50));
    if let Some(status) = filter.status {
        list = list.filter("status = ?", [Bind::Text(status.as_str().to_owned())]);
    }
    for [from, until] in filter.query.as_deref().map(search::ranges).unwrap_or_default() {
        list = list.filter(
            "id IN (SELECT record_id FROM search_term WHERE kind = 'customer' AND term >= ? AND term < ?
             UNION
             SELECT s.customer_id FROM search_term t JOIN subscription s ON s.vehicle_id = t.record_id
             WHERE t.kind = 'vehicle' AND t.term >= ? AND t.term < ?)",
            [from.clone(), until.clone(), from, until],
        );
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(
            "id IN (SELECT object_id FROM tag WHERE object_type = 'customer' AND tag = ?)",
            [Bind::Text(fold(tag))],
        );
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
