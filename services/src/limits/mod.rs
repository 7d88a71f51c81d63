//! Rate limits of machines: policies that people edit, and the counts they are kept by.
//!
//! Counts are exact. One process keeps them itself; several share them in PostgreSQL, or in Valkey or Redis with
//! PostgreSQL to fall back on. Addresses that nobody has proved anything from are limited before all this, at the edge.

mod limiter;
mod memory;
mod near;
mod policy;
mod shared;
mod store;
mod valkey;

pub use limiter::{Ask, Health, Limiter, Verdict, WindowLeft};
pub use near::{Near, near};
pub(crate) use policy::of_caller;
pub use policy::{Policy, PolicyForm, create, delete, edit, find, form_of, list, parse};
