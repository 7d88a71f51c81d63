//! Which plate a vehicle had when: a fine names a plate and a day, and comes late.

use domain::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, on},
};

/// A plate and the time it was on the vehicle.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PlatePeriod {
    /// As written on the car.
    pub plate: String,
    /// From this instant, in milliseconds.
    pub since_at: i64,
    /// Until this instant; nothing while it is on the car.
    pub until_at: Option<i64>,
}

/// The plates of a vehicle, newest first, at most 50.
pub(super) async fn of(connection: Connection<'_>, vehicle: Uuid) -> Result<Vec<PlatePeriod>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT plate, since_at, until_at FROM plate_history WHERE vehicle_id = $1 ORDER BY since_at DESC LIMIT 50")
        .bind(vehicle).fetch_all(c).await)?)
}

/// Puts another plate on the vehicle; an empty one takes the old one off.
pub(super) async fn change(
    mut connection: Connection<'_>,
    vehicle: Uuid,
    plate: &str,
    now: Timestamp,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query(
        "UPDATE plate_history SET until_at = $2 WHERE vehicle_id = $1 AND until_at IS NULL")
        .bind(vehicle).bind(now.millis()).execute(c).await.map(|_| ()))?;
    if plate.is_empty() {
        return Ok(());
    }
    // A plate that was put on in this very millisecond was never driven with, and makes room.
    on!(connection, c => sqlx::query(
        "INSERT INTO plate_history (vehicle_id, plate, since_at) VALUES ($1, $2, $3)
         ON CONFLICT (vehicle_id, since_at) DO UPDATE SET plate = excluded.plate, until_at = NULL")
        .bind(vehicle).bind(plate).bind(now.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Writes the plate on the car in another way (a dash for a space): the same plate, so no new period.
pub(super) async fn respell(connection: Connection<'_>, vehicle: Uuid, plate: &str) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE plate_history SET plate = $2 WHERE vehicle_id = $1 AND until_at IS NULL")
        .bind(vehicle).bind(plate).execute(c).await.map(|_| ()))?;
    Ok(())
}
