//! `keyfob sbom` and `keyfob advisories …`: what this server is made of, and what was published against it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::permissions::marker::PatchesManage;
use services::{
    Services,
    access::Actor,
    patches::{self, Advisory, Imported, MOST_IN_FILE, Parsed},
};

use super::{Exit, Failure, say};
use crate::{bill_of_materials, cli::Advisories};

/// So many files are read from a folder.
const MOST_FILES: usize = 50_000;
/// So many advisories are written at once.
const AT_ONCE: usize = 500;

pub(super) fn print_own() -> Exit {
    say(bill_of_materials::JSON);
    Exit::Done
}

pub(super) async fn run(cx: &Services, command: Advisories) -> Result<Exit, Failure> {
    match command {
        Advisories::Import { path } => import(cx, &path).await,
    }
}

/// Reads everything first: when one entry can't be read, nothing is imported. Then it is written part by part; broken
/// off in between, the same command does the rest.
async fn import(cx: &Services, path: &Path) -> Result<Exit, Failure> {
    let (mut advisories, mut exploited, mut wrong): (Vec<Advisory>, Vec<String>, usize) = Default::default();
    for file in files(path)? {
        let text = read(&file)?;
        match patches::parse(&text, MOST_IN_FILE) {
            Ok(Parsed::Advisories(found)) => advisories.extend(found),
            Ok(Parsed::Exploited(found)) => exploited.extend(found),
            Err(lines) => {
                wrong += 1;
                for line in lines {
                    say(format_args!("{}: {line}", file.display()));
                }
            }
        }
    }
    if wrong > 0 {
        return Err(Failure::new(Exit::Refused, format!("Nothing was imported: {wrong} files can't be read.")));
    }
    let access = Actor::command_line().authorize::<PatchesManage>()?;
    let mut done = Imported::default();
    for part in advisories.chunks(AT_ONCE) {
        done = done.plus(patches::import_advisories(cx, &access, part).await?);
    }
    if !exploited.is_empty() {
        done = done.plus(patches::mark_exploited(cx, &access, &exploited).await?);
    }
    say(format_args!(
        "Advisories: {} new, {} newer, {} known already, {} marked as known exploited. Updates: {} opened, {} closed.",
        done.added, done.replaced, done.unchanged, done.marked, done.opened, done.closed
    ));
    Ok(Exit::Done)
}

/// The file itself, or every `.json` file that stands in the folder, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable =
        |error: std::io::Error| Failure::new(Exit::Usage, format!("{} can't be read: {error}", path.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file() && file.extension().is_some_and(|ending| ending == "json") {
            files.push(file);
        }
    }
    files.sort();
    match files.len() {
        0 => Err(Failure::new(Exit::Usage, format!("There is no .json file in {}.", path.display()))),
        count if count > MOST_FILES => {
            Err(Failure::new(Exit::Usage, format!("{} has more than {MOST_FILES} files.", path.display())))
        }
        _ => Ok(files),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(Exit::Usage, format!("{} can't be read: {error}", file.display()));
    let size = fs::metadata(file).map_err(unreadable)?.len();
    if size > MOST_IN_FILE as u64 {
        return Err(Failure::new(Exit::Usage, format!("{} is larger than {} MB.", file.display(), MOST_IN_FILE >> 20)));
    }
    fs::read_to_string(file).map_err(unreadable)
}
