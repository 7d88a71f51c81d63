//! One vehicle with what stands around the record.

use domain::{
    ids::VehicleId,
    permissions::{Grant, marker::FleetRead},
};

use super::{OpenHold, PlatePeriod, Vehicle, holds, plates, record};
use crate::{
    Error, Services,
    access::Access,
    db::Page,
    notes::{self, Note},
    tags,
    timeline::{self, Subject},
};

/// A vehicle's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The record.
    pub vehicle: Vehicle,
    /// Its plates, newest first.
    pub plates: Vec<PlatePeriod>,
    /// What keeps it from being driven or changed, newest first.
    pub holds: Vec<OpenHold>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its notes, newest first.
    pub notes: Vec<Note>,
    /// What happened, newest first.
    pub timeline: Page<timeline::Entry>,
}

/// Finds one vehicle; `cursor` pages its timeline.
pub async fn find(
    cx: &Services,
    _access: &Access<FleetRead>,
    id: VehicleId,
    cursor: Option<&str>,
) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let vehicle = record::load(reading.connection(), id.uuid()).await?;
    Ok(Detail {
        vehicle,
        plates: plates::of(reading.connection(), id.uuid()).await?,
        holds: holds::of(reading.connection(), id.uuid()).await?,
        tags: tags::of(reading.connection(), Subject::Vehicle, id.uuid()).await?,
        notes: notes::of(reading.connection(), Subject::Vehicle, id.uuid()).await?,
        timeline: timeline::page(reading.connection(), Subject::Vehicle, id.uuid(), cursor, 20).await?,
    })
}

/// The vehicle, when there is one: for what stands beside its record.
pub(crate) async fn exists(connection: crate::db::Connection<'_>, id: VehicleId) -> Result<Vehicle, Error> {
    record::load(connection, id.uuid()).await
}

/// The record of a vehicle alone.
pub async fn one<P: Grant>(cx: &Services, _access: &Access<P>, id: VehicleId) -> Result<Vehicle, Error> {
    exists(cx.db.read().await?.connection(), id).await
}
