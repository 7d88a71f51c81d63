//! Vehicles.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    api_version::ApiVersion,
    forms::vehicle::VehicleForm,
    ids::VehicleId,
    partners::Field,
    permissions::{
        Permission,
        marker::{FleetRead, FleetWrite},
    },
};
use serde::{Deserialize, Serialize};
use services::fleet::{self, Filter, Sort, form_of};
use utoipa::ToSchema;

use super::{cleared, instant, optional, put, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        conditional::{conflict_is_412, must_match, tagged},
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// A car of the fleet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vehicle {
    /// `vehicle`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The vehicle identification number; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    vin: Option<String>,
    /// The plate; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    plate: Option<String>,
    /// Maker.
    make: String,
    /// Model.
    model: String,
    /// Trim; may be empty.
    model_trim: String,
    /// Model year.
    model_year: i64,
    /// What it runs on.
    #[schema(value_type = words::Fuel)]
    fuel: String,
    /// Category on offer; may be empty.
    category: String,
    /// Where it stands; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    location: Option<String>,
    /// Kilometres on the odometer; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    odometer_km: Option<i64>,
    /// Where it is in its life.
    #[schema(value_type = words::VehicleState)]
    state: String,
    /// First registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    registered_on: Option<String>,
    /// Next technical inspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    inspection_due_on: Option<String>,
    /// Next service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    service_due_on: Option<String>,
    /// When the record was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
}

/// A page of vehicles.
#[derive(Debug, Serialize, ToSchema)]
pub struct VehicleList(#[schema(inline)] List<Vehicle>);

/// A new vehicle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVehicle {
    /// The vehicle identification number (ISO 3779).
    #[schema(pattern = "^[6-9A-HJ-NPR-Z][0-9A-HJ-NPR-Z]{16}$")]
    vin: String,
    /// The plate, once it has one.
    #[serde(default)]
    #[schema(max_length = 14, pattern = "^([A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3})?$")]
    plate: String,
    /// Maker.
    #[schema(min_length = 1, max_length = 60, pattern = "^[A-Za-z0-9][A-Za-z0-9 -]*$")]
    make: String,
    /// Model.
    #[schema(min_length = 1, max_length = 80, pattern = "^[A-Za-z0-9][A-Za-z0-9 -]*$")]
    model: String,
    /// Model year.
    #[schema(minimum = 1990, maximum = 2027)]
    model_year: i64,
    /// What it runs on.
    #[schema(value_type = words::Fuel)]
    fuel: String,
    /// Kilometres on the odometer.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000, required = false)]
    odometer_km: i64,
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VehicleChange {
    /// The plate.
    #[schema(nullable = false, max_length = 14)]
    plate: Option<String>,
    /// Where it stands.
    #[schema(nullable = false, max_length = 80)]
    location: Option<String>,
    /// Category on offer.
    #[schema(nullable = false, max_length = 40)]
    category: Option<String>,
    /// Next technical inspection.
    #[schema(nullable = false, format = "date")]
    inspection_due_on: Option<String>,
    /// Next service.
    #[schema(nullable = false, format = "date")]
    service_due_on: Option<String>,
}

/// Which vehicles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    state: Option<String>,
    fuel: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "state",
        description: "Only those in this state.",
        schema: r##"{"$ref":"#/components/schemas/VehicleState"}"##,
    },
    Parameter {
        name: "fuel",
        description: "Only those that run on this.",
        schema: r##"{"$ref":"#/components/schemas/Fuel"}"##,
    },
];

pub(super) fn routes() -> Vec<Route> {
    use Permission::{FleetRead as Read, FleetWrite as Write};
    // What the version before called them; it goes when that version goes.
    let old = |operation: Operation| Operation { retirement: ApiVersion::V2026_09_01.retirement(), ..operation };
    vec![
        Route::new(
            Operation::list::<VehicleList>("listVehicles", "GET /api/v1/vehicles", "List vehicles", Read)
                .tag("Vehicles")
                .query(QUERY),
            list,
        ),
        Route::new(
            Operation::create::<NewVehicle, Vehicle>(
                "createVehicle",
                "POST /api/v1/vehicles",
                "Create a vehicle",
                Write,
            )
            .tag("Vehicles")
            .note("It begins in the state `incoming`.")
            .with_etag(),
            create,
        ),
        Route::new(
            Operation::read::<Vehicle>("getVehicle", "GET /api/v1/vehicles/{id}", "Read a vehicle", Read)
                .tag("Vehicles")
                .with_etag(),
            read,
        ),
        Route::new(
            Operation::write::<VehicleChange, Vehicle>(
                "updateVehicle",
                "PATCH /api/v1/vehicles/{id}",
                "Change a vehicle",
                Write,
            )
            .tag("Vehicles")
            .with_if_match(),
            update,
        ),
        Route::new(
            old(Operation::list::<VehicleList>("listCars", "GET /api/v1/cars", "List vehicles (old address)", Read)
                .tag("Vehicles")
                .query(QUERY)),
            list,
        ),
        Route::new(
            old(Operation::read::<Vehicle>("getCar", "GET /api/v1/cars/{id}", "Read a vehicle (old address)", Read)
                .tag("Vehicles")
                .with_etag()),
            read,
        ),
    ]
}

