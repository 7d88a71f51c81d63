//! The simulator over real HTTP: each way to behave, what it remembers, what it sends, and how it is controlled.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::unwrap_used)]

mod client;
mod control;
mod messages;
mod modes;
mod tokens;
