//! Rust's own tools.

use std::process::Command;

use crate::{
    failure::Failure,
    lock::Lock,
    pins,
    places::Places,
    process::{capture, program, run},
    version::Version,
};

/// Whether the standard library for the browser is installed.
pub fn has_target(places: &Places) -> bool {
    let Ok(sysroot) = capture(program(places, "rustc").args(["--print", "sysroot"])) else { return false };
    std::path::Path::new(sysroot.trim()).join("lib/rustlib").join(pins::WASM_TARGET).join("lib").is_dir()
}

/// Adds it through rustup.
pub fn get_target(places: &Places) -> Result<(), Failure> {
    rustup(places, &["target", "add", pins::WASM_TARGET])
}

/// Whether the formatter and the linter are installed.
pub fn has_lints(places: &Places) -> bool {
    ["fmt", "clippy"].iter().all(|name| capture(program(places, "cargo").args([name, "--version"])).is_ok())
}

/// Adds them through rustup.
pub fn get_lints(places: &Places) -> Result<(), Failure> {
    rustup(places, &["component", "add", "rustfmt", "clippy"])
}

fn rustup(places: &Places, words: &[&str]) -> Result<(), Failure> {
    if places.program("rustup").is_none() {
        return Err(Failure::new(format!(
            "This Rust was not installed by rustup, so nothing can be added to it. Install rustup, or your \
             distribution's package for: rustup {}.",
            words.join(" ")
        )));
    }
    run(program(places, "rustup").args(words))
}

/// Whether cargo-leptos is there in the pinned version.
pub fn has_leptos(places: &Places) -> bool {
    prints_version(places, "cargo-leptos", pins::CARGO_LEPTOS)
}

/// Compiles it. Without its downloads: a tool that it misses is then a clear error and not a surprise.
pub fn get_leptos(places: &Places) -> Result<(), Failure> {
    let package = format!("cargo-leptos@{}", pins::CARGO_LEPTOS);
    let words = ["--locked", "--no-default-features", "--features", "no_downloads", &package];
    // Compressing the site is most of what it does at work.
    let fast = ["--config", "profile.release.package.brotli.opt-level=3"];
    let mut command = install(places);
    if capture(program(places, "pkg-config").args(["--exists", "openssl >= 1.1.1"])).is_ok() {
        // It would compile an OpenSSL of its own, which takes minutes.
        command.env("OPENSSL_NO_VENDOR", "1");
    }
    run(command.args(fast).args(words))
}

/// Whether wasm-bindgen's command is there in the very version of the library.
pub fn has_bindgen(places: &Places) -> bool {
    wasm_bindgen(places).is_ok_and(|version| prints_version(places, "wasm-bindgen", &version))
}

/// Compiles it. Not `--locked`: its lock names versions that can't be had any more.
pub fn get_bindgen(places: &Places) -> Result<(), Failure> {
    let package = format!("wasm-bindgen-cli@{}", wasm_bindgen(places)?);
    run(install(places).arg(package))
}

fn wasm_bindgen(places: &Places) -> Result<String, Failure> {
    Lock::read(&places.root.join("Cargo.lock"))?.only("wasm-bindgen").map(str::to_owned)
}

fn prints_version(places: &Places, name: &str, wanted: &str) -> bool {
    let printed = capture(program(places, name).arg("--version"));
    printed.is_ok_and(|printed| Version::find(&printed).is_some() && Version::find(&printed) == Version::find(wanted))
}

/// `cargo install` into the project's own folder. Both tools share one build folder. They are compiled for longer than
/// they will ever work here, so they are optimised little.
fn install(places: &Places) -> Command {
    let mut command = program(places, "cargo");
    command.arg("install").arg("--root").arg(&places.tools);
    for setting in ["profile.release.lto=false", "profile.release.codegen-units=16", "profile.release.opt-level=1"] {
        command.args(["--config", setting]);
    }
    command.env("CARGO_TARGET_DIR", places.tools.join("build"));
    command
}
