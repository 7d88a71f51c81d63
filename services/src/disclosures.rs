//! What left for whom: names of fields and ids of records, never values.
//!
//! Whatever lets something leave tells the [`Ledger`], which adds it up in memory; [`flush`] writes that, one row for each
//! partner, way, record, day and set of fields.

mod ledger;
mod list;
mod write;

pub use domain::partners::Via;
pub use ledger::{Disclosed, Ledger};
pub use list::{Disclosure, Filter, Subject, list};
pub use write::flush;

/// The longest list of names that is kept, in bytes; it is part of an index.
const LONGEST: usize = 900;

/// Names of fields as they are stored: in order, each once, apart by commas.
fn joined(mut names: Vec<String>) -> String {
    names.sort_unstable();
    names.dedup();
    let mut joined = String::new();
    for name in names {
        if joined.len() + name.len() + 1 > LONGEST {
            break;
        }
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(&name);
    }
    joined
}

/// Reads stored names back.
pub(crate) fn names(stored: &str) -> Vec<String> {
    stored.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
