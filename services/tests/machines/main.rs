//! What machines prove themselves by, how often they may call, and what is known of their calls, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fleet_fixture/mod.rs"]
mod fleet_fixture;

mod approval;
mod keys;
mod leaks;
mod limits;
mod nodes;
mod support;
mod tokens;
mod usage;
mod webhooks;
