//! Finding drivers.

use domain::{
    ids::{CustomerId, DriverId},
    permissions::{Grant, marker::DriversRead},
};

use super::Driver;
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Connection, Direction, KeysetList, Page, on},
};

/// Which drivers, from where; the oldest record first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this customer.
    pub customer: Option<CustomerId>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

const SELECT: &str =
    "SELECT id, customer_id, name, email, born_on_sealed, licence_sealed, licence_country, licence_expires_on,
       licence_checked_on, status, created_at, updated_at, version
FROM driver";

/// A page of drivers.
pub async fn list(cx: &Services, _access: &Access<DriversRead>, filter: &Filter) -> Result<Page<Driver>, Error> {
    let mut list = KeysetList::new(SELECT, "created_at", "id", Direction::Ascending).limit(filter.limit.unwrap_or(50));
    if let Some(customer) = filter.customer {
        list = list.filter("customer_id = ?", [Bind::Id(customer.uuid())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// One driver.
pub async fn load<P: Grant>(cx: &Services, _access: &Access<P>, id: DriverId) -> Result<Driver, Error> {
    of(cx.db.read().await?.connection(), id).await
}

pub(super) async fn of(connection: Connection<'_>, id: DriverId) -> Result<Driver, Error> {
    let row: Option<Driver> = on!(connection, c => sqlx::query_as(
        "SELECT id, customer_id, name, email, born_on_sealed, licence_sealed, licence_country, licence_expires_on,
                licence_checked_on, status, created_at, updated_at, version
         FROM driver WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("driver.not_found", "There is no such driver."))
}
