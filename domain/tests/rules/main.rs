//! The rules, as sentences and as properties.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a fixture that can't be made fails its test")]

mod booking;
mod calendar;
mod ending;
mod fixtures;
mod fleet;
mod holds;
mod lifecycle;
mod money;
mod pausing;
mod previews;
mod refusals;
mod roles;
mod soundness;
mod texts;
mod timelines;
