//! Odometer readings: what a car showed, when, and who says so.

use domain::{
    Timestamp,
    ids::{ReadingId, VehicleId},
    permissions::marker::{FleetRead, OdometerWrite},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, dialect, on},
    timeline::{self, Change, NewEntry, Subject},
};

/// The most that a car can show, in kilometres.
pub const MOST_KM: i64 = 3_000_000;
/// Clocks of cars may run ahead so far; milliseconds.
const AHEAD: i64 = 10 * Timestamp::MINUTE;

/// A reading as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Reading {
    /// Its id.
    pub id: Uuid,
    /// Of which car.
    pub vehicle_id: Uuid,
    /// When the car showed it, in milliseconds.
    pub read_at: i64,
    /// What it showed, in kilometres.
    pub km: i64,
    /// Who says so, in their own words: `obd`, `workshop`, `driver` …
    pub source: String,
    /// When we were told, in milliseconds.
    pub recorded_at: i64,
}

impl Keyed for Reading {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.read_at), self.id)
    }
}

/// A new reading.
#[derive(Clone, Debug)]
pub struct NewReading {
    /// Of which car.
    pub vehicle: VehicleId,
    /// When the car showed it.
    pub read_at: Timestamp,
    /// What it showed, in kilometres.
    pub km: i64,
    /// Who says so.
    pub source: String,
}

/// Readings of a car, the latest first.
pub async fn list(
    cx: &Services,
    _access: &Access<FleetRead>,
    vehicle: VehicleId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Reading>, Error> {
    let mut reading = cx.db.read().await?;
    crate::fleet::exists(reading.connection(), vehicle).await?;
    KeysetList::new(
        "SELECT id, vehicle_id, read_at, km, source, recorded_at FROM odometer_reading",
        "read_at",
        "id",
        Direction::Descending,
    )
    .filter("vehicle_id = ?", [Bind::Id(vehicle.uuid())])
    .from_cursor(cursor)?
    .limit(limit)
    .fetch(reading.connection())
    .await
}

async fn load(connection: Connection<'_>, id: ReadingId) -> Result<Reading, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, vehicle_id, read_at, km, source, recorded_at FROM odometer_reading WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?)
}

/// Records a reading. A car's kilometres never go back: a reading below an earlier one, or above a later one, is refused.
pub async fn record(cx: &Services, access: &Access<OdometerWrite>, new: &NewReading) -> Result<Reading, Error> {
    let now = cx.clock.now();
    let actor = access.actor();
    if !(0..=MOST_KM).contains(&new.km) {
        return Err(Error::invalid_field("km", format!("Give kilometres from 0 to {MOST_KM}.")));
    }
    if new.read_at > now.plus(AHEAD) {
        return Err(Error::invalid_field(
            "read_at",
            "This lies in the future. Give the time at which the car showed it.",
        ));
    }
    let mut uow = cx.db.begin().await?;
    dialect::lock_row(uow.connection(), dialect::LockedTable::Vehicle, new.vehicle.uuid()).await?;
    let vehicle = crate::fleet::exists(uow.connection(), new.vehicle).await?;
    let (before, after): (Option<i64>, Option<i64>) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT (SELECT MAX(km) FROM odometer_reading WHERE vehicle_id = $1 AND read_at < $2),
                (SELECT MIN(km) FROM odometer_reading WHERE vehicle_id = $1 AND read_at > $2)")
        .bind(new.vehicle.uuid()).bind(new.read_at.millis()).fetch_one(c).await)?;
    if before.is_some_and(|before| new.km < before) || after.is_some_and(|after| new.km > after) {
        return Err(Error::refused(
            "odometer.goes_back",
            "Kilometres never go back: an earlier reading is higher, or a later one lower. Check the car and the time.",
        ));
    }
    let id = ReadingId::new();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO odometer_reading (id, vehicle_id, read_at, km, source, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id.uuid()).bind(new.vehicle.uuid()).bind(new.read_at.millis()).bind(new.km).bind(&new.source)
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(|error| {
        if dialect::is_violation(&error, "odometer_reading_vehicle_id_read_at_key", "odometer_reading.vehicle_id") {
            Error::refused("odometer.twin", "There is a reading of this car at this very time already.")
        } else {
            error.into()
        }
    })?;
    let entry = audit::Entry::new("odometer.recorded").target("vehicle", new.vehicle).change(
        "odometer_km",
        vehicle.odometer_km,
        new.km.max(vehicle.odometer_km),
    );
    if new.km > vehicle.odometer_km {
        on!(uow.connection(), c => sqlx::query("UPDATE vehicle SET odometer_km = $2 WHERE id = $1")
            .bind(new.vehicle.uuid()).bind(new.km).execute(c).await.map(|_| ()))?;
        let changes = Change::of("Odometer", &format!("{} km", vehicle.odometer_km), &format!("{} km", new.km));
        timeline::write(
            uow.connection(),
            now,
            actor,
            NewEntry {
                subject: Subject::Vehicle,
                id: new.vehicle.uuid(),
                action: "odometer.recorded",
                summary: "Recorded the odometer".to_owned(),
                reason: String::new(),
                changes: changes.into_iter().collect(),
                event: entry.id(),
            },
        )
        .await?;
    }
    let reading = load(uow.connection(), id).await?;
    uow.commit(cx, actor, entry).await?;
    Ok(reading)
}
