//! `cargo xtask build`: the site for the browser, then the server with the site in it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    clock,
    failure::{Explain, Failure},
    pins,
    places::Places,
    process::{capture, program, run},
    stamp::{self, Fingerprint},
};

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Small and fast, as people get it.
    Release,
    /// Quick to compile.
    Debug,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }
}

/// Where the server is, or will be.
pub fn binary(places: &Places, profile: Profile) -> PathBuf {
    places.target.join(profile.folder()).join("keyfob")
}

/// Where the partner simulator is, or will be.
pub fn simulator(places: &Places, profile: Profile) -> PathBuf {
    places.target.join(profile.folder()).join("keyfob-simulator")
}

/// Builds what has changed and gives the server's path.
pub fn build(places: &Places, profile: Profile) -> Result<PathBuf, Failure> {
    let site_is_new = build_site(places, profile)?;
    build_server(places, profile, site_is_new)?;
    build_simulator(places, profile)?;
    Ok(binary(places, profile))
}

/// cargo-leptos as this project calls it.
pub fn cargo_leptos(places: &Places) -> Command {
    let mut command = program(places, "cargo-leptos");
    // The package is called `server` and its program `keyfob`; without this it would look for the former.
    command.arg("leptos").env("LEPTOS_BIN_EXE_NAME", "keyfob");
    command
}

/// What the site is made of.
const SITE_SOURCES: [&str; 8] =
    ["app", "domain", "style", "public", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];

/// What the server is made of besides the site and what that is made of.
const SERVER_SOURCES: [&str; 3] = ["services", "server", "migrations"];

/// What the simulator is made of. It shares no code with the server, and all its packages.
const SIMULATOR_SOURCES: [&str; 5] =
    ["simulator", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];

/// Makes `target/site` and, beside the server, `hash.txt`. Says whether it had anything to do.
fn build_site(places: &Places, profile: Profile) -> Result<bool, Failure> {
    let mark = places.memory().join("site");
    let sources = site_sources(places, profile)?;
    if stamp::is_marked(&mark, &format!("{sources} {}", site_listing(places, profile)?)) {
        return Ok(false);
    }
    stamp::unmark(&mark);
    let name = format!("Building the site ({})", profile.folder());
    clock::step(&name, || run(&mut leptos_build(places, profile, "--frontend-only")))?;
    stamp::mark(&mark, &format!("{sources} {}", site_listing(places, profile)?))?;
    Ok(true)
}

fn build_server(places: &Places, profile: Profile, site_is_new: bool) -> Result<(), Failure> {
    let mark = places.memory().join(format!("server-{}", profile.folder()));
    let mut sources = Fingerprint::default();
    sources.word(&site_sources(places, profile)?).word(&site_listing(places, profile)?);
    for source in SERVER_SOURCES {
        sources.content(&places.root.join(source))?;
    }
    let sources = sources.text();
    if !site_is_new && stamp::is_marked(&mark, &format!("{sources} {}", binary_listing(places, profile)?)) {
        return Ok(());
    }
    stamp::unmark(&mark);
    let name = format!("Building the server ({})", profile.folder());
    clock::step(&name, || {
        run(&mut leptos_build(places, profile, "--server-only"))?;
        if profile == Profile::Release { require_embedded_site(places) } else { Ok(()) }
    })?;
    stamp::mark(&mark, &format!("{sources} {}", binary_listing(places, profile)?))
}

/// Builds the partner simulator. The server is named beside it, so that packages which both use are built for both with
/// the same features, and so not twice.
pub fn build_simulator(places: &Places, profile: Profile) -> Result<PathBuf, Failure> {
    let binary = simulator(places, profile);
    let mark = places.memory().join(format!("simulator-{}", profile.folder()));
    let mut sources = Fingerprint::default();
    sources.word(&capture(program(places, "rustc").arg("--version"))?);
    for source in SIMULATOR_SOURCES {
        sources.content(&places.root.join(source))?;
    }
    let sources = sources.text();
    let listing = || Ok::<_, Failure>(Fingerprint::default().listing(&binary)?.text());
    if stamp::is_marked(&mark, &format!("{sources} {}", listing()?)) {
        return Ok(binary);
    }
    stamp::unmark(&mark);
    let name = format!("Building the partner simulator ({})", profile.folder());
    clock::step(&name, || {
        let mut command = program(places, "cargo");
        command.args(["build", "--package", "server", "--package", "simulator", "--bin", "keyfob-simulator"]);
        if profile == Profile::Release {
            command.arg("--release");
        }
        run(&mut command)
    })?;
    stamp::mark(&mark, &format!("{sources} {}", listing()?))?;
    Ok(binary)
}

fn leptos_build(places: &Places, profile: Profile, half: &str) -> Command {
    let mut command = cargo_leptos(places);
    command.args(["build", half]);
    if profile == Profile::Release {
        command.args(["--release", "--precompress"]);
    }
    command
}

fn site_sources(places: &Places, profile: Profile) -> Result<String, Failure> {
    let mut sources = Fingerprint::default();
    let compiler = capture(program(places, "rustc").arg("--version"))?;
    sources.word(profile.folder()).word(&compiler).word(pins::CARGO_LEPTOS).word(pins::BINARYEN);
    for source in SITE_SOURCES {
        sources.content(&places.root.join(source))?;
    }
    Ok(sources.text())
}

/// Where cargo-leptos writes the hashes that stand in the site's names.
fn hashes(places: &Places, profile: Profile) -> PathBuf {
    places.target.join(profile.folder()).join("hash.txt")
}

fn site_listing(places: &Places, profile: Profile) -> Result<String, Failure> {
    let mut listing = Fingerprint::default();
    listing.listing(&places.site())?.listing(&hashes(places, profile))?;
    Ok(listing.text())
}

fn binary_listing(places: &Places, profile: Profile) -> Result<String, Failure> {
    Ok(Fingerprint::default().listing(&binary(places, profile))?.text())
}

/// The name of the site's script as it must stand in the server: a server with an older site in it would serve pages
/// that never wake up.
fn require_embedded_site(places: &Places) -> Result<(), Failure> {
    let script = main_script(&places.site())?;
    let binary = binary(places, Profile::Release);
    let found = Command::new("grep").args(["-q", "-a", "-F", &script]).arg(&binary).status();
    if found.explain(|| "`grep` can't be started".into())?.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} does not have the site of this build in it ({script} is missing). The server's build script must ask to be \
         run again when target/site changes.",
        binary.display()
    )))
}

/// `keyfob.HASH.js`, the first script that a page loads.
fn main_script(site: &Path) -> Result<String, Failure> {
    let names = stamp::files(&site.join("pkg"))?;
    let mut names = names.iter().filter_map(|path| path.file_name()?.to_str());
    let script = names.find(|name| name.strip_suffix(".js").is_some_and(|stem| stem.starts_with("keyfob.")));
    script.map(str::to_owned).ok_or_else(|| Failure::new("target/site/pkg has no script: the site was not built."))
}
