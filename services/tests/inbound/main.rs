//! Messages in from partners: what is let in, in which order it is worked off, and what it does, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fleet_fixture/mod.rs"]
mod fleet_fixture;

mod door;
mod news;
mod order;
mod support;
