//! `cargo xtask test`: everything that must hold, in one order, with one result.

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    browser, build, bundle, checks, clock,
    failure::Failure,
    places::Places,
    postgres::Cluster,
    process::{follow, program, run},
    server::fresh_folder,
    tally::Tally,
    tools::{self, Purpose},
};

/// One part of the tests.
struct Part {
    name: &'static str,
    /// What it counted, and why it failed if it did.
    run: fn(&mut Session) -> Result<Tally, Failure>,
}

/// What is quick and often wrong stands first.
const PARTS: &[Part] = &[
    Part { name: "tools", run: get_tools },
    Part { name: "format", run: format },
    Part { name: "rules", run: rules },
    Part { name: "lint", run: lint },
    Part { name: "rust", run: rust },
    Part { name: "build", run: build_all },
    Part { name: "size", run: size },
    Part { name: "browser", run: browsers },
];

/// The names of the parts, for the help text.
pub fn part_names() -> String {
    PARTS.iter().map(|part| part.name).collect::<Vec<_>>().join(", ")
}

/// What the parts share.
struct Session<'a> {
    places: &'a Places,
    filter: Option<String>,
    postgres: Option<Cluster>,
}

impl Session<'_> {
    /// The throw-away PostgreSQL, started when it is first asked for.
    fn postgres(&mut self) -> Result<&Cluster, Failure> {
        if self.postgres.is_none() {
            self.postgres = Some(clock::step("Starting a throw-away PostgreSQL", || Cluster::start(self.places))?);
        }
        self.postgres.as_ref().ok_or_else(|| Failure::new("PostgreSQL did not start."))
    }
}

/// How a part ended.
struct Outcome {
    name: &'static str,
    tally: Tally,
    took: Duration,
}

/// Runs the parts named, or all of them; any other word is a filter for the tests' names, and runs the Rust tests only
/// unless parts are named with it. Stops at the first part that fails, and shows the table all the same. Says whether
/// everything holds.
pub fn test(places: &Places, words: &[String]) -> Result<bool, Failure> {
    let (named, filters): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| PARTS.iter().any(|part| part.name == *word));
    if filters.len() > 1 {
        return Err(Failure::new(format!("One filter is enough. The parts are: {}.", part_names())));
    }
    let filter = filters.first().map(|word| (*word).clone());
    let is_wanted = |name: &str| match (named.is_empty(), filters.is_empty()) {
        (true, true) => true,
        (true, false) => name == "rust",
        (false, _) => named.iter().any(|word| *word == name),
    };
    let mut session = Session { places, filter, postgres: None };
    let mut outcomes = Vec::new();
    let mut stopped_at = None;
    let start = Instant::now();
    for part in PARTS.iter().filter(|part| is_wanted(part.name)) {
        println!("\n━━ {}", part.name);
        let began = Instant::now();
        let (tally, failed) = match (part.run)(&mut session) {
            Ok(tally) if tally.failed == 0 => (tally, None),
            Ok(tally) => (tally, Some(Failure::new(format!("{} of the {} tests failed.", tally.failed, part.name)))),
            Err(failed) => (Tally::one(false), Some(failed)),
        };
        outcomes.push(Outcome { name: part.name, tally, took: began.elapsed() });
        if let Some(failed) = failed {
            println!("✗ {failed}");
            stopped_at = Some(part.name);
            break;
        }
    }
    // Before the table, so that nothing is printed after it.
    drop(session);
    if let Some(name) = stopped_at {
        println!("\nStopped at {name}. To run this part alone: cargo xtask test {name}");
    }
    println!("\n{}", table(&outcomes, start.elapsed()));
    Ok(stopped_at.is_none())
}

/// The table, and the sum in a line of its own at the end.
fn table(outcomes: &[Outcome], took: Duration) -> String {
    let mut sum = Tally::default();
    let mut lines = vec![format!("{:<10}{:>13}{:>9}{:>9}", "part", "time", "passed", "failed")];
    for outcome in outcomes {
        sum += outcome.tally;
        let Tally { passed, failed } = outcome.tally;
        lines.push(format!("{:<10}{:>13}{passed:>9}{failed:>9}", outcome.name, clock::shown(outcome.took)));
    }
    lines.push(format!("{:<10}{:>13}{:>9}{:>9}", "all", clock::shown(took), sum.passed, sum.failed));
    lines.push(String::new());
    lines.push(format!("{} passed, {} failed", sum.passed, sum.failed));
    lines.join("\n")
}

