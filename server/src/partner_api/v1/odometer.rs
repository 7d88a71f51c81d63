//! Odometer readings.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    Timestamp,
    ids::VehicleId,
    partners::Field,
    permissions::{
        Permission,
        marker::{FleetRead, OdometerWrite},
    },
};
use serde::{Deserialize, Serialize};
use services::odometer::{self, NewReading, Reading};
use utoipa::ToSchema;

use super::instant;
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        operation::{Operation, Route},
        page::{List, limit},
    },
};

/// What a car showed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OdometerReading {
    /// `odometer_reading`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Of which car.
    #[schema(format = "uuid")]
    vehicle_id: String,
    /// When the car showed it.
    #[schema(format = "date-time")]
    read_at: String,
    /// What it showed, in kilometres; only for whoever is cleared for it, or has just told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    km: Option<i64>,
    /// Who says so.
    source: String,
    /// When we were told.
    #[schema(format = "date-time")]
    recorded_at: String,
}

/// A page of readings.
#[derive(Debug, Serialize, ToSchema)]
pub struct OdometerReadingList(#[schema(inline)] List<OdometerReading>);

/// A new reading.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOdometerReading {
    /// When the car showed it.
    #[schema(format = "date-time")]
    read_at: String,
    /// What it showed, in kilometres.
    #[schema(minimum = 0, maximum = 3_000_000)]
    km: i64,
    /// Who says so.
    #[serde(default = "partner")]
    #[schema(required = false, min_length = 1, max_length = 40, pattern = "^[a-z0-9_]+$")]
    source: String,
}

fn partner() -> String {
    "partner".to_owned()
}

/// Which readings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Operation::list::<OdometerReadingList>(
                "listOdometerReadings",
                "GET /api/v1/vehicles/{id}/odometer-readings",
                "List a vehicle's readings",
                Permission::FleetRead,
            )
            .tag("Odometer readings"),
            list,
        ),
        Route::new(
            Operation::create::<NewOdometerReading, OdometerReading>(
                "createOdometerReading",
                "POST /api/v1/vehicles/{id}/odometer-readings",
                "Record a reading",
                Permission::OdometerWrite,
            )
            .tag("Odometer readings")
            .note("Kilometres never go back: a reading below an earlier one, or above a later one, is a conflict."),
            create,
        ),
    ]
}

fn shown(reading: Reading, km: Option<i64>) -> OdometerReading {
    OdometerReading {
        object: "odometer_reading",
        id: reading.id.to_string(),
        vehicle_id: reading.vehicle_id.to_string(),
        read_at: instant(reading.read_at),
        km,
        source: reading.source,
        recorded_at: instant(reading.recorded_at),
    }
}

async fn list(
    call: Call,
    Id(id): Id<VehicleId>,
    Query(which): Query<Which>,
) -> Result<Json<OdometerReadingList>, Problem> {
    let rows = limit(which.limit)?;
    let page = odometer::list(&call.cx, &call.access::<FleetRead>()?, id, which.cursor.as_deref(), rows).await?;
    let is_told = page.rows.iter().any(|reading| call.terms.number(Field::VehicleOdometer, reading.km).is_some());
    call.given.note("vehicle", id.uuid(), &[(Field::VehicleOdometer, is_told)]);
    Ok(Json(OdometerReadingList(List::of(page, |reading| {
        let km = call.terms.number(Field::VehicleOdometer, reading.km);
        shown(reading, km)
    }))))
}

async fn create(
    call: Call,
    Id(vehicle): Id<VehicleId>,
    Body(new): Body<NewOdometerReading>,
) -> Result<Response, Problem> {
    let read_at: jiff::Timestamp = new
        .read_at
        .parse()
        .map_err(|_| services::Error::invalid_field("read_at", "Give an instant like 2026-07-03T14:05:00Z."))?;
    let source = new.source;
    if source.is_empty() || source.len() > 40 || source.chars().any(char::is_control) {
        return Err(services::Error::invalid_field("source", "Say in 1 to 40 characters who read it.").into());
    }
    let reading = NewReading { vehicle, read_at: Timestamp(read_at.as_millisecond()), km: new.km, source };
    let reading = odometer::record(&call.cx, &call.access::<OdometerWrite>()?, &reading).await?;
    let km = reading.km;
    Ok((StatusCode::CREATED, Json(shown(reading, Some(km)))).into_response())
}
