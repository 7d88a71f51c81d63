//! How integrations do: all of them, the worst first; one of them over time; incidents and announced work.

mod actions;
mod detail;
mod incidents;
mod overview;
mod reads;
pub(super) mod words;

pub use detail::HealthPage;
pub use incidents::{IncidentPage, IncidentsPage};
pub use overview::IntegrationsPage;
