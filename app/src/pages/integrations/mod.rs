//! Integrations: their record, their calls, and what can be done to them.

mod actions;
mod acts;
mod answer;
mod calls;
mod form;
mod log;
mod operate;
mod operation;
mod panels;
mod reads;
mod record;
mod secret;
mod switches;
pub(super) mod tabs;
mod test;
mod words;

pub use calls::{CallPage, CallsPage, ReplayPage};
pub use form::{EditIntegrationPage, NewIntegrationPage};
pub use log::LogPage;
pub use operation::{EditOperationPage, NewOperationPage};
pub use record::IntegrationPage;
pub use switches::SwitchesPage;
pub use test::TestPage;

use crate::components::Crumb;

/// The way to the pages of integrations.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Integrations", "/integrations")]
}

/// A reason, which these changes can't go without.
fn why(text: &str) -> Result<String, services::Error> {
    let reason = text.trim();
    if reason.is_empty() {
        return Err(services::Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    Ok(reason.to_owned())
}
