//! The size of the first load: what a browser with an empty cache fetches before a page is awake.

use std::{fs, path::Path};

use crate::{
    failure::{Explain, Failure},
    stamp,
};

/// The most that scripts and WebAssembly of a page may weigh, compressed; in bytes.
pub const LIMIT: u64 = 250_000;

/// One file that each page loads.
#[derive(Debug, PartialEq, Eq)]
pub struct Load {
    /// Its name below `pkg/`.
    pub name: String,
    /// Bytes over the wire, as `--precompress` left them.
    pub size: u64,
}

/// Every script and module of the site: each page may load all of them, and no page loads anything else.
pub fn first_load(site: &Path) -> Result<Vec<Load>, Failure> {
    let package = site.join("pkg");
    let mut loads = Vec::new();
    for path in stamp::files(&package)? {
        let is_loaded = path.extension().is_some_and(|extension| extension == "js" || extension == "wasm");
        if is_loaded {
            let compressed = format!("{}.br", path.display());
            let metadata = fs::metadata(&compressed).explain(|| format!("{compressed} can't be read"))?;
            let name = path.strip_prefix(&package).unwrap_or(&path).display().to_string();
            loads.push(Load { name, size: metadata.len() });
        }
    }
    loads.sort_by(|one, other| other.size.cmp(&one.size).then_with(|| one.name.cmp(&other.name)));
    Ok(loads)
}

/// What they weigh together, in bytes.
pub fn sum(loads: &[Load]) -> u64 {
    loads.iter().map(|load| load.size).sum()
}

/// The table as text.
pub fn table(loads: &[Load]) -> String {
    let mut lines = vec![format!("  {:>9}  first load, brotli; at most {} kB", "bytes", LIMIT / 1000)];
    lines.extend(loads.iter().map(|load| format!("  {:>9}  {}", load.size, load.name)));
    let verdict = if sum(loads) > LIMIT { "  too heavy" } else { "" };
    lines.push(format!("  {:>9}  together{verdict}", sum(loads)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LIMIT, Load, first_load, sum, table};

    fn load(name: &str, size: u64) -> Load {
        Load { name: name.to_owned(), size }
    }

    #[test]
    fn scripts_and_modules_are_weighed_as_compressed() {
        let site = std::env::temp_dir().join(format!("keyfob-xtask-bundle-{}", std::process::id()));
        let package = site.join("pkg");
        fs::create_dir_all(package.join("snippets/part")).unwrap();
        for (name, size) in
            [("keyfob.H.js", 10), ("keyfob.H.wasm", 100), ("keyfob.H.css", 1000), ("snippets/part/inline0.js", 2)]
        {
            fs::write(package.join(name), vec![0; 5000]).unwrap();
            fs::write(package.join(format!("{name}.br")), vec![0; size]).unwrap();
        }
        let loads = first_load(&site).unwrap();
        fs::remove_dir_all(&site).unwrap();
        assert_eq!(loads, [load("keyfob.H.wasm", 100), load("keyfob.H.js", 10), load("snippets/part/inline0.js", 2)]);
        assert_eq!(sum(&loads), 112);
    }

    #[test]
    fn what_is_too_heavy_is_marked() {
        assert!(table(&[load("a.js", 1), load("b.wasm", LIMIT)]).ends_with("250001  together  too heavy"));
        assert!(!table(&[load("b.wasm", LIMIT)]).contains("too heavy"));
    }
}
