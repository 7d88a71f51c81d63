//! The reference of the partner API: every operation, drawn from its OpenAPI document, and a call to try with a test key.

mod actions;
mod document;
mod list;
mod operation;
mod reads;
mod tried;

pub use list::ReferencePage;
