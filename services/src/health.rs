//! How integrations do: what the gateway saw, counted by minute, hour and day, and judged against what is expected.

mod count;
mod incidents;
mod judge;
mod maintenance;
mod numbers;
mod observe;
mod read;
mod sketch;
mod standing;

pub(crate) use count::count_into;
pub use count::{Grain, flush, sweep};
pub use incidents::{Incident, IncidentEntry, IncidentFilter, annotate, incident, incidents, open_incidents};
pub use judge::judge;
pub use maintenance::{Maintenance, call_off, maintain, windows};
pub use numbers::{Numbers, numbers};
pub use observe::{Observation, Recorder};
pub use read::{Point, Series, series};
pub use standing::{Standing, expected, overview};
