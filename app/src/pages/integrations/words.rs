//! Integrations, breakers and calls in the words of the page.

use domain::{
    Timestamp,
    integrations::{BreakerState, CallFailure, CallOutcome, CallState, IntegrationState},
    subscription::Tone,
};
use services::gateway::{BreakerView, Logged};

use crate::{
    views::{Badge, Cell, Row},
    words,
};

/// Whether an integration may be used.
pub(super) fn state(state: IntegrationState) -> Badge {
    let tone = match state {
        IntegrationState::Live => Tone::Ok,
        IntegrationState::Draft => Tone::Notice,
        IntegrationState::Restricted => Tone::Warn,
        IntegrationState::Held => Tone::Danger,
        IntegrationState::Retired => Tone::Neutral,
    };
    Badge::new(tone, state.label())
}

/// Where a breaker stands.
pub(super) fn breaker(state: BreakerState) -> Badge {
    let tone = match state {
        BreakerState::Closed => Tone::Ok,
        BreakerState::HalfOpen => Tone::Warn,
        BreakerState::Open => Tone::Danger,
    };
    Badge::new(tone, state.label())
}

/// Where a breaker stands, in a sentence.
pub(super) fn standing(view: &BreakerView, now: Timestamp) -> String {
    if let Some(forced) = view.forced.as_ref().filter(|forced| forced.until > now) {
        let how = if forced.is_open { "open: nothing is sent" } else { "closed: every call is sent" };
        let until = words::when(forced.until, now).exact;
        return format!("{} holds it {how}, until {until}. Why: {}", forced.by, forced.reason);
    }
    let since = words::when(view.since, now).shown;
    match view.state {
        BreakerState::Closed => format!("Calls go through. So since {since}."),
        BreakerState::HalfOpen => format!("Single calls go through, to find out. So since {since}."),
        BreakerState::Open => {
            let next = view.held_until.map(|until| format!(" It is tried again at {}.", words::when(until, now).exact));
            format!("No call goes through, since {since}.{}", next.unwrap_or_default())
        }
    }
}

/// Where a queued call stands.
pub(super) fn call(state: CallState, attempts: i64) -> Badge {
    let tone = match state {
        CallState::Done => Tone::Ok,
        CallState::Dead => Tone::Danger,
        CallState::Running => Tone::Notice,
        CallState::Ready if attempts > 0 => Tone::Warn,
        CallState::Ready | CallState::Cancelled => Tone::Neutral,
    };
    Badge::new(tone, state.label())
}

/// How a call through the gateway ended.
pub(super) fn outcome(logged: &Logged) -> Badge {
    let outcome = logged.outcome();
    let tone = match outcome {
        CallOutcome::Answered => Tone::Ok,
        CallOutcome::Second | CallOutcome::LastKnown | CallOutcome::Queued => Tone::Warn,
        CallOutcome::Refused => Tone::Danger,
    };
    let badge = Badge::new(tone, outcome.label());
    if logged.is_drill { badge.with_note("drill") } else { badge }
}

/// What went wrong with a call; empty when nothing did.
pub(super) fn failure(logged: &Logged) -> String {
    match (logged.failure().map(CallFailure::label), logged.detail.as_str()) {
        (None, detail) => detail.to_owned(),
        (Some(label), "") => label.to_owned(),
        (Some(label), detail) => format!("{label}: {detail}"),
    }
}

/// The mark at the beginning of a call's row.
pub(super) fn mark(logged: &Logged) -> &'static str {
    match logged.outcome() {
        CallOutcome::Answered => "",
        CallOutcome::Refused => "bad",
        CallOutcome::Second | CallOutcome::LastKnown | CallOutcome::Queued => "attn",
    }
}

/// A row of the calls of one integration.
pub(super) fn logged_row(logged: &Logged, now: Timestamp) -> Row {
    let cells = vec![
        Cell::When(words::when(Timestamp(logged.at), now)),
        Cell::Text(logged.operation.clone()),
        Cell::Badge(outcome(logged)),
        Cell::Text(failure(logged)),
        Cell::Number(format!("{} ms", words::grouped(logged.took_ms))),
    ];
    Row { href: String::new(), mark: mark(logged).to_owned(), cells }
}

/// The page of the record that a call is about.
pub(super) fn subject(kind: &str, id: &str) -> Option<String> {
    let area = match kind {
        "customer" => "customers",
        "vehicle" => "fleet",
        "subscription" => "subscriptions",
        _ => return None,
    };
    Some(format!("/{area}/{id}"))
}

/// Milliseconds as people read them: "800 ms", "2.5 s".
pub(super) fn span(millis: i64) -> String {
    if millis < 1_000 || millis % 100 != 0 {
        format!("{} ms", words::grouped(millis))
    } else if millis % 1_000 == 0 {
        format!("{} s", millis / 1_000)
    } else {
        format!("{}.{} s", millis / 1_000, millis % 1_000 / 100)
    }
}
