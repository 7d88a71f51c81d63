//! `cargo xtask bench`: measures the release server on data of its own.
//!
//! Each measurement is a function of [`Bench`] in [`MEASUREMENTS`]; it prints its own lines.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{
    build, bundle, clock,
    failure::{Explain, Failure},
    places::Places,
    postgres::Cluster,
    process::{program, run},
    server::{Server, fresh_folder},
    tools::{self, Purpose},
};

/// What the measurements share.
struct Bench<'a> {
    places: &'a Places,
    binary: PathBuf,
    folder: PathBuf,
    options: Options,
}

/// What may be set on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// How long each load is kept up; seconds.
    seconds: u64,
    /// How many requests are under way at once.
    connections: u64,
    /// The rows of the large list, which is compared with one of 5,000.
    rows: u64,
    /// The measurements wanted; all when empty.
    only: Vec<String>,
}

/// A measurement by its name.
struct Measurement {
    name: &'static str,
    measure: fn(&Bench) -> Result<(), Failure>,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement { name: "size", measure: size },
    Measurement { name: "memory", measure: idle_memory },
    Measurement { name: "list", measure: list },
    Measurement { name: "rows", measure: rows },
    Measurement { name: "sign-in", measure: sign_in },
    Measurement { name: "checks", measure: checks },
    Measurement { name: "calls", measure: calls },
    Measurement { name: "webhooks", measure: webhooks },
];

/// The list that a large one is compared with.
const FEW_ROWS: u64 = 5_000;

/// Builds the release server and measures it.
pub fn bench(places: &Places, words: &[String]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    tools::ensure(places, Purpose::Build)?;
    let binary = build::build(places, build::Profile::Release)?;
    let folder = fresh_folder(places.memory().join("bench"))?;
    let bench = Bench { places, binary, folder, options };
    let Options { seconds, connections, rows, .. } = bench.options;
    println!("{seconds} s for each load, {connections} requests at once, the large list of {rows} rows");
    for measurement in MEASUREMENTS.iter().filter(|measurement| bench.options.wants(measurement.name)) {
        clock::step(measurement.name, || (measurement.measure)(&bench))?;
    }
    Ok(())
}

