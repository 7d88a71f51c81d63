//! Endpoints and deliveries in the words of the page.

use domain::{
    Timestamp,
    subscription::Tone,
    webhooks::{CATALOGUE, DeliveryState},
};
use services::webhooks::{Delivery, Listed, MOST_COUNTED};

use crate::{views::Badge, words};

/// How an endpoint does.
pub(in crate::pages) fn state(endpoint: &Listed, now: Timestamp) -> Badge {
    if endpoint.is_suspended {
        return Badge::new(Tone::Danger, "Partner suspended");
    }
    match (endpoint.is_enabled, endpoint.stopped_why.as_str(), endpoint.failing_since()) {
        (false, "", _) => Badge::new(Tone::Neutral, "Disabled"),
        (false, "gone", _) => Badge::new(Tone::Danger, "Stopped").with_note("it said that it is gone"),
        (false, ..) => Badge::new(Tone::Danger, "Stopped").with_note("it failed for days"),
        (true, _, Some(since)) => {
            Badge::new(Tone::Warn, "Failing").with_note(format!("since {}", words::when(since, now).shown))
        }
        (true, ..) => Badge::new(Tone::Ok, "Enabled"),
    }
}

/// Where a delivery stands. It is held while nothing is sent to its endpoint.
pub(super) fn delivery(delivery: &Delivery, is_held: bool, now: Timestamp) -> Badge {
    let state = delivery.state();
    let tone = match state {
        DeliveryState::Done => Tone::Ok,
        DeliveryState::Dead => Tone::Danger,
        DeliveryState::Ready if delivery.attempts > 0 => Tone::Warn,
        DeliveryState::Running => Tone::Notice,
        DeliveryState::Ready => Tone::Neutral,
    };
    let badge = Badge::new(tone, state.label());
    match delivery.next_at() {
        Some(_) if is_held => badge.with_note("held"),
        Some(next) if delivery.attempts > 0 => badge.with_note(format!("next try {}", ahead(next, now))),
        _ => badge,
    }
}

/// A time to come: "in 4 min".
pub(in crate::pages) fn ahead(at: Timestamp, now: Timestamp) -> String {
    match at.since(now) {
        ..=0 => "now".to_owned(),
        wait @ 1..Timestamp::MINUTE => format!("in {} s", wait / Timestamp::SECOND + 1),
        wait @ Timestamp::MINUTE..Timestamp::HOUR => format!("in {} min", wait / Timestamp::MINUTE),
        wait => format!("in {} h", wait / Timestamp::HOUR),
    }
}

/// Whether nothing is sent to an endpoint, so that its work waits.
pub(super) fn is_held(endpoint: &Listed) -> bool {
    !endpoint.is_enabled || endpoint.is_suspended
}

/// What an endpoint is told of: "All events", "3 of 33 types".
pub(super) fn types(types: &[String]) -> String {
    match types {
        [] => "All events".to_owned(),
        [only] => only.clone(),
        many => format!("{} of {} types", many.len(), CATALOGUE.len()),
    }
}

/// A count that is not counted to its end.
pub(in crate::pages) fn counted(count: i64) -> String {
    if count > MOST_COUNTED { format!("over {}", words::grouped(MOST_COUNTED)) } else { words::grouped(count) }
}

/// The page of the record that an event is about.
pub(super) fn record(object: &str, id: &str) -> Option<String> {
    let area = match object {
        "customer" => "customers",
        "vehicle" => "fleet",
        "plan" => "plans",
        "subscription" => "subscriptions",
        "webhook_endpoint" => "access/webhooks",
        _ => return None,
    };
    Some(format!("/{area}/{id}"))
}

/// What the last attempt came to: "200", "answered 500", "no answer within 15 s".
pub(super) fn outcome(status: Option<i64>, error: &str) -> String {
    match status {
        _ if !error.is_empty() => error.to_owned(),
        Some(status) => status.to_string(),
        None => String::new(),
    }
}
