//! Staff, sessions and roles through their public use cases, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod browser;
mod invitations;
mod management;
mod roles_custom;
mod roles_seed;
mod second_factor;
mod session_steps;
mod session_store;
mod sign_in;
mod support;
mod throttle;
