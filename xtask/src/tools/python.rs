//! What comes from PyPI, in an environment of its own: it tries the partner API against its OpenAPI document.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    pins,
    places::Places,
    process::{capture, program, run},
    tools::system,
    version::Version,
};

fn folder(places: &Places) -> PathBuf {
    places.tools.join("python")
}

/// Where Schemathesis is, or would be.
pub fn schemathesis(places: &Places) -> PathBuf {
    folder(places).join("bin/st")
}

/// Whether Schemathesis is there in the pinned version.
pub fn has_schemathesis(places: &Places) -> bool {
    capture(program(places, schemathesis(places)).arg("--version"))
        .is_ok_and(|printed| Version::find(&printed) == Version::find(pins::SCHEMATHESIS))
}

/// Gets it with Python's own tools.
pub fn get_schemathesis(places: &Places) -> Result<(), Failure> {
    let folder = folder(places);
    let advice = "Install Python 3.10 or newer with its venv module.";
    let make = || run(program(places, "python3").args(["-m", "venv"]).arg(&folder));
    if places.program("python3").is_none() || make().is_err() {
        system::install(places, &["python3", "python3-venv"], advice)?;
        make()?;
    }
    let package = format!("schemathesis=={}", pins::SCHEMATHESIS);
    run(program(places, folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", &package]))
}
