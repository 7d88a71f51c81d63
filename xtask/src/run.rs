//! `cargo xtask run` and `cargo xtask dev`: the portal with demo data, and beside it the simulator that plays its partners.

use std::{env, fs, process::Command, time::Instant};

use crate::{
    build::{self, Profile},
    clock,
    failure::{Explain, Failure},
    places::Places,
    process::{become_program, program},
    simulator::Simulator,
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
    let simulator = simulator(places, Profile::Release)?;
    let mut command = program(places, binary);
    demo(&mut command, places, "demo", simulator.as_ref())?;
    become_program(command.args(["serve", "--demo"]).args(words))
}

/// Rebuilds and restarts at each change of a file.
pub fn dev(places: &Places, words: &[String]) -> Result<(), Failure> {
    tools::ensure(places, Purpose::Build)?;
    let simulator = simulator(places, Profile::Debug)?;
    let mut command = build::cargo_leptos(places);
    demo(&mut command, places, "dev", simulator.as_ref())?;
    become_program(command.args(["watch", "--", "serve", "--demo"]).args(words))
}

/// Starts the partner simulator and says where its page is; none when the environment names another.
fn simulator(places: &Places, profile: Profile) -> Result<Option<Simulator>, Failure> {
    if env::var_os("KEYFOB_DEMO_SIMULATOR").is_some() {
        return Ok(None);
    }
    let binary = build::build_simulator(places, profile)?;
    let simulator = Simulator::start(places, &binary)?;
    println!("Partners are played at {}, where each can be made to fail.", simulator.url());
    Ok(Some(simulator))
}

/// Gives a server a folder for its data and leave to call the simulator, unless the environment already does. A
/// `KEYFOB_DATABASE_URL` of the environment stands too: that is all it takes to have the same on PostgreSQL.
fn demo(command: &mut Command, places: &Places, name: &str, simulator: Option<&Simulator>) -> Result<(), Failure> {
    let folder = places.target.join(name);
    fs::create_dir_all(&folder).explain(|| format!("{} can't be made", folder.display()))?;
    if env::var_os("KEYFOB_DATA_DIR").is_none() {
        command.env("KEYFOB_DATA_DIR", folder);
    }
    if let Some(simulator) = simulator {
        command.env("KEYFOB_DEMO_SIMULATOR", simulator.url());
    }
    if env::var_os("KEYFOB_OUTBOUND__ALLOWED_HOSTS").is_none() {
        command.env("KEYFOB_OUTBOUND__ALLOWED_HOSTS", "127.0.0.1");
    }
    Ok(())
}
