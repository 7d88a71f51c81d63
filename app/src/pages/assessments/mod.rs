//! Assessments of partners, and the gate: the register, a partner's file, a questionnaire with its decision, the
//! templates, and what an integration still lacks before it may go live.

mod actions;
mod acts;
mod answers;
mod file;
mod file_acts;
mod gate;
mod gate_actions;
mod gate_acts;
mod list;
mod reads;
mod record;
mod templates;
mod words;

pub use file::PartnerFilePage;
pub use gate::GatePage;
pub use list::RegisterPage;
pub use record::AssessmentPage;
pub use templates::TemplatesPage;

use crate::components::Crumb;

/// The tab that all of these pages are under.
const TAB: &str = "/integrations/assessments";

/// The way to these pages.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Integrations", "/integrations"), Crumb::new("Assessments", TAB)]
}

/// A partner's file.
fn file_of(partner: impl std::fmt::Display) -> String {
    format!("{TAB}/partners/{partner}")
}
