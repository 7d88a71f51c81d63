//! Plans: the list, one plan with its versions, its form, and the reviews before it is published or retired.

mod actions;
mod detail;
mod form;
mod list;
mod reads;
mod review;

pub use detail::PlanPage;
pub use form::{EditPlanPage, NewPlanPage};
pub use list::PlansPage;
