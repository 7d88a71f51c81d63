//! What this server is made of, as it was found when it was built.

use serde::Deserialize;

/// The document: `CycloneDX` 1.6, JSON.
pub const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/bill_of_materials.json"));

#[derive(Deserialize)]
struct Document {
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    version: String,
}

/// Names and versions, for the inventory.
pub fn components() -> Vec<(String, String)> {
    let document: Document = serde_json::from_str(JSON).unwrap_or(Document { components: Vec::new() });
    document.components.into_iter().map(|component| (component.name, component.version)).collect()
}

#[cfg(test)]
#[path = "../build/bill_of_materials.rs"]
mod made;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const LOCK: &str = include_str!("../../Cargo.lock");

    #[test]
    fn it_names_every_package_of_the_lock_file_that_is_from_a_registry() {
        let document: Value = serde_json::from_str(JSON).unwrap();
        assert_eq!(
            (document["bomFormat"].as_str(), document["specVersion"].as_str()),
            (Some("CycloneDX"), Some("1.6"))
        );
        let from_registries = LOCK.lines().filter(|line| line.starts_with("source = \"registry+")).count();
        let components = document["components"].as_array().unwrap();
        assert!(from_registries > 100 && components.len() == from_registries);
        let references: BTreeSet<&str> =
            components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(references.len(), components.len(), "each has a reference of its own");
        assert!(components.iter().all(|component| component["hashes"][0]["content"].as_str().unwrap().len() == 64));
        assert_eq!(super::components().len(), from_registries);
        assert!(super::components().iter().all(|(name, _)| name != "services"), "our own crates are no packages");
    }

    #[test]
    fn made_twice_it_is_the_same() {
        let once = made::of(LOCK, "1.2.3").unwrap();
        assert_eq!(once, made::of(LOCK, "1.2.3").unwrap());
        let (document, again): (Value, Value) = (
            serde_json::from_str(JSON).unwrap(),
            serde_json::from_str(&made::of(LOCK, env!("CARGO_PKG_VERSION")).unwrap()).unwrap(),
        );
        assert_eq!(document, again);
        assert!(made::of("not a lock file", "1.2.3").is_err());
    }
}
