//! Version 1 of the partner API: its resources, each in a file with its types, its operations and what answers them.

mod customers;
mod drivers;
mod events;
mod holds;
mod leaks;
mod me;
mod odometer;
mod plans;
mod subscription_changes;
mod subscriptions;
mod vehicles;
mod webhook_endpoints;
mod words;

use std::str::FromStr;

use domain::texts::Invalid;

use super::operation::Route;
use crate::error_page::Problem;

/// The headings of the reference, with what stands under them.
pub const TAGS: &[(&str, &str)] = &[
    ("Credential", "What the credential in use is and may do."),
    ("Customers", "People and companies that subscribe."),
    ("Drivers", "Who may drive for a customer."),
    ("Vehicles", "The cars of the fleet."),
    ("Odometer readings", "What cars showed, when, and who says so."),
    ("Plans", "What can be subscribed to."),
    ("Subscriptions", "A customer, a plan and a car, with service and billing periods of their own."),
    ("Holds", "Why a car may not be driven, or a subscription not be changed or billed."),
    ("Events", "What happened to records, in order."),
    ("Webhook endpoints", "Where a partner wants to hear of events."),
    ("Security", "Reports of leaked credentials."),
];

/// Every operation.
pub fn routes() -> Vec<Route> {
    [
        me::routes(),
        customers::routes(),
        drivers::routes(),
        vehicles::routes(),
        odometer::routes(),
        plans::routes(),
        subscriptions::routes(),
        subscription_changes::routes(),
        holds::routes(),
        events::routes(),
        webhook_endpoints::routes(),
        leaks::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A value of the domain from what was sent, or what is wrong with that part.
fn parsed<T: FromStr<Err = Invalid>>(field: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|invalid: Invalid| services::Error::invalid_field(field, invalid.message()).into())
}

/// Like [`parsed`] for what may be left out.
fn optional<T: FromStr<Err = Invalid>>(field: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|text| parsed(field, text)).transpose()
}

/// Puts what was sent into a form; what was left out stays.
fn put(into: &mut String, value: Option<String>) {
    if let Some(value) = value {
        *into = value;
    }
}

/// An instant as answers write it (RFC 3339, in UTC).
fn instant(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|at| at.to_string()).unwrap_or_default()
}

/// A field that may leave only for whoever is cleared for it, in the form that the contract names; empty is nothing.
fn cleared(call: &super::call::Call, field: domain::partners::Field, value: &str) -> Option<String> {
    call.terms.text(field, value)
}
