//! Both engines have the same migrations, by number and name.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    failure::{Explain, Failure},
    tally::Tally,
};

/// Compares the two folders.
pub fn check(root: &Path, tally: &mut Tally) -> Result<Vec<String>, Failure> {
    let sqlite = names(&root.join("migrations/sqlite"))?;
    let postgres = names(&root.join("migrations/postgres"))?;
    *tally += Tally::one(sqlite == postgres);
    let alone = sqlite.symmetric_difference(&postgres);
    Ok(alone.map(|name| format!("migrations: {name} is there for one engine only.")).collect())
}

fn names(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let entries = fs::read_dir(folder).explain(|| format!("{} can't be read", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}
