//! Which of two versions is the later one, as far as that can be told.

use std::cmp::Ordering;

use semver::Version;

/// By which rules versions are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Semantic Versioning 2.0.0.
    Semantic,
    /// Numbers with dots between them, and nothing else: 1.10 is later than 1.9, and 1.0 the same as 1.
    Dotted,
}

impl Order {
    /// The rules of an ecosystem, as OSV names them.
    pub fn of(ecosystem: &str) -> Self {
        match ecosystem.split(':').next().unwrap_or_default() {
            "crates.io" | "npm" | "Go" | "Hex" | "Pub" | "SwiftURL" => Self::Semantic,
            _ => Self::Dotted,
        }
    }

    /// Which of two versions is later; nothing when these rules can't tell.
    pub fn compare(self, left: &str, right: &str) -> Option<Ordering> {
        match self {
            Self::Semantic => Some(semantic(left)?.cmp_precedence(&semantic(right)?)),
            Self::Dotted => Some(dotted(left)?.cmp(&dotted(right)?)),
        }
    }

    /// Whether a version is one by these rules.
    pub fn knows(self, version: &str) -> bool {
        match self {
            Self::Semantic => semantic(version).is_some(),
            Self::Dotted => dotted(version).is_some(),
        }
    }
}

fn semantic(version: &str) -> Option<Version> {
    Version::parse(version.strip_prefix('v').unwrap_or(version)).ok()
}

/// The numbers of a version, without zeros at the end.
fn dotted(version: &str) -> Option<Vec<u64>> {
    let mut numbers: Vec<u64> = version
        .strip_prefix('v')
        .unwrap_or(version)
        .split('.')
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

/// The name by which a package is found: PyPI takes `A_b.C` and `a-b-c` for the same.
pub fn package_key(ecosystem: &str, name: &str) -> String {
    if ecosystem != "PyPI" {
        return name.to_owned();
    }
    let mut key = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !key.ends_with('-') {
                key.push('-');
            }
        } else {
            key.extend(character.to_lowercase());
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_ecosystem() {
        let semantic = |left, right| Order::of("npm").compare(left, right);
        assert_eq!(semantic("1.10.0", "1.9.3"), Some(Ordering::Greater));
        assert_eq!(semantic("1.0.0-rc.1", "1.0.0"), Some(Ordering::Less));
        assert_eq!(semantic("1.0.0+a", "1.0.0+b"), Some(Ordering::Equal), "the build doesn't count");
        assert_eq!(semantic("1.0", "1.0.0"), None);
        let dotted = |left, right| Order::of("PyPI").compare(left, right);
        assert_eq!(dotted("2.10", "2.9.9.9"), Some(Ordering::Greater));
        assert_eq!(dotted("2.0", "2"), Some(Ordering::Equal));
        assert_eq!(dotted("2.0rc1", "2.0"), None, "can't tell");
        assert_eq!(dotted("2..0", "2.0"), None);
    }

    #[test]
    fn a_package_of_pypi_has_one_name() {
        assert_eq!(package_key("PyPI", "Zope._Interface"), "zope-interface");
        assert_eq!(package_key("npm", "Zope._Interface"), "Zope._Interface");
    }
}
