//! Limits of machines: which there are, who is close to one, and the form that changes them.

mod actions;
mod delete;
mod form;
mod list;
mod reads;
#[cfg(feature = "ssr")]
mod words;

pub use form::{LimitPage, NewLimitPage};
pub use list::LimitsPage;
