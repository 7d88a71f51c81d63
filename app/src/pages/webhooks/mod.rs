//! Webhooks: where events are sent, what was sent, how it went, and sending it again.

mod actions;
mod acts;
mod catalogue;
mod delivery;
mod detail;
mod form;
mod list;
mod reads;
pub(super) mod words;

pub use catalogue::CataloguePage;
pub use delivery::DeliveryPage;
pub use detail::WebhookPage;
pub use form::{EditWebhookPage, NewWebhookPage};
pub use list::WebhooksPage;

use crate::components::Crumb;

/// The way to the pages of endpoints.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Webhooks", "/access/webhooks")]
}