fn get_tools(session: &mut Session) -> Result<Tally, Failure> {
    tools::ensure(session.places, Purpose::Test).map(|()| Tally::default())
}

fn format(session: &mut Session) -> Result<Tally, Failure> {
    run(cargo(session.places).args(["fmt", "--all", "--check"]))
        .map_err(|_| Failure::new("Some files are not formatted. Run `cargo fmt`."))?;
    Ok(Tally::default())
}

fn rules(session: &mut Session) -> Result<Tally, Failure> {
    checks::check(session.places)
}

/// Two passes, because the browser's crate and the server's ask for opposite features of the same crates.
fn lint(session: &mut Session) -> Result<Tally, Failure> {
    let places = session.places;
    // The server embeds the site; lints and Rust tests don't need one, but the folder must be there.
    let site = places.site().join("pkg");
    std::fs::create_dir_all(&site)
        .map_err(|error| Failure::new(format!("{} can't be made: {error}", site.display())))?;
    let server = ["clippy", "--workspace", "--exclude", "client", "--all-targets", "--", "-D", "warnings"];
    clock::step("Linting the server's side", || run(cargo(places).args(server)))?;
    let target = crate::pins::WASM_TARGET;
    let browser = ["clippy", "--package", "client", "--target", target, "--", "-D", "warnings"];
    clock::step("Linting the browser's side", || run(cargo(places).args(browser)))?;
    Ok(Tally::default())
}

fn rust(session: &mut Session) -> Result<Tally, Failure> {
    let url = session.postgres()?.url("postgres");
    let mut command = cargo(session.places);
    command.args(["test", "--workspace", "--exclude", "client", "--no-fail-fast"]);
    command.env("KEYFOB_TEST_POSTGRES", url);
    if let Some(filter) = &session.filter {
        command.args(["--", filter]);
    }
    let mut tally = Tally::default();
    let succeeded = follow(&mut command, |line| tally += Tally::of_line(line))?;
    if !succeeded && tally.failed == 0 {
        return Err(Failure::new("The Rust tests could not be built or did not come to their end; see above."));
    }
    if tally == Tally::default() {
        return Err(Failure::new("No Rust test was run."));
    }
    Ok(tally)
}

/// Does nothing when nothing has changed, so the parts that test what was built call it too and can be run alone.
fn build_all(session: &mut Session) -> Result<Tally, Failure> {
    build::build(session.places, build::Profile::Release).map(|_| Tally::default())
}

fn size(session: &mut Session) -> Result<Tally, Failure> {
    build_all(session)?;
    let loads = bundle::first_load(&session.places.site())?;
    println!("{}", bundle::table(&loads));
    Ok(Tally::one(bundle::sum(&loads) <= bundle::LIMIT))
}

fn browsers(session: &mut Session) -> Result<Tally, Failure> {
    build_all(session)?;
    let filter = session.filter.clone();
    let database = session.postgres()?.create("keyfob_end2end")?;
    let folder = fresh_folder(session.places.memory().join("end2end"))?;
    let mut command = browser::node(session.places, "run.mjs");
    command.env("KEYFOB_TEST_DATA", folder).env("KEYFOB_TEST_POSTGRES_DATABASE", database).args(filter);
    command.env("KEYFOB_SCHEMATHESIS", tools::python::schemathesis(session.places));
    let mut tally = Tally::default();
    let succeeded = follow(&mut command, |line| tally += Tally::of_line(line))?;
    if succeeded && tally.passed > 0 || tally.failed > 0 {
        return Ok(tally);
    }
    Err(Failure::new("The browser tests did not come to their end, or there was none; see above."))
}

/// Cargo for the tests. What a machine throws away afterwards need not be prepared for the next change.
fn cargo(places: &Places) -> Command {
    let mut command = program(places, "cargo");
    if env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Outcome, table};
    use crate::tally::Tally;

    #[test]
    fn the_sum_closes_the_table_in_a_line_of_its_own() {
        let part =
            |name, passed, failed| Outcome { name, tally: Tally { passed, failed }, took: Duration::from_secs(61) };
        let table = table(&[part("rules", 20, 0), part("rust", 300, 2)], Duration::from_secs(122));
        assert!(table.contains("rust         1 min 01 s      300        2\n"), "{table}");
        assert!(table.ends_with("\n\n320 passed, 2 failed"), "{table}");
    }
}
