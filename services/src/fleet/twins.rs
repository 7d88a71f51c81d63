//! A VIN and a plate belong to one vehicle: who has them already.

use domain::forms::{FieldError, vehicle::VehicleFields};
use uuid::Uuid;

use super::record::plate_key;
use crate::{
    Error,
    db::{Connection, dialect::is_violation, on},
};

/// What is wrong with VIN and plate because another vehicle has them, each with that vehicle's name.
pub(super) async fn find(
    mut connection: Connection<'_>,
    id: Uuid,
    fields: &VehicleFields,
) -> Result<Vec<FieldError>, Error> {
    let mut errors = Vec::new();
    let same_vin: Option<(String, String, String)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT plate, make, model FROM vehicle WHERE vin = $1 AND id <> $2")
        .bind(fields.vin.as_str()).bind(id).fetch_optional(c).await)?;
    if let Some((plate, make, model)) = same_vin {
        let plate = if plate.is_empty() { "without a plate" } else { &plate };
        errors.push(FieldError::new(
            "vin",
            format!("This VIN belongs to the {make} {model}, {plate}. Compare it with the vehicle’s papers."),
        ));
    }
    let key = plate_key(fields);
    if !key.is_empty() {
        let same_plate: Option<(String, String, String)> = on!(connection, c => sqlx::query_as(
            "SELECT vin, make, model FROM vehicle WHERE plate_key = $1 AND plate_key <> '' AND id <> $2")
            .bind(&key).bind(id).fetch_optional(c).await)?;
        if let Some((vin, make, model)) = same_plate {
            errors.push(FieldError::new(
                "plate",
                format!("This plate is on the {make} {model} with the VIN {vin}. Take it off that vehicle first."),
            ));
        }
    }
    Ok(errors)
}

/// The same in fewer words, for the moment in which another vehicle took them between our reading and our writing.
pub(super) fn refused(error: sqlx::Error) -> Error {
    if is_violation(&error, "vehicle_vin_key", "vehicle.vin") {
        Error::invalid_field("vin", "Another vehicle has this VIN. Compare it with the vehicle’s papers.")
    } else if is_violation(&error, "vehicle_by_plate", "vehicle.plate_key") {
        Error::invalid_field("plate", "Another vehicle has this plate. Take it off that vehicle first.")
    } else {
        error.into()
    }
}
