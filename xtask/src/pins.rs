//! The versions of what we build and test with. The browser tests' packages are pinned in `end2end/package.json`, and
//! wasm-bindgen by `Cargo.lock`, because tool and library must be of the same version.

use crate::version::Version;

/// Builds the browser's side and calls the other tools.
pub const CARGO_LEPTOS: &str = "0.3.10";

/// The npm package with `wasm-opt`; distributions' own are often too old for what rustc writes today.
pub const BINARYEN: &str = "132.0.0";

/// What `wasm-opt` and the browser tests need at least.
pub const NODE_FLOOR: Version = Version::new(20, 0, 0);

/// Fetched from npm, for this project only, where the system's Node is older than that.
pub const NODE: &str = "22.23.3";

/// What the browser's side is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The oldest PostgreSQL that the queries and the tests' cluster are written for.
pub const POSTGRES_FLOOR: Version = Version::new(14, 0, 0);

/// Tries the partner API against its own OpenAPI document; from PyPI.
pub const SCHEMATHESIS: &str = "4.32.5";
