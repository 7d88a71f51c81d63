//! What a decision needs to know beyond the subscription itself.

use jiff::civil::Date;

use crate::{customers::CustomerStatus, plans::PlanStatus};

/// The facts of the moment. They are part of a preview: when one changes, the preview is void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The civil day in the contract's zone.
    pub today: Date,
    /// Where the version of the plan stands.
    pub plan: PlanStatus,
    /// Where the relation with the customer stands.
    pub customer: CustomerStatus,
    /// The car of the subscription, if it has one.
    pub car: Option<Car>,
    /// The car that a swap names.
    pub next_car: Option<Car>,
}

/// What is known about the car of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Car {
    /// How people call it: its plate, or make and model while it has none.
    pub label: String,
    /// The last trusted reading of its odometer in kilometres.
    pub odometer_km: i64,
    /// Whether nobody else has it, or was promised it, in the time that the command needs.
    pub is_free: bool,
}

impl Context {
    /// How to call the car in a sentence.
    pub(super) fn car_label(&self) -> &str {
        self.car.as_ref().map_or("The car", |car| car.label.as_str())
    }
}
