//! Gives the site's main script and main module names that tell their content.
//!
//! In a split build cargo-leptos writes the loader's name into both after it has named them. A change in a single lazy
//! route then gives them other content under the same name, and a browser that keeps such files for a year goes on
//! asking for a loader that is gone. So they are named anew, once everything in them is final.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::{
    failure::{Explain, Failure},
    places::Places,
    process::{capture, program},
    stamp,
};

/// Compresses files as cargo-leptos does: one beside the other, with the same endings.
const COMPRESS: &str = "
const { readFileSync, writeFileSync } = require('node:fs');
const { brotliCompressSync, gzipSync } = require('node:zlib');
for (const path of process.argv.slice(1)) {
  const content = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(content));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}";

/// Renames what needs it in a freshly built site, and everywhere it is named.
pub fn give(places: &Places, hashes: &Path) -> Result<(), Failure> {
    let changed = rename(&places.site().join("pkg"), hashes)?;
    if changed.is_empty() {
        return Ok(());
    }
    capture(program(places, "node").args(["-e", COMPRESS]).args(&changed)).map(drop)
}

/// Does the renaming, and says which files' content has changed by it, whose compressed forms are now out of date.
fn rename(package: &Path, hashes: &Path) -> Result<Vec<PathBuf>, Failure> {
    let scripts: Vec<PathBuf> = stamp::files(package)?.into_iter().filter(|path| has_ending(path, "js")).collect();
    if !scripts.iter().any(|path| name(path).starts_with("__wasm_split.")) {
        return Ok(Vec::new());
    }
    let mut changed = Vec::new();
    for ending in ["wasm", "js"] {
        let (old, new) = rename_main(package, ending)?;
        for script in &scripts {
            // The main script has its new name already, and doesn't name itself.
            if script.exists() && replace(script, &format!("{old}.{ending}"), &format!("{new}.{ending}"))? {
                changed.push(script.clone());
            }
        }
        let entry = |name: &str| format!("{ending}: {}", name.trim_start_matches(MAIN));
        replace(hashes, &entry(&old), &entry(&new))?;
    }
    Ok(changed)
}

/// What the names of the main files begin with.
const MAIN: &str = "keyfob.";

/// Renames the main file of a kind, and its compressed forms. Gives its old and its new name without the ending.
fn rename_main(package: &Path, ending: &str) -> Result<(String, String), Failure> {
    let files = stamp::files(package)?;
    let main = files.iter().find(|path| name(path).starts_with(MAIN) && has_ending(path, ending));
    let main = main.ok_or_else(|| Failure::new(format!("The site has no {MAIN}….{ending}.")))?;
    let content = fs::read(main).explain(|| format!("{} can't be read", main.display()))?;
    let old = main.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let new = format!("{MAIN}{}", digest(&content));
    for suffix in ["", ".br", ".gz"] {
        let from = package.join(format!("{old}.{ending}{suffix}"));
        let to = package.join(format!("{new}.{ending}{suffix}"));
        fs::rename(&from, to).explain(|| format!("{} can't be renamed", from.display()))?;
    }
    Ok((old.to_owned(), new))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension == ending)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Replaces a word in a text file, and says whether it was there.
fn replace(path: &Path, old: &str, new: &str) -> Result<bool, Failure> {
    let text = fs::read_to_string(path).explain(|| format!("{} can't be read", path.display()))?;
    if !text.contains(old) {
        return Ok(false);
    }
    fs::write(path, text.replace(old, new)).explain(|| format!("{} can't be written", path.display()))?;
    Ok(true)
}

/// 22 letters, as long as the hashes that cargo-leptos gives, so that all names are of one form.
fn digest(content: &[u8]) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, content).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(0), half(1))[..22].to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{digest, rename};

    #[test]
    fn main_files_are_named_by_their_content_everywhere() {
        let site = std::env::temp_dir().join(format!("keyfob-xtask-names-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        let write = |name: &str, text: &str| fs::write(site.join(name), text).unwrap();
        let read = |name: &str| fs::read_to_string(site.join(name)).unwrap();
        let script = "import './__wasm_split.LOADER.js'";
        let module = "wants __wasm_split.LOADER.js";
        write("keyfob.OLD.js", script);
        write("keyfob.OLDER.wasm", module);
        write("keyfob.OLD.css", "");
        write("__wasm_split.LOADER.js", "import './keyfob.OLD.js'");
        write("chunk_0.C.wasm", "");
        write("hash.txt", "js: OLD\nwasm: OLDER\ncss: OLD\n");
        for name in ["keyfob.OLD.js", "keyfob.OLDER.wasm"] {
            write(&format!("{name}.br"), "");
            write(&format!("{name}.gz"), "");
        }

        let changed = rename(&site, &site.join("hash.txt")).unwrap();

        let (js, wasm) = (digest(script.as_bytes()), digest(module.as_bytes()));
        assert_eq!(changed, [site.join("__wasm_split.LOADER.js")]);
        assert_eq!(read(&format!("keyfob.{js}.js")), script);
        assert_eq!(read(&format!("keyfob.{wasm}.wasm")), module);
        assert_eq!(read("__wasm_split.LOADER.js"), format!("import './keyfob.{js}.js'"));
        assert_eq!(read("hash.txt"), format!("js: {js}\nwasm: {wasm}\ncss: OLD\n"));
        assert!(site.join(format!("keyfob.{js}.js.br")).exists() && !site.join("keyfob.OLD.js.br").exists());
        fs::remove_dir_all(site).unwrap();
    }

    #[test]
    fn a_site_that_is_not_split_keeps_its_names() {
        let site = std::env::temp_dir().join(format!("keyfob-xtask-whole-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("keyfob.OLD.js"), "").unwrap();
        assert!(rename(&site, &site.join("hash.txt")).unwrap().is_empty());
        assert!(site.join("keyfob.OLD.js").exists());
        fs::remove_dir_all(site).unwrap();
    }

    #[test]
    fn names_differ_when_contents_do() {
        assert_eq!(digest(b"a").len(), 22);
        assert_ne!(digest(b"a"), digest(b"b"));
    }
}
