//! The fleet: the cars that subscriptions are about.

mod assignments;
mod create;
mod edit;
mod find;
mod holds;
mod list;
mod plates;
mod record;
mod twins;

pub use assignments::{Assignment, assignments};
pub use create::create;
pub use edit::edit;
pub(crate) use find::exists;
pub use find::{Detail, find, one};
pub use holds::OpenHold;
pub use list::{Filter, Sort, list};
pub use plates::PlatePeriod;
pub use record::{Vehicle, form_of, sort_name};
