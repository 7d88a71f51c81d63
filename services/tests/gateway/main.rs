//! Calls to partners, over real HTTP to partners that answer, hang, fail and come back; on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fleet_fixture/mod.rs"]
mod fleet_fixture;

mod partner;
mod plans;
mod protection;
mod queue;
mod steps;
mod vault;
