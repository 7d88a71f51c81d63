//! API keys and OAuth clients: issued, watched, rotated, revoked.

mod actions;
mod acts;
mod boxes;
mod detail;
mod form;
#[cfg(feature = "ssr")]
mod lines;
mod list;
mod oversight;
mod panels;
mod reads;
pub mod tabs;
#[cfg(feature = "ssr")]
mod words;

pub use detail::KeyPage;
pub use form::{EditKeyPage, NewKeyPage};
pub use list::KeysPage;
pub use oversight::{ApprovalsPage, HygienePage, LeaksPage, RevokeManyPage};
