//! Drivers: who may drive for a customer. Dates of birth and licence numbers are sealed in the database.

mod find;
mod record;
mod save;

pub use find::{Filter, list, load};
pub use record::{Driver, DriverFields, DriverForm, DriverStatus, Papers, form_of, parse};
pub use save::{create, edit};
