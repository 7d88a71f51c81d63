//! Customers: who subscribes and who pays.

mod create;
mod edit;
mod find;
mod list;
mod record;

pub use create::create;
pub use edit::edit;
pub use find::{Detail, by_id_or_number, find, written};
pub use list::{Filter, Sort, list};
pub use record::{Customer, form_of};
