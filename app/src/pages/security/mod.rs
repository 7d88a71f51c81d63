//! The audit log: what happened in the last day, whether the log is sound, every event, and one of them in full.

mod actions;
mod event;
mod list;
mod page;
mod reads;
mod summary;
#[cfg(feature = "ssr")]
mod words;

pub use event::EventPage;
pub use page::SecurityPage;
