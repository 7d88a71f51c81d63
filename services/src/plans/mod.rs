//! Plans: what is on offer, version by version. A published version is never changed; who signed it keeps it.

mod create;
mod edit;
mod find;
mod list;
mod offer;
mod publish;
mod record;
mod retire;
mod review;
mod standing;
mod store;
mod words;

pub use create::create;
pub use edit::{Saved, edit};
pub use find::{Detail, find};
pub use list::{Filter, Listed, list};
pub use offer::{Offer, offers};
pub use publish::{Published, publish};
pub use record::{Plan, PlanVersion, form_of};
pub use retire::retire;
pub use review::{Held, Review, review};
pub use standing::{Standing, standings};
pub use words::spoken;
