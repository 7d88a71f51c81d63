//! The size of the first load: what a browser with an empty cache fetches before a page is awake.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::failure::{Explain, Failure};

/// The most that scripts and WebAssembly of any first page may weigh, compressed; in bytes.
pub const LIMIT: u64 = 250_000;

/// One line of the table: what is loaded, and its compressed size in bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Load {
    /// The route's lazy function, as the splitter calls it; empty for what each page needs.
    pub route: String,
    /// Bytes over the wire.
    pub size: u64,
}

/// What each page needs first, then each lazy route's first load as a whole, the heaviest first.
pub fn first_loads(site: &Path) -> Result<Vec<Load>, Failure> {
    let package = site.join("pkg");
    let names = names(&package)?;
    let mut base = 0;
    for name in names.iter().filter(|name| is_needed_by_each_page(name)) {
        base += compressed(&package.join(name))?;
    }
    for snippet in crate::stamp::files(&package.join("snippets"))? {
        if snippet.extension().is_some_and(|extension| extension == "js") {
            base += compressed(&snippet)?;
        }
    }
    let mut loads = Vec::new();
    for (route, chunks) in routes(&package, &names)? {
        let mut load = Load { route, size: base };
        for chunk in chunks {
            load.size += compressed(&package.join(format!("{chunk}.wasm")))?;
        }
        loads.push(load);
    }
    loads.sort_by(|one, other| other.size.cmp(&one.size).then(one.route.cmp(&other.route)));
    loads.insert(0, Load { route: String::new(), size: base });
    Ok(loads)
}

/// The table as text.
pub fn table(loads: &[Load]) -> String {
    let mut lines = vec![format!("  {:>9}  first load, brotli; at most {} kB", "bytes", LIMIT / 1000)];
    for load in loads {
        let name = if load.route.is_empty() { "(each page)" } else { &load.route };
        let verdict = if load.size > LIMIT { "  too heavy" } else { "" };
        lines.push(format!("  {:>9}  {name}{verdict}", load.size));
    }
    lines.join("\n")
}

fn names(package: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(package).explain(|| format!("{} can't be read", package.display()))?;
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// The main script, the main module and the script that loads the others.
fn is_needed_by_each_page(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((stem, "js")) => stem.starts_with("keyfob.") || stem.starts_with("__wasm_split."),
        Some((stem, "wasm")) => stem.starts_with("keyfob."),
        _ => false,
    }
}

/// The size of a file as `--precompress` left it.
fn compressed(path: &Path) -> Result<u64, Failure> {
    let compressed = PathBuf::from(format!("{}.br", path.display()));
    let metadata = fs::metadata(&compressed).explain(|| format!("{} can't be read", compressed.display()))?;
    Ok(metadata.len())
}

/// Which modules each lazy route needs, from the splitter's manifest.
fn routes(package: &Path, names: &[String]) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let is_manifest = |stem: &str| stem.starts_with("__wasm_split_manifest");
    let manifest = names.iter().find(|name| name.strip_suffix(".json").is_some_and(is_manifest));
    let Some(name) = manifest else { return Ok(BTreeMap::new()) };
    let path = package.join(name);
    let text = fs::read_to_string(&path).explain(|| format!("{} can't be read", path.display()))?;
    parse_manifest(&text).ok_or_else(|| Failure::new(format!("{} is not a manifest.", path.display())))
}

/// Reads `{"name": ["module", …], …}`. No name in it has anything that JSON would write with a backslash.
fn parse_manifest(text: &str) -> Option<BTreeMap<String, Vec<String>>> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let mut routes = BTreeMap::new();
    while !rest.is_empty() {
        let (name, after) = rest.strip_prefix('"')?.split_once('"')?;
        let list = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')?;
        let (modules, after) = list.split_once(']')?;
        let modules = modules.split(',').map(|word| word.trim().trim_matches('"')).filter(|word| !word.is_empty());
        routes.insert(name.to_owned(), modules.map(str::to_owned).collect());
        rest = after.trim_start().strip_prefix(',').unwrap_or(after).trim_start();
    }
    Some(routes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LIMIT, Load, first_loads, parse_manifest, table};

    #[test]
    fn a_manifest_is_read() {
        let routes =
            parse_manifest("{\n  \"customers\": [\"chunk_0.A\", \"split_customers.B\"],\n  \"home\": []\n}").unwrap();
        assert_eq!(routes["customers"], ["chunk_0.A", "split_customers.B"]);
        assert!(routes["home"].is_empty());
        assert_eq!(parse_manifest("{}").unwrap().len(), 0);
        assert_eq!(parse_manifest("[1]"), None);
    }

    #[test]
    fn a_route_weighs_what_each_page_needs_and_its_own_modules() {
        let site = std::env::temp_dir().join(format!("keyfob-xtask-bundle-{}", std::process::id()));
        let package = site.join("pkg");
        fs::create_dir_all(package.join("snippets/part")).unwrap();
        let file = |name: &str, size: usize| fs::write(package.join(name), vec![0; size]).unwrap();
        file("keyfob.H.js.br", 10);
        file("keyfob.H.wasm.br", 100);
        file("__wasm_split.H.js.br", 1);
        file("snippets/part/inline0.js.br", 2);
        file("chunk_0.H.wasm.br", 50);
        file("split_a.H.wasm.br", 7);
        file("split_b.H.wasm.br", 8);
        for name in ["keyfob.H.js", "keyfob.H.wasm", "keyfob.H.css", "__wasm_split.H.js", "snippets/part/inline0.js"] {
            file(name, 0);
        }
        let manifest = r#"{"a":["chunk_0.H","split_a.H"],"b":["split_b.H"]}"#;
        fs::write(package.join("__wasm_split_manifest.H.json"), manifest).unwrap();
        let loads = first_loads(&site).unwrap();
        fs::remove_dir_all(&site).unwrap();
        let load = |route: &str, size| Load { route: route.to_owned(), size };
        assert_eq!(loads, [load("", 113), load("a", 170), load("b", 121)]);
    }

    #[test]
    fn what_is_too_heavy_is_marked() {
        let loads = [Load { route: String::new(), size: 9 }, Load { route: "a".into(), size: LIMIT + 1 }];
        assert!(table(&loads).ends_with("250001  a  too heavy"));
        assert_eq!(table(&loads).matches("too heavy").count(), 1);
    }
}