fn shown(call: &Call, vehicle: &fleet::Vehicle) -> Vehicle {
    let shown = Vehicle {
        object: "vehicle",
        id: vehicle.id.to_string(),
        vin: cleared(call, Field::VehicleVin, &vehicle.vin),
        plate: cleared(call, Field::VehiclePlate, &vehicle.plate),
        make: vehicle.make.clone(),
        model: vehicle.model.clone(),
        model_trim: vehicle.model_trim.clone(),
        model_year: vehicle.model_year,
        fuel: vehicle.fuel.clone(),
        category: vehicle.category.clone(),
        location: cleared(call, Field::VehicleLocation, &vehicle.location),
        odometer_km: call.terms.number(Field::VehicleOdometer, vehicle.odometer_km),
        state: vehicle.state.clone(),
        registered_on: vehicle.registered_on.clone(),
        inspection_due_on: vehicle.inspection_due_on.clone(),
        service_due_on: vehicle.service_due_on.clone(),
        created_at: instant(vehicle.created_at),
        updated_at: instant(vehicle.updated_at),
    };
    let fields = [
        (Field::VehicleVin, shown.vin.is_some()),
        (Field::VehiclePlate, shown.plate.is_some()),
        (Field::VehicleLocation, shown.location.is_some()),
        (Field::VehicleOdometer, shown.odometer_km.is_some()),
    ];
    call.given.note("vehicle", vehicle.id, &fields);
    shown
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<VehicleList>, Problem> {
    let filter = Filter {
        state: optional("state", which.state.as_deref())?,
        fuel: optional("fuel", which.fuel.as_deref())?,
        sort: Sort::Created,
        cursor: which.cursor,
        limit: Some(limit(which.limit)?),
        ..Filter::default()
    };
    let page = fleet::list(&call.cx, &call.access::<FleetRead>()?, &filter).await?;
    Ok(Json(VehicleList(List::of(page, |vehicle| shown(&call, &vehicle)))))
}

async fn one(call: &Call, id: VehicleId) -> Result<fleet::Vehicle, Problem> {
    Ok(match call.actor.authorize::<FleetRead>() {
        Ok(access) => fleet::one(&call.cx, &access, id).await?,
        Err(_) => fleet::one(&call.cx, &call.access::<FleetWrite>()?, id).await?,
    })
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<VehicleId>) -> Result<Response, Problem> {
    let vehicle = one(&call, id).await?;
    Ok(tagged(&call, &headers, vehicle.version, StatusCode::OK, shown(&call, &vehicle)))
}

async fn create(call: Call, headers: HeaderMap, Body(new): Body<NewVehicle>) -> Result<Response, Problem> {
    let form = VehicleForm {
        vin: new.vin,
        plate: new.plate,
        make: new.make,
        model: new.model,
        model_year: new.model_year.to_string(),
        fuel: new.fuel,
        odometer_km: new.odometer_km.to_string(),
        state: "incoming".to_owned(),
        ..VehicleForm::default()
    };
    let id = fleet::create(&call.cx, &call.access::<FleetWrite>()?, &form, call.token).await?;
    let vehicle = one(&call, id).await?;
    Ok(tagged(&call, &headers, vehicle.version, StatusCode::CREATED, shown(&call, &vehicle)))
}

async fn update(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<VehicleId>,
    Body(change): Body<VehicleChange>,
) -> Result<Response, Problem> {
    let access = call.access::<FleetWrite>()?;
    let stored = one(&call, id).await?;
    let version = must_match(&headers, stored.version)?;
    let base = form_of(&stored);
    let mut form = base.clone();
    put(&mut form.plate, change.plate);
    put(&mut form.location, change.location);
    put(&mut form.category, change.category);
    put(&mut form.inspection_due_on, change.inspection_due_on);
    put(&mut form.service_due_on, change.service_due_on);
    fleet::edit(&call.cx, &access, id, version, &base, &form).await.map_err(conflict_is_412)?;
    let vehicle = one(&call, id).await?;
    Ok(tagged(&call, &headers, vehicle.version, StatusCode::OK, shown(&call, &vehicle)))
}
