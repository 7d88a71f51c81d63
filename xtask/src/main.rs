//! `cargo xtask …`: the project's tasks. They need nothing but Rust to start, and bring the rest themselves.

mod bench;
mod browser;
mod build;
mod bundle;
mod checks;
mod clock;
mod failure;
mod lock;
mod pins;
mod places;
mod postgres;
mod process;
mod run;
mod screenshots;
mod server;
mod simulator;
mod stamp;
mod tally;
mod test;
mod tools;
mod version;

use std::process::ExitCode;

use crate::{failure::Failure, places::Places, tools::Purpose};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match carry_out(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether what was asked for holds. A failure says why it could not be carried out at all.
fn carry_out(words: &[String]) -> Result<bool, Failure> {
    let Some((task, rest)) = words.split_first() else {
        println!("{}", help());
        return Ok(true);
    };
    let places = Places::find()?;
    let passed_on = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
    match task.as_str() {
        "test" => return test::test(&places, rest),
        "run" => run::run(&places, passed_on)?,
        "dev" => run::dev(&places, passed_on)?,
        "build" => build(&places, rest)?,
        "tools" => {
            tools::ensure(&places, Purpose::Test)?;
            println!("All tools are there.");
        }
        "bench" => bench::bench(&places, rest)?,
        "screenshots" => screenshots::screenshots(&places, rest)?,
        "help" | "--help" | "-h" => println!("{}", help()),
        _ => return Err(Failure::new(format!("There is no task `{task}`.\n\n{}", help()))),
    }
    Ok(true)
}

fn build(places: &Places, words: &[String]) -> Result<(), Failure> {
    let profile = match words {
        [] => build::Profile::Release,
        [word] if word == "--debug" => build::Profile::Debug,
        _ => return Err(Failure::new("`cargo xtask build` knows only `--debug`.")),
    };
    tools::ensure(places, Purpose::Build)?;
    println!("{}", build::build(places, profile)?.display());
    Ok(())
}

fn help() -> String {
    format!(
        "cargo xtask run [-- ARGUMENTS]   build and start the portal with demo data at http://127.0.0.1:3000
cargo xtask dev [-- ARGUMENTS]   the same in debug, rebuilt at each change
cargo xtask test [PART…] [NAME]  test everything, or some parts ({}),
                                 or only the tests whose names have NAME in them
cargo xtask build [--debug]      build the portal into target/release/keyfob
cargo xtask tools                get the tools that are missing
cargo xtask bench {}
                                 measure the release server
cargo xtask screenshots [NAME…]  make the pictures in docs/screenshots anew",
        test::part_names(),
        bench::usage()
    )
}
