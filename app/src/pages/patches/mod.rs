//! Updates: what has to be updated, what we use, and importing what was published.

mod actions;
mod acts;
mod component_form;
mod components;
mod import;
mod list;
mod reads;
mod task;
pub(super) mod words;

pub use component_form::{EditComponentPage, NewComponentPage};
pub use components::ComponentsPage;
pub use import::ImportPage;
pub use list::UpdatesPage;
pub use task::UpdatePage;

use crate::components::Crumb;

/// The address of the list, below which everything else is.
pub(super) const PATH: &str = "/integrations/updates";

/// The way to the pages of updates.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Updates", PATH)]
}
