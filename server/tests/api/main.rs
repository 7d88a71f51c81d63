//! The partner API over its router: what it says, in each version, to whom, and what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

mod catalogue;
mod conditions;
mod contracts;
mod decisions;
mod support;
mod versions;
