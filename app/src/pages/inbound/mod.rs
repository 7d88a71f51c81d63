//! Messages from partners: what came in, what came of it, and deciding on what is parked.

mod actions;
mod acts;
mod detail;
mod list;
mod reads;
mod words;

pub use detail::MessagePage;
pub use list::MessagesPage;

use crate::components::Crumb;

/// The way to the pages of messages.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Messages in", "/integrations/messages")]
}
