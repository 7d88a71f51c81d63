//! `cargo xtask screenshots`: the pictures in `docs/screenshots/`, made anew.

use crate::{
    browser, build,
    failure::Failure,
    places::Places,
    process::run,
    server::fresh_folder,
    tools::{self, Purpose},
};

/// Takes the pictures named, or all of them.
pub fn screenshots(places: &Places, words: &[String]) -> Result<(), Failure> {
    tools::ensure(places, Purpose::Test)?;
    build::build(places, build::Profile::Release)?;
    let folder = fresh_folder(places.memory().join("screenshots"))?;
    let mut command = browser::node(places, "screenshots.mjs");
    run(command.env("KEYFOB_TEST_DATA", folder).args(words))
}
