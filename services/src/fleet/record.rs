//! A vehicle as stored, and as a form.

use domain::{
    fleet::{Fuel, VehicleState},
    forms::vehicle::{VehicleFields, VehicleForm},
    texts::fold,
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Bind, Connection, Keyed, on},
    search,
};

/// A vehicle as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Vehicle {
    /// Its id.
    pub id: Uuid,
    /// The vehicle identification number.
    pub vin: String,
    /// The plate as written on the car; empty while it has none.
    pub plate: String,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Make, model and plate as sorted.
    pub sort_name: String,
    /// Trim; may be empty.
    pub model_trim: String,
    /// Model year.
    pub model_year: i64,
    /// What it runs on.
    pub fuel: String,
    /// Category on offer; may be empty.
    pub category: String,
    /// Where it stands; may be empty.
    pub location: String,
    /// Kilometres on the odometer.
    pub odometer_km: i64,
    /// Where it is in its life.
    pub state: String,
    /// First registration, as a civil date.
    pub registered_on: Option<String>,
    /// Next technical inspection, as a civil date.
    pub inspection_due_on: Option<String>,
    /// Next service, as a civil date.
    pub service_due_on: Option<String>,
    /// When the record was made, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Vehicle {
    /// The state; what the database's own check admits always parses.
    pub fn state(&self) -> VehicleState {
        self.state.parse().unwrap_or(VehicleState::Defleeted)
    }

    /// What it runs on; what the database's own check admits always parses.
    pub fn fuel(&self) -> Fuel {
        self.fuel.parse().unwrap_or(Fuel::Petrol)
    }

    /// Make and model.
    pub fn model_name(&self) -> String {
        format!("{} {}", self.make, self.model)
    }

    /// What people call this one car: its plate, or its VIN while it has none.
    pub fn title(&self) -> &str {
        if self.plate.is_empty() { &self.vin } else { &self.plate }
    }
}

impl Keyed for Vehicle {
    fn key(&self, sort: &str) -> (Bind, Uuid) {
        let key = match sort {
            "created_at" => Bind::Int(self.created_at),
            _ => Bind::Text(self.sort_name.clone()),
        };
        (key, self.id)
    }
}

/// What a vehicle is sorted by.
pub fn sort_name(make: &str, model: &str, plate: &str) -> String {
    fold(&format!("{make} {model} {plate}"))
}

/// A vehicle as its form shows it.
pub fn form_of(vehicle: &Vehicle) -> VehicleForm {
    VehicleForm {
        vin: vehicle.vin.clone(),
        plate: vehicle.plate.clone(),
        make: vehicle.make.clone(),
        model: vehicle.model.clone(),
        model_trim: vehicle.model_trim.clone(),
        model_year: vehicle.model_year.to_string(),
        fuel: vehicle.fuel.clone(),
        category: vehicle.category.clone(),
        location: vehicle.location.clone(),
        odometer_km: vehicle.odometer_km.to_string(),
        state: vehicle.state.clone(),
        registered_on: vehicle.registered_on.clone().unwrap_or_default(),
        inspection_due_on: vehicle.inspection_due_on.clone().unwrap_or_default(),
        service_due_on: vehicle.service_due_on.clone().unwrap_or_default(),
    }
}

/// What was typed, as it will be stored: so that a plate in small letters is no change.
pub(super) fn normalized(fields: &VehicleFields) -> VehicleForm {
    VehicleForm {
        vin: fields.vin.to_string(),
        plate: plate_text(fields),
        make: fields.make.clone(),
        model: fields.model.clone(),
        model_trim: fields.model_trim.clone(),
        model_year: fields.model_year.to_string(),
        fuel: fields.fuel.to_string(),
        category: fields.category.clone(),
        location: fields.location.clone(),
        odometer_km: fields.odometer_km.to_string(),
        state: fields.state.to_string(),
        registered_on: date_text(fields.registered_on).unwrap_or_default(),
        inspection_due_on: date_text(fields.inspection_due_on).unwrap_or_default(),
        service_due_on: date_text(fields.service_due_on).unwrap_or_default(),
    }
}

/// The plate, or nothing.
pub(super) fn plate_text(fields: &VehicleFields) -> String {
    fields.plate.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// What makes two plates the same, or nothing.
pub(super) fn plate_key(fields: &VehicleFields) -> String {
    fields.plate.as_ref().map(domain::fleet::Plate::key).unwrap_or_default()
}

/// A civil date as stored.
pub(super) fn date_text(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// Keeps the words by which the vehicle is found.
pub(super) async fn index(connection: Connection<'_>, id: Uuid, fields: &VehicleFields) -> Result<(), Error> {
    let (plate, name) = (plate_text(fields), format!("{} {}", fields.make, fields.model));
    // The model stands alone too, so that "model 3" is found without its maker.
    let texts = [plate.as_str(), fields.vin.as_str(), name.as_str(), fields.model.as_str(), fields.model_trim.as_str()];
    search::replace(connection, search::Kind::Vehicle, id, &texts).await
}

/// Loads one vehicle.
pub(crate) async fn load(connection: Connection<'_>, id: Uuid) -> Result<Vehicle, Error> {
    let row: Option<Vehicle> = on!(connection, c => sqlx::query_as(
        "SELECT id, vin, plate, make, model, sort_name, model_trim, model_year, fuel, category, location, odometer_km,
                state, registered_on, inspection_due_on, service_due_on, created_at, created_by, updated_at,
                updated_by, version
         FROM vehicle
         WHERE id = $1")
        .bind(id).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("vehicle.not_found", "There is no such vehicle. The address may be wrong."))
}
