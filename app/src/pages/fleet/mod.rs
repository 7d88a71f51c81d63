//! The fleet: the list of vehicles, one of them, its form.

mod actions;
mod detail;
mod form;
mod list;
mod reads;
#[cfg(feature = "ssr")]
mod states;

pub use detail::VehiclePage;
pub use form::{EditVehiclePage, NewVehiclePage};
pub use list::FleetPage;
