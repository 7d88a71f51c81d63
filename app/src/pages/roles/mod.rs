//! Roles: the matrix, the form, and the review of what a change would let people do.

mod actions;
mod form;
mod matrix;
#[cfg(feature = "ssr")]
mod proposal;
mod reads;
mod review;

pub use form::{EditRolePage, NewRolePage};
pub use matrix::RolesPage;
pub use review::ReviewRolePage;
