//! What comes from the system's own packages.

use std::{env, path::PathBuf, process::Command};

use crate::{
    failure::Failure,
    places::Places,
    process::{capture, program, run},
};

/// What compiles C: SQLite and the cryptography are partly written in it, and so are libraries of cargo-leptos, whose
/// own build wants make and Perl.
const COMPILERS: [&str; 3] = ["cc", "make", "perl"];

/// Whether C can be compiled.
pub fn has_compiler(places: &Places) -> bool {
    COMPILERS.iter().all(|name| places.program(name).is_some())
}

/// Gets what is needed for it.
pub fn get_compiler(places: &Places) -> Result<(), Failure> {
    let missing: Vec<_> = COMPILERS.into_iter().filter(|name| places.program(name).is_none()).collect();
    let advice = format!("Install what can be called as: {}.", missing.join(", "));
    install(places, &["build-essential", "perl"], &advice)
}

/// The names under which Chromium goes.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where Chromium is: where `KEYFOB_TEST_CHROMIUM` says, or on the search path.
pub fn chromium(places: &Places) -> Option<PathBuf> {
    match env::var_os("KEYFOB_TEST_CHROMIUM") {
        Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_file()),
        None => CHROMIUM.iter().find_map(|name| places.program(name)),
    }
}

/// Whether Chromium is there.
pub fn has_chromium(places: &Places) -> bool {
    chromium(places).is_some()
}

/// Gets it, with a font, without which pages would be measured and pictured in something else.
pub fn get_chromium(places: &Places) -> Result<(), Failure> {
    let advice = "Install Chromium or Chrome, or name its program in KEYFOB_TEST_CHROMIUM.";
    install(places, &["chromium", "fonts-liberation"], advice)
}

/// Whether there is a Valkey, or a Redis, which speaks the same.
pub fn has_valkey(places: &Places) -> bool {
    ["valkey-server", "redis-server"].iter().any(|name| places.program(name).is_some())
}

/// Gets the one that every release of Debian has.
pub fn get_valkey(places: &Places) -> Result<(), Failure> {
    install(places, &["redis-server"], "Install Valkey or Redis, so that one of their servers is on the search path.")
}

/// Installs Debian packages. Services among them are not started: the tests start what they need themselves.
///
/// A package's service is held back in Debian's own way, by a `policy-rc.d` that says no, which is taken away again.
const INSTALL: &str = r#"
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
"#;

/// Installs packages where that is allowed: as root, or with a sudo that asks for no password.
pub fn install(places: &Places, packages: &[&str], advice: &str) -> Result<(), Failure> {
    if places.program("apt-get").is_none() {
        return Err(Failure::new(format!("This system has no apt-get. {advice}")));
    }
    let mut command = if is_root(places) {
        program(places, "sh")
    } else if capture(program(places, "sudo").args(["-n", "true"])).is_ok() {
        let mut command = program(places, "sudo");
        command.args(["-n", "sh"]);
        command
    } else {
        return Err(Failure::new(format!(
            "Installing packages needs root. {advice} On Debian and Ubuntu: sudo apt-get install {}",
            packages.join(" ")
        )));
    };
    run(command.args(["-c", INSTALL, "install"]).args(packages)).map_err(|_| {
        Failure::new(format!("The packages {} could not be installed; see above. {advice}", packages.join(", ")))
    })
}

/// Whether we are root.
pub fn is_root(places: &Places) -> bool {
    capture(program(places, "id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Whether the system knows a user of that name.
pub fn has_user(name: &str) -> bool {
    capture(Command::new("id").args(["-u", name])).is_ok()
}
