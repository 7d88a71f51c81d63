//! Partners: whose machines call us, and which fields may leave for them.

mod create;
mod edit;
mod find;
mod list;
mod suspend;

pub use create::{PartnerFields, PartnerForm, create, parse};
pub use edit::{edit, form_of};
pub use find::{Detail, choices, clearance, find};
pub use list::{Filter, Partner, list};
pub use suspend::{resume, suspend};
