// What this server is made of, as CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>), from the lock file. The build
// script and the tests both include this file.

use serde_json::{Value, json};

/// The document. It says nothing of when or where it was made: the same lock file makes the same text.
pub fn of(lock: &str, version: &str) -> Result<String, String> {
    let lock = lock.parse::<toml::Table>().map_err(|error| format!("the lock file can't be read: {error}"))?;
    let packages = lock.get("package").and_then(toml::Value::as_array).ok_or("the lock file names no packages")?;
    let mut components: Vec<(String, String, Value)> = packages.iter().filter_map(component).collect();
    components.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    let components: Vec<Value> = components.into_iter().map(|(.., component)| component).collect();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": format!("keyfob@{version}"),
                "name": "keyfob",
                "version": version,
            },
        },
        "components": components,
    });
    serde_json::to_string_pretty(&document).map_err(|error| error.to_string())
}

/// A package that comes from a registry; what is part of the workspace is this server itself.
fn component(package: &toml::Value) -> Option<(String, String, Value)> {
    let text = |key: &str| package.get(key).and_then(toml::Value::as_str);
    let (name, version, source) = (text("name")?, text("version")?, text("source")?);
    if !source.starts_with("registry+") {
        return None;
    }
    // Of what a version can have, only the sign before a build has to be written differently in such an address.
    let address = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
    let hashes: Vec<Value> =
        text("checksum").map(|checksum| json!({ "alg": "SHA-256", "content": checksum })).into_iter().collect();
    let component = json!({
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": hashes,
    });
    Some((name.to_owned(), version.to_owned(), component))
}
