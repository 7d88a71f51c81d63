//! The register of integrations: what may stand in it, and that its secrets never come back, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../machines/support.rs"]
#[allow(dead_code)] // what machines need of it is not needed here
mod machines;

mod operations;
mod probe;
mod record;
mod secrets;
mod support;
