//! Runs other programs.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    failure::{Explain, Failure},
    places::Places,
};

/// A program to be run in the project's top folder, with the project's tools on its search path.
pub fn program(places: &Places, name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(&places.root).env("PATH", places.search_path());
    // What `cargo run` tells this program about itself would make some build scripts believe that their surroundings
    // had changed, and so rebuild half of the project.
    for (name, _) in env::vars_os().filter(|(name, _)| told_by_cargo_run(name)) {
        command.env_remove(name);
    }
    command
}

fn told_by_cargo_run(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.starts_with("CARGO_PKG_") || matches!(name, "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH" | "OUT_DIR")
    })
}

/// Runs to the end, with this terminal as its own.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().explain(|| format!("`{}` can't be started", shown(command)))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed ({status}).", shown(command)))) }
}

/// Runs to the end and gives back what it printed.
pub fn capture(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().explain(|| format!("`{}` can't be started", shown(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{}` failed ({}). It said: {}", shown(command), output.status, words.trim())))
}

/// Runs to the end, shows its output and hands each line of it to `each`. Says whether it succeeded.
pub fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool, Failure> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().explain(|| format!("`{}` can't be started", shown(command)))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.explain(|| format!("What `{}` prints can't be read", shown(command)))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            each(&line);
        }
    }
    Ok(child.wait().explain(|| format!("`{}` was lost", shown(command)))?.success())
}

/// Becomes that program where the system allows it, so that signals and the exit code are its own.
#[cfg(unix)]
pub fn become_program(command: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(Failure::new(format!("`{}` can't be started: {error}", shown(command))))
}

/// Runs that program to its end.
#[cfg(not(unix))]
pub fn become_program(command: &mut Command) -> Result<(), Failure> {
    run(command)
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{capture, follow, run};

    #[test]
    fn a_failed_program_is_named_with_its_arguments() {
        let failure = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(failure.to_string().starts_with("`sh -c exit 3` failed"), "{failure}");
    }

    #[test]
    fn what_a_failed_program_said_is_told() {
        let failure = capture(Command::new("sh").args(["-c", "echo no room >&2; exit 1"])).unwrap_err();
        assert!(failure.to_string().ends_with("It said: no room"), "{failure}");
    }

    #[test]
    fn a_followed_program_hands_over_its_lines() {
        let mut lines = Vec::new();
        let succeeded = follow(Command::new("sh").args(["-c", "echo one; echo two; exit 1"]), |line| {
            lines.push(line.to_owned());
        });
        assert!(!succeeded.unwrap());
        assert_eq!(lines, ["one", "two"]);
    }
}
