//! Floors for packages in `Cargo.lock`, and packages that must be there once.

use std::path::Path;

use crate::{failure::Failure, lock::Lock, tally::Tally, version::Version};

/// Below these, text of users reaches pages unescaped, or errors of server functions do.
const FLOORS: &[(&str, Version)] = &[
    ("hydration_context", Version::new(0, 3, 1)),
    ("leptos", Version::new(0, 8, 20)),
    ("server_fn", Version::new(0, 8, 13)),
    ("tachys", Version::new(0, 2, 0)),
];

/// Two versions of one of these would mean two session stores' traits, two database drivers, two providers of
/// cryptography: types that look alike and don't fit.
const ONCE: &[&str] =
    &["axum", "leptos", "rustls", "sqlx", "sqlx-core", "tachys", "tower-sessions", "tower-sessions-core"];

/// Checks the lock file of the project.
pub fn check(root: &Path, tally: &mut Tally) -> Result<Vec<String>, Failure> {
    let lock = Lock::read(&root.join("Cargo.lock"))?;
    let mut broken = Vec::new();
    for (package, floor) in FLOORS {
        let sentence = match lock.lowest(package) {
            Some(lowest) if lowest >= *floor => None,
            Some(lowest) => Some(format!("Cargo.lock: {package} is {lowest}, and must be at least {floor}.")),
            None => Some(format!("Cargo.lock: {package} is missing; if it has a new name, its floor must move there.")),
        };
        *tally += Tally::one(sentence.is_none());
        broken.extend(sentence);
    }
    for package in ONCE {
        let versions = lock.versions(package);
        *tally += Tally::one(versions.len() <= 1);
        if versions.len() > 1 {
            broken.push(format!("Cargo.lock: {package} is there more than once: {}.", versions.join(", ")));
        }
    }
    Ok(broken)
}
