//! Makes sure that the folder of the built site exists, so that the server compiles before the site was ever built, and
//! that a rebuilt site (new hashed names) is embedded anew.

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
    Ok(())
}
