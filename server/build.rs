//! Makes sure that the folder of the built site exists, so that the server compiles before the site was ever built, and
//! that a rebuilt site (new hashed names) is embedded anew. Writes the bill of materials of this server, from the lock file.

#[path = "build/bill_of_materials.rs"]
mod bill_of_materials;

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let crate_folder = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let site = Path::new(&crate_folder).join("../target/site");
    fs::create_dir_all(site.join("pkg"))?;
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the site from disk and needs no rebuild for it.
    if env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    let lock = Path::new(&crate_folder).join("../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build/bill_of_materials.rs");
    let version = env::var("CARGO_PKG_VERSION").map_err(io::Error::other)?;
    let made = bill_of_materials::of(&fs::read_to_string(lock)?, &version).map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("bill_of_materials.json"), made)
}
