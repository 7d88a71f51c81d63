//! What machines did: counted beside the request and written in batches, so that no call waits for it.

mod decision;
mod read;
mod recorder;
mod time;
mod write;

pub use decision::{Decision, Outcome, Step, find as find_decision, of_credential as decisions_of};
pub use read::{Laggard, Of, Point, Range, RouteUse, Source, Total, laggards, routes, series, sources, totals};
pub use recorder::{Call, Recorder};
pub use write::{flush, sweep};
