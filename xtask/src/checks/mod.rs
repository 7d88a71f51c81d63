//! Rules of the house that no compiler checks.

mod lock_file;
mod migrations;
mod sources;

use crate::{failure::Failure, places::Places, tally::Tally};

/// Checks all rules and prints what breaks them.
pub fn check(places: &Places) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let broken = [
        sources::check(&places.root, &mut tally)?,
        lock_file::check(&places.root, &mut tally)?,
        migrations::check(&places.root, &mut tally)?,
    ];
    for sentence in broken.iter().flatten() {
        println!("  {sentence}");
    }
    Ok(tally)
}
