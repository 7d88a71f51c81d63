//! What the browser takes over: the only parts of a page whose code it loads.
//!
//! Everything here makes a page quicker to use and nothing possible that isn't possible without it. An island gets what
//! it needs as properties, which travel in the page: the browser has no context of ours. No island has children.

#[cfg(feature = "hydrate")]
mod arrival;
mod palette;
mod unsaved;

#[cfg(feature = "hydrate")]
pub use arrival::arrive;
pub use palette::{Palette, Place};
pub use unsaved::WarnUnsaved;
