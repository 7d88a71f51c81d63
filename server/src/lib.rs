//! The server: listeners, what stands around every request, command line.
//!
//! Beside the binary there is this library, so that tests can put [`edge::wrap`] around any router.

pub mod assets;
pub mod bill_of_materials;
pub mod cli;
pub mod commands;
pub mod config;
pub mod edge;
pub mod error_page;
pub mod health;
pub mod hooks;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod partner_api;
pub mod site;
mod workers;
