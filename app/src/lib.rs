//! What people see: the shell, pages, components and the server functions beside them.
//!
//! Every page is rendered on the server and works without JavaScript. What the browser adds stands in [`islands`]: it
//! takes over (hydrates) those parts of a page and nothing else, so it loads no page's code and no page's data twice.
//! Pages show view models that hold display-ready words; they know no SQL and no rules.

// Views are deep types; the default of 128 is too small for them.
#![recursion_limit = "512"]
// A server function becomes a struct with a field for each argument, which no comment can reach.
#![allow(missing_docs)]
// Leptos' macros expand to names that the lint about qualified paths would ask to shorten.
#![allow(unused_qualifications)]
// Components take their props by value, and a page's signature is decided by the router.
#![allow(clippy::needless_pass_by_value, clippy::must_use_candidate)]

pub mod error;
pub mod icon;
pub mod islands;
pub mod search;

#[cfg(feature = "ssr")]
pub mod calls;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod functions;
#[cfg(feature = "ssr")]
pub mod listing;
#[cfg(feature = "ssr")]
mod once;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod viewer;
#[cfg(feature = "ssr")]
pub mod views;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use calls::Calls;
#[cfg(feature = "ssr")]
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::{Assets, shell};