/// What `bench` takes, for the help text.
pub fn usage() -> String {
    let names: Vec<_> = MEASUREMENTS.iter().map(|measurement| measurement.name).collect();
    format!("[--seconds N] [--connections N] [--rows N] [{}]", names.join("|"))
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, Failure> {
        let mut options = Self { seconds: 10, connections: 16, rows: 1_000_000, only: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let number = match word.as_str() {
                "--seconds" => &mut options.seconds,
                "--connections" => &mut options.connections,
                "--rows" => &mut options.rows,
                name if MEASUREMENTS.iter().any(|measurement| measurement.name == name) => {
                    options.only.push(word.clone());
                    continue;
                }
                _ => return Err(Failure::new(format!("`{word}` is unknown. Usage: cargo xtask bench {}", usage()))),
            };
            let value = words.next().and_then(|value| value.replace('_', "").parse().ok()).filter(|value| *value > 0);
            *number = value.ok_or_else(|| Failure::new(format!("{word} wants a number above 0.")))?;
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

impl Bench<'_> {
    /// A folder of that name with demo data in it.
    fn demo(&self, name: &str) -> Result<PathBuf, Failure> {
        let data = self.folder.join(name);
        // It lists the demo accounts, which nobody needs here.
        let mut demo = program(self.places, &self.binary);
        run(demo.arg("demo").env("KEYFOB_DATA_DIR", &data).stdout(Stdio::null()))?;
        Ok(data)
    }

    /// A server on the data in a folder.
    fn serve(&self, data: &Path) -> Result<Server, Failure> {
        let log =
            self.folder.join(format!("{}.log", data.file_name().and_then(|name| name.to_str()).unwrap_or("server")));
        Server::start(self.places, &self.binary, data, &["--demo".to_owned()], &log)
    }
}

/// Calls the program that makes load and measures, optimised as the server is.
fn measure(bench: &Bench, words: &[&str]) -> Result<(), Failure> {
    let mut command = program(bench.places, "cargo");
    run(command.args(["run", "--quiet", "--release", "--package", "bench", "--"]).args(words))
}

fn list(bench: &Bench) -> Result<(), Failure> {
    let server = bench.serve(&bench.demo("list")?)?;
    let (seconds, connections) = (bench.options.seconds.to_string(), bench.options.connections.to_string());
    measure(bench, &["list", &server.url(), &seconds, &connections])
}

fn rows(bench: &Bench) -> Result<(), Failure> {
    let with = |name: &str, rows: u64| {
        let data = bench.demo(name)?;
        let database = data.join("keyfob.db").display().to_string();
        measure(bench, &["fill", &database, &rows.to_string()])?;
        bench.serve(&data)
    };
    let (small, large) = (with("few", FEW_ROWS)?, with("many", bench.options.rows)?);
    let (seconds, connections) = (bench.options.seconds.to_string(), bench.options.connections.to_string());
    measure(bench, &["rows", &small.url(), &large.url(), &seconds, &connections])
}

fn sign_in(bench: &Bench) -> Result<(), Failure> {
    let server = bench.serve(&bench.demo("sign-in")?)?;
    let (seconds, connections) = (bench.options.seconds.to_string(), bench.options.connections.to_string());
    measure(bench, &["sign-in", &server.url(), &seconds, &connections])
}

fn checks(bench: &Bench) -> Result<(), Failure> {
    let folder = fresh_folder(bench.folder.join("checks"))?;
    measure(bench, &["checks", &folder.display().to_string()])
}

/// Calls with a key, on a server whose limits don't matter.
fn calls(bench: &Bench) -> Result<(), Failure> {
    let data = bench.demo("calls")?;
    let database = data.join("keyfob.db").display().to_string();
    measure(bench, &["widen", &database])?;
    let mut issue = program(bench.places, &bench.binary);
    issue.args(["credential", "issue", "--name", "bench", "--partner", "Bench", "--environment", "live"]);
    let issued = issue.env("KEYFOB_DATA_DIR", &data).output().explain(|| "a key can't be issued".to_owned())?;
    let text = String::from_utf8_lossy(&issued.stdout);
    let key = text.lines().map(str::trim).find(|line| line.starts_with("kfk_"));
    let key = key.ok_or_else(|| Failure::new("No key was issued."))?;
    let server = Server::start(bench.places, &bench.binary, &data, &[], &bench.folder.join("calls.log"))?;
    let (seconds, connections) = (bench.options.seconds.to_string(), bench.options.connections.to_string());
    measure(bench, &["calls", &server.url(), key, &seconds, &connections])
}

/// Messages to receivers of the measurement's own, on either engine.
fn webhooks(bench: &Bench) -> Result<(), Failure> {
    let folder = fresh_folder(bench.folder.join("webhooks"))?;
    measure(bench, &["webhooks", &format!("sqlite://{}", folder.join("webhooks.db").display())])?;
    measure(bench, &["webhooks", &Cluster::start(bench.places)?.create("webhooks")?])
}

fn size(bench: &Bench) -> Result<(), Failure> {
    println!("{}", bundle::table(&bundle::first_load(&bench.places.site())?));
    Ok(())
}

fn idle_memory(bench: &Bench) -> Result<(), Failure> {
    let server = bench.serve(&bench.demo("memory")?)?;
    println!("  resident, idle, with demo data: {} kB at {}", resident(server.id())?, server.url());
    Ok(())
}

/// A process's resident memory in kB.
fn resident(process: u32) -> Result<u64, Failure> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(Path::new(&path)).explain(|| format!("{path} can't be read"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().split(' ').next()).and_then(|number| number.parse().ok());
    number.ok_or_else(|| Failure::new(format!("{path} does not tell the resident memory.")))
}

#[cfg(test)]
mod tests {
    use super::{Options, resident};

    fn parse(text: &str) -> Result<Options, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn options_are_read() {
        let options = parse("--rows 5_000 memory --seconds 3").unwrap();
        assert_eq!((options.rows, options.seconds, options.connections), (5000, 3, 16));
        assert!(options.wants("memory") && !options.wants("size"));
        assert!(parse("").unwrap().wants("size"));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert_eq!(parse("--rows none").unwrap_err(), "--rows wants a number above 0.");
        assert!(parse("--fast").unwrap_err().starts_with("`--fast` is unknown."));
    }

    #[test]
    fn the_memory_of_a_process_is_found() {
        assert!(resident(std::process::id()).unwrap() > 0);
    }
}
