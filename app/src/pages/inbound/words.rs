//! Messages in the words of the page.

use domain::{Timestamp, inbound::MessageState, subscription::Tone};
use services::inbound::{MOST_COUNTED, Message};

use crate::{views::Badge, words};

/// Where a message stands.
pub(super) fn state(message: &Message, now: Timestamp) -> Badge {
    let state = message.state();
    let tone = match state {
        MessageState::Done => Tone::Ok,
        MessageState::Parked => Tone::Danger,
        MessageState::Running => Tone::Notice,
        MessageState::Ready if message.attempts > 0 => Tone::Warn,
        MessageState::Ready | MessageState::Ignored => Tone::Neutral,
    };
    let badge = Badge::new(tone, state.label());
    match message.next_at() {
        Some(_) if message.is_held() => badge.with_note("held"),
        Some(next) if message.attempts > 0 => badge.with_note(format!("next try {}", ahead(next, now))),
        _ => badge,
    }
}

/// A time to come: "in 4 min".
pub(super) fn ahead(at: Timestamp, now: Timestamp) -> String {
    match at.since(now) {
        ..=0 => "now".to_owned(),
        wait @ 1..Timestamp::MINUTE => format!("in {} s", wait / Timestamp::SECOND + 1),
        wait @ Timestamp::MINUTE..Timestamp::HOUR => format!("in {} min", wait / Timestamp::MINUTE),
        wait => format!("in {} h", wait / Timestamp::HOUR),
    }
}

/// The type, or that there is none.
pub(super) fn kind(message: &Message) -> String {
    if message.event_type.is_empty() { "Without a type".to_owned() } else { message.event_type.clone() }
}

/// What came of it, in the shortest form: the outcome, or why the last attempt failed.
pub(super) fn outcome(message: &Message) -> String {
    if message.outcome.is_empty() { message.last_error.clone() } else { message.outcome.clone() }
}

/// The page of the record that it is about, and the record's kind.
pub(super) fn record(message: &Message) -> Option<(String, String)> {
    let (kind, id) = message.record()?;
    let (label, area) = match kind {
        "subscription" => ("Subscription", "subscriptions"),
        "vehicle" => ("Vehicle", "fleet"),
        _ => return None,
    };
    Some((label.to_owned(), format!("/{area}/{id}")))
}

/// A count that is not counted to its end.
pub(super) fn counted(count: i64) -> String {
    if count > MOST_COUNTED { format!("over {}", words::grouped(MOST_COUNTED)) } else { words::grouped(count) }
}
