//! The hashed names of the site's main files.
//!
//! The build tool also writes them into a `hash.txt` beside the server binary, to be read at run time; then a binary that
//! travels without it serves pages without style and script. The embedded files know their own names, so we ask them.

use std::{sync::OnceLock, time::UNIX_EPOCH};

use super::{Site, file};

/// The output name that the build gives to the site's files.
const OUTPUT: &str = "keyfob";

/// The length of the hash in a name: 128 bits in base64 without padding.
const HASH_LENGTH: usize = 22;

/// The names of the site's main files, as they stand under `/pkg/`. A name is missing when the site was not built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The style sheet.
    pub css: Option<String>,
    /// The script that starts the portal in the browser.
    pub js: Option<String>,
    /// The WebAssembly module.
    pub wasm: Option<String>,
}

/// The names. Found once; in a debug build each time, because the site is rebuilt under a running server.
pub fn names() -> Names {
    static FOUND: OnceLock<Names> = OnceLock::new();
    if cfg!(debug_assertions) { find() } else { FOUND.get_or_init(find).clone() }
}

fn find() -> Names {
    let all: Vec<String> = Site::iter().filter_map(|path| Some(path.strip_prefix("pkg/")?.to_owned())).collect();
    Names {
        css: newest(&all, OUTPUT, "css", written),
        js: newest(&all, OUTPUT, "js", written),
        wasm: newest(&all, OUTPUT, "wasm", written),
    }
}

/// The file `output.ext` or `output.HASH.ext` that was written last: watching leaves older ones behind.
fn newest(all: &[String], output: &str, extension: &str, written: fn(&str) -> u64) -> Option<String> {
    let forms: Vec<&String> = all.iter().filter(|name| is_form_of(name, output, extension)).collect();
    match forms.as_slice() {
        [] => None,
        // The usual case needs no look at the files.
        [only] => Some((*only).clone()),
        several => several.iter().max_by_key(|name| written(name)).map(|name| (*name).clone()),
    }
}

/// When a file under `pkg/` was written, in seconds.
fn written(name: &str) -> u64 {
    if cfg!(debug_assertions) {
        // Not by way of the embedded file: on disk that reads and hashes all of it, and modules are large.
        let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site/pkg/{}"), name);
        let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |age| age.as_secs())
    } else {
        file(&format!("pkg/{name}")).and_then(|file| file.metadata.last_modified()).unwrap_or(0)
    }
}

fn is_form_of(name: &str, output: &str, extension: &str) -> bool {
    let rest = name.strip_prefix(output).and_then(|rest| rest.strip_suffix(extension));
    rest.is_some_and(|rest| rest == "." || (rest.len() == HASH_LENGTH + 2 && has_hash(name)))
}

/// Whether a file's name carries a hash of its content.
pub(super) fn has_hash(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let is_hash = |part: &str| {
        part.len() == HASH_LENGTH
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let parts: Vec<&str> = name.split('.').collect();
    parts.len() >= 3 && parts[1..parts.len() - 1].iter().any(|part| is_hash(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "KgBIrSV5wMZ1gnMtyzY0Hg";

    #[test]
    fn hashed_and_plain_names_are_recognised_and_others_are_not() {
        assert!(is_form_of(&format!("keyfob.{HASH}.css"), "keyfob", "css"));
        assert!(is_form_of("keyfob.css", "keyfob", "css"));
        assert!(!is_form_of(&format!("keyfob.{HASH}.css.br"), "keyfob", "css"));
        assert!(!is_form_of("keyfob_extra.css", "keyfob", "css"));
        assert!(!is_form_of("keyfob.short.css", "keyfob", "css"));
    }

    #[test]
    fn of_several_the_newest_counts() {
        let all = ["keyfob.css".to_owned(), format!("keyfob.{HASH}.css"), "keyfob.js".to_owned()];
        let written = |name: &str| u64::from(name.contains(HASH));
        assert_eq!(newest(&all, "keyfob", "css", written).unwrap(), format!("keyfob.{HASH}.css"));
        assert_eq!(newest(&all, "keyfob", "js", written).unwrap(), "keyfob.js");
        assert_eq!(newest(&all, "keyfob", "wasm", written), None);
    }

    #[test]
    fn a_hash_stands_between_dots() {
        assert!(has_hash(&format!("pkg/chunk_1.{HASH}.wasm")));
        assert!(!has_hash("pkg/keyfob.css"));
        assert!(!has_hash(&format!("pkg/{HASH}/inline0.js")));
    }
}
