//! The form by which a vehicle is created and changed.

use jiff::civil::Date;

use super::{FieldError, FormErrors};
use crate::{
    fleet::{Fuel, Plate, VehicleState, Vin},
    form,
    texts::optional,
};

form! {
    /// A vehicle as typed.
    pub struct VehicleForm {
        vin: "VIN",
        plate: "Plate",
        make: "Make",
        model: "Model",
        model_trim: "Trim",
        model_year: "Model year",
        fuel: "Fuel",
        category: "Category",
        location: "Location",
        odometer_km: "Odometer",
        state: "State",
        registered_on: "Registered on",
        inspection_due_on: "Inspection due",
        service_due_on: "Service due",
    }
}

/// A vehicle as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleFields {
    /// The vehicle identification number.
    pub vin: Vin,
    /// The plate, once registered.
    pub plate: Option<Plate>,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Trim; may be empty.
    pub model_trim: String,
    /// Model year.
    pub model_year: i64,
    /// What it runs on.
    pub fuel: Fuel,
    /// Category on offer; may be empty.
    pub category: String,
    /// Where it stands; may be empty.
    pub location: String,
    /// Kilometres on the odometer.
    pub odometer_km: i64,
    /// Where it is in its life.
    pub state: VehicleState,
    /// First registration.
    pub registered_on: Option<Date>,
    /// Next technical inspection.
    pub inspection_due_on: Option<Date>,
    /// Next service.
    pub service_due_on: Option<Date>,
}

impl VehicleForm {
    /// Parses every field, and says everything that is wrong at once.
    pub fn parse(&self) -> Result<VehicleFields, Vec<FieldError>> {
        let mut errors = FormErrors::default();
        let vin = errors.parse("vin", self.vin.parse());
        let plate = errors.parse("plate", optional(&self.plate));
        let make = errors.required_line("make", &self.make, 60);
        let model = errors.required_line("model", &self.model, 80);
        let model_trim = errors.line("model_trim", &self.model_trim, 80);
        let model_year = errors.number("model_year", &self.model_year, 1950, 2100);
        let fuel = errors.parse("fuel", self.fuel.parse());
        let category = errors.line("category", &self.category, 60);
        let location = errors.line("location", &self.location, 80);
        let odometer_km = errors.number("odometer_km", &self.odometer_km, 0, 3_000_000);
        let state = errors.parse("state", self.state.parse());
        let registered_on = errors.date("registered_on", &self.registered_on);
        let inspection_due_on = errors.date("inspection_due_on", &self.inspection_due_on);
        let service_due_on = errors.date("service_due_on", &self.service_due_on);
        let parsed = (|| {
            Some(VehicleFields {
                vin: vin?,
                plate: plate?,
                make: make?,
                model: model?,
                model_trim: model_trim?,
                model_year: model_year?,
                fuel: fuel?,
                category: category?,
                location: location?,
                odometer_km: odometer_km?,
                state: state?,
                registered_on: registered_on?,
                inspection_due_on: inspection_due_on?,
                service_due_on: service_due_on?,
            })
        })();
        parsed.ok_or_else(|| errors.into_fields())
    }
}
