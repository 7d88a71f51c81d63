//! The rules, as sentences and as properties.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a fixture that can't be made fails its test")]

mod booking;
mod calendar;
mod credentials;
mod ending;
mod fixtures;
mod fleet;
mod holds;
mod lifecycle;
mod limits;
mod money;
mod patches;
mod pausing;
mod previews;
mod refusals;
mod roles;
mod soundness;
mod swapping;
mod texts;
mod timelines;
