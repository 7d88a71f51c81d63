//! Version numbers, as programs print them and lock files keep them.

use std::fmt;

/// Three numbers. What follows them (`-rc1`, `+build`) is left out of comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// A version known beforehand.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch }
    }

    /// Finds the first version in what a program prints: `v20.20.2`, `cargo-leptos 0.3.10`,
    /// `pg_ctl (PostgreSQL) 15.14 (Debian …)`, `wasm-opt version 132`.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|character: char| character.is_whitespace() || matches!(character, '(' | ')' | ','))
            .find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(word.len());
        let mut numbers = word[..end].split('.').map(str::parse::<u64>);
        let major = numbers.next()?.ok()?;
        let minor = numbers.next().unwrap_or(Ok(0)).ok()?;
        let patch = numbers.next().unwrap_or(Ok(0)).ok()?;
        Some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        let found = |text| Version::find(text).unwrap().to_string();
        assert_eq!(found("v20.20.2\n"), "20.20.2");
        assert_eq!(found("cargo-leptos 0.3.10\n"), "0.3.10");
        assert_eq!(found("wasm-opt version 132 (version_132)"), "132.0.0");
        assert_eq!(found("pg_ctl (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), "15.14.0");
        assert_eq!(found("leptos 0.9.0-rc1"), "0.9.0");
        assert_eq!(Version::find("no numbers here"), None);
    }

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        assert!(Version::new(0, 8, 13) > Version::new(0, 8, 9));
        assert!(Version::new(20, 0, 0) > Version::new(9, 99, 99));
    }
}
