//! `cargo xtask run` and `cargo xtask dev`: the portal with demo data.

use std::{env, fs, process::Command, time::Instant};

use crate::{
    build::{self, Profile},
    clock,
    failure::{Explain, Failure},
    places::Places,
    process::{become_program, program},
    tools::{self, Purpose},
};

/// Where the portal answers unless the configuration says otherwise.
const PORT: u16 = 3000;

/// Builds what has changed and becomes the server, so that Ctrl-C is the server's own affair.
pub fn run(places: &Places, words: &[String]) -> Result<(), Failure> {
    let start = Instant::now();
    tools::ensure(places, Purpose::Build)?;
    let binary = build::build(places, Profile::Release)?;
    println!(
        "Ready after {}. Starting with demo data at http://127.0.0.1:{PORT}; Ctrl-C ends it.",
        clock::shown(start.elapsed())
    );
    let mut command = program(places, binary);
    demo(&mut command, places, "demo")?;
    become_program(command.args(["serve", "--demo"]).args(words))
}

/// Rebuilds and restarts at each change of a file.
pub fn dev(places: &Places, words: &[String]) -> Result<(), Failure> {
    tools::ensure(places, Purpose::Build)?;
    let mut command = build::cargo_leptos(places);
    demo(&mut command, places, "dev")?;
    become_program(command.args(["watch", "--", "serve", "--demo"]).args(words))
}

/// Gives a server a folder for its data, unless the environment already does. A `KEYFOB_DATABASE_URL` of the
/// environment stands too: that is all it takes to have the same on PostgreSQL.
fn demo(command: &mut Command, places: &Places, name: &str) -> Result<(), Failure> {
    let folder = places.target.join(name);
    fs::create_dir_all(&folder).explain(|| format!("{} can't be made", folder.display()))?;
    if env::var_os("KEYFOB_DATA_DIR").is_none() {
        command.env("KEYFOB_DATA_DIR", folder);
    }
    Ok(())
}
