//! What we use, what was published against it, and what has to be updated.
//!
//! The inventory ([`components`](mod@components)) meets the advisories ([`import`](mod@import)) in one place
//! ([`matching`]): whichever of the two changes, a task is opened, raised, closed or opened again there. Advisories come
//! in the form of OSV (<https://ossf.github.io/osv-schema/>); nothing is fetched from elsewhere.

mod acts;
mod components;
mod due;
mod import;
mod matching;
mod osv;
mod own;
mod tasks;

pub use acts::{Exception, approve, ask_exception, decline, fixed, not_affected, reopen, take};
pub use components::{
    Component, ComponentFields, ComponentFilter, ComponentForm, components, create, edit, find_component, form_of,
    parse_form, remove, users,
};
pub use due::run_due;
pub use import::{Imported, import, import_advisories, mark_exploited};
pub use osv::{Advisory, MOST_IN_FILE, MOST_PASTED, Parsed, parse};
pub use own::sync_own;
pub use tasks::{Counts, Detail, Show, Task, TaskFilter, counts, find, list, overdue};

use crate::Error;

/// More than this is shown as "more than".
pub const MOST_COUNTED: i64 = 10_000;

/// The ecosystem of what is compiled into this server, as OSV names it.
pub const OWN_ECOSYSTEM: &str = "crates.io";

#[track_caller]
fn no_task() -> Error {
    Error::not_found("patch.not_found", "There is no such update. The address may be wrong.")
}

#[track_caller]
fn no_component() -> Error {
    Error::not_found("component.not_found", "There is no such component, or it is not in use any more.")
}
