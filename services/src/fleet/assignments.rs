//! Who had the car, who has it, and who will have it.

use domain::{Timestamp, ids::VehicleId, permissions::marker::FleetRead};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Services, access::Access, clock::date_in, db::on};

/// The year 2200: no contract has an end so far away, so an assignment that ends later has none.
const NO_END: i64 = 7_258_118_400_000;

/// The car in a subscription for a time.
#[derive(Clone, Debug, FromRow)]
pub struct Assignment {
    /// The subscription.
    pub subscription_id: Uuid,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub customer_name: String,
    /// Where it stands.
    pub state: String,
    zone: String,
    starts_at: i64,
    ends_at: i64,
}

impl Assignment {
    /// The first day, in the contract's zone.
    pub fn begins_on(&self) -> Date {
        date_in(Timestamp(self.starts_at), &self.zone)
    }

    /// The day it ends, in the contract's zone; nothing while no end is agreed.
    pub fn ends_on(&self) -> Option<Date> {
        (self.ends_at < NO_END).then(|| date_in(Timestamp(self.ends_at), &self.zone))
    }
}

/// The subscriptions a vehicle stands in, newest first, at most 50.
pub async fn assignments(
    cx: &Services,
    _access: &Access<FleetRead>,
    vehicle: VehicleId,
) -> Result<Vec<Assignment>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT a.subscription_id, s.number, s.customer_name, s.state, s.zone, a.starts_at, a.ends_at
         FROM vehicle_assignment a
         JOIN subscription s ON s.id = a.subscription_id
         WHERE a.vehicle_id = $1
         ORDER BY a.starts_at DESC LIMIT 50")
        .bind(vehicle.uuid()).fetch_all(c).await)?)
}
