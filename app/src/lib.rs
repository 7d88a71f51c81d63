//! What people see: the shell, pages, components and the server functions beside them.
//!
//! Every page is rendered on the server and works without JavaScript; the browser then takes over (hydration) and makes
//! it quicker. Pages show view models that hold display-ready words; they know no SQL and no rules.

// Views are deep types; the default of 128 is too small for them.
#![recursion_limit = "512"]
// A server function becomes a struct with a field for each argument, which no comment can reach.
#![allow(missing_docs)]
// Leptos' macros expand to names that the lint about qualified paths would ask to shorten.
#![allow(unused_qualifications)]
// Components take their props by value, and a page's signature is decided by the router.
#![allow(clippy::needless_pass_by_value, clippy::must_use_candidate)]

pub mod components;
pub mod error;
pub mod failure;
pub mod functions;
pub mod pages;
mod routes;
mod shell;
pub mod viewer;
pub mod views;

#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod listing;
#[cfg(feature = "ssr")]
pub mod words;

pub use routes::App;
pub use shell::{Assets, shell};
