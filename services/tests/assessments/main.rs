//! Partners before they are connected: who decides on them, what the gate asks for, and how it closes again.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod decisions;
mod files;
mod gate;
mod setup;
#[path = "../machines/support.rs"]
#[allow(dead_code)]
mod support;
