//! Webhooks: what happened, sent to the addresses that partners have registered, signed as Standard Webhooks says
//! (<https://www.standardwebhooks.com>, version 1).
//!
//! An event is put out ([`outbox`](mod@outbox)) in the transaction of the change it tells of, handed out to every endpoint
//! that wants it, and delivered at least once ([`Dispatcher`]); a receiver tells repeats by the id. What is sent says what
//! happened and to which record, and no more: the record is read by the partner API, by whoever may.

mod acts;
mod deliver;
mod dispatch;
mod endpoints;
mod list;
mod log;
mod message;
mod outbox;
mod sign;

pub use acts::{Recover, disable, enable, recover, resend, rotate, test};
pub use dispatch::Dispatcher;
pub use endpoints::{Endpoint, EndpointFields, Owner, Proof, create, delete, edit, find, list};
pub(crate) use endpoints::{fresh_secret, place};
pub use list::{EndpointFilter, Listed, MOST_COUNTED, all, one, public_keys};
pub use log::{Attempt, Delivery, DeliveryFilter, deliveries, delivery, sweep};
pub use message::{body, example, schema};
pub use outbox::fan_out;
pub(crate) use outbox::{announce, put_out};
pub use sign::standard_secret;

use crate::Error;

/// How long the old secret signs beside a new one: a day, in milliseconds.
pub const OVERLAP: i64 = domain::Timestamp::DAY;

#[track_caller]
fn not_found() -> Error {
    Error::not_found("webhook_endpoint.not_found", "There is no such webhook endpoint.")
}
