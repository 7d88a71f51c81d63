//! Reads `Cargo.lock`, as far as the tasks need to know: which package, which version.

use std::path::Path;

use crate::{
    failure::{Explain, Failure},
    version::Version,
};

/// The packages of a lock file with their versions, as written there.
#[derive(Debug)]
pub struct Lock(Vec<(String, String)>);

impl Lock {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).explain(|| format!("{} can't be read", path.display()))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut packages = Vec::new();
        for block in text.split("[[package]]").skip(1) {
            if let (Some(name), Some(version)) = (value(block, "name"), value(block, "version")) {
                packages.push((name, version));
            }
        }
        Self(packages)
    }

    /// All versions of a package, in the file's order.
    pub fn versions(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(package, _)| package == name).map(|(_, version)| version.as_str()).collect()
    }

    /// The version of a package that must be there once.
    pub fn only(&self, name: &str) -> Result<&str, Failure> {
        match self.versions(name).as_slice() {
            [version] => Ok(version),
            [] => Err(Failure::new(format!("Cargo.lock has no {name}."))),
            several => Err(Failure::new(format!("Cargo.lock has {name} more than once: {}.", several.join(", ")))),
        }
    }

    /// The lowest version of a package, for floors.
    pub fn lowest(&self, name: &str) -> Option<Version> {
        self.versions(name).into_iter().filter_map(Version::find).min()
    }
}

/// The value of `key = "value"` at the beginning of a line.
fn value(block: &str, key: &str) -> Option<String> {
    block.lines().find_map(|line| {
        let (found, value) = line.split_once(" = ")?;
        (found == key).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::Lock;
    use crate::version::Version;

    const TEXT: &str = r#"
version = 4

[[package]]
name = "sqlx"
version = "0.9.1"
source = "registry+x"
dependencies = [
 "sqlx-core",
]

[[package]]
name = "time"
version = "0.3.44"

[[package]]
name = "time"
version = "0.3.9"
"#;

    #[test]
    fn packages_are_read_with_their_versions() {
        let lock = Lock::parse(TEXT);
        assert_eq!(lock.only("sqlx").unwrap(), "0.9.1");
        assert_eq!(lock.versions("time"), ["0.3.44", "0.3.9"]);
        assert_eq!(lock.lowest("time"), Some(Version::new(0, 3, 9)));
    }

    #[test]
    fn a_missing_and_a_doubled_package_are_named() {
        let lock = Lock::parse(TEXT);
        assert_eq!(lock.only("tower").unwrap_err().to_string(), "Cargo.lock has no tower.");
        assert_eq!(lock.only("time").unwrap_err().to_string(), "Cargo.lock has time more than once: 0.3.44, 0.3.9.");
    }
}
