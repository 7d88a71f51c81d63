//! Subscriptions: the list, a record with both its timelines, a draft, and the review of every change.

mod actions;
mod change;
mod detail;
mod list;
mod new;
mod reads;
mod review;
mod steps;
mod timelines;

#[cfg(feature = "ssr")]
mod asked;

pub use change::ChangePage;
pub use detail::SubscriptionPage;
pub use list::SubscriptionsPage;
#[cfg(feature = "ssr")]
pub use list::row_of;
pub use new::NewSubscriptionPage;
