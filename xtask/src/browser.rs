//! Runs the scripts of `end2end/` with Node.

use std::process::Command;

use crate::{
    build::{self, Profile},
    places::Places,
    process::program,
    tools::system,
};

/// A script of `end2end/`, told where the release server and Chromium are. It starts servers itself.
///
/// The server refuses environment variables of ours that it doesn't know, except those that begin with `KEYFOB_TEST_`.
pub fn node(places: &Places, script: &str) -> Command {
    let mut command = program(places, "node");
    command.arg(places.end2end().join(script));
    command.env("KEYFOB_TEST_BINARY", build::binary(places, Profile::Release));
    command.env("KEYFOB_TEST_SIMULATOR", build::simulator(places, Profile::Release));
    if let Some(chromium) = system::chromium(places) {
        command.env("KEYFOB_TEST_CHROMIUM", chromium);
    }
    command
}
