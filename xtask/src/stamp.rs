//! Fingerprints of files, to know whether a step has anything to do.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::failure::{Explain, Failure};

/// Collects what a step depends on. Of use on one machine and with one compiler only; when in doubt it differs, and the
/// step is done once more.
#[derive(Default)]
pub struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds a word, such as a version.
    pub fn word(&mut self, word: &str) -> &mut Self {
        word.hash(&mut self.0);
        self
    }

    /// Adds the content of a file or of all files under a folder. What isn't there counts as such.
    pub fn content(&mut self, path: &Path) -> Result<&mut Self, Failure> {
        for file in files(path)? {
            file.hash(&mut self.0);
            fs::read(&file).explain(|| format!("{} can't be read", file.display()))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// Adds names, sizes and times of a file or of all files under a folder: enough for what only our own steps write.
    pub fn listing(&mut self, path: &Path) -> Result<&mut Self, Failure> {
        for file in files(path)? {
            let metadata = fs::metadata(&file).explain(|| format!("{} can't be read", file.display()))?;
            let age = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
            (file, metadata.len(), age).hash(&mut self.0);
        }
        Ok(self)
    }

    /// The fingerprint as text.
    pub fn text(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// A file itself, or all files under a folder, in a fixed order. Nothing for what isn't there.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(path, &mut found).explain(|| format!("{} can't be read", path.display()))?;
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_file() {
        found.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), found)?;
        }
    }
    Ok(())
}

/// Whether a step's mark says just this.
pub fn is_marked(mark: &Path, text: &str) -> bool {
    fs::read_to_string(mark).is_ok_and(|found| found == text)
}

/// Leaves a step's mark.
pub fn mark(mark: &Path, text: &str) -> Result<(), Failure> {
    let written = mark.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(mark, text));
    written.explain(|| format!("{} can't be written", mark.display()))
}

/// Takes a step's mark away, before the step begins: an interrupted step has not been done.
pub fn unmark(mark: &Path) {
    // A mark that isn't there need not be taken away.
    let _ = fs::remove_file(mark);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Fingerprint, is_marked, mark, unmark};

    #[test]
    fn a_fingerprint_sees_each_change() {
        let folder = std::env::temp_dir().join(format!("keyfob-xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("inner/one.css"), "a").unwrap();
        let of = |words: &str| {
            let mut fingerprint = Fingerprint::default();
            fingerprint.word(words).content(&folder).unwrap();
            fingerprint.text()
        };
        let before = of("release");
        assert_eq!(of("release"), before);
        assert_ne!(of("debug"), before);
        fs::write(folder.join("inner/one.css"), "b").unwrap();
        let changed = of("release");
        assert_ne!(changed, before);
        fs::write(folder.join("two.css"), "").unwrap();
        assert_ne!(of("release"), changed);

        let file = folder.join("marks/site");
        assert!(!is_marked(&file, &changed));
        mark(&file, &changed).unwrap();
        assert!(is_marked(&file, &changed));
        unmark(&file);
        assert!(!is_marked(&file, &changed));
        fs::remove_dir_all(folder).unwrap();
    }
}
