//! Partners: the list, a record with what may leave for it, its form, and keeping its machines out.

mod actions;
mod acts;
mod form;
mod list;
mod reads;
mod record;

pub use form::{EditPartnerPage, NewPartnerPage};
pub use list::PartnersPage;
pub use record::PartnerPage;
