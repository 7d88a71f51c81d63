//! Health in the words of the page.

use domain::{
    Timestamp,
    health::{Health, Tally},
    subscription::Tone,
};
use services::health::Standing;

use crate::{pages::webhooks::words::ahead, views::Badge, words};

/// How an integration does, as a word with a shape.
pub(in crate::pages) fn badge(health: Health) -> Badge {
    let tone = match health {
        Health::CircuitOpen | Health::Failing | Health::SwitchedOff | Health::Held => Tone::Danger,
        Health::Recovering | Health::Degraded | Health::Slow | Health::Silent => Tone::Warn,
        Health::Drill | Health::Maintenance => Tone::Notice,
        Health::NotLive | Health::Unknown => Tone::Neutral,
        Health::Healthy => Tone::Ok,
    };
    Badge::new(tone, health.label())
}

/// Successes in per cent, with as many digits as tell something.
pub(super) fn success(tally: Tally) -> String {
    if tally.calls == 0 {
        return String::new();
    }
    let good = (tally.calls - tally.failed).max(0);
    let hundredths = good.saturating_mul(10_000) / tally.calls;
    match (hundredths, tally.failed) {
        (10_000, 0) => "100 %".to_owned(),
        _ => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
    }
}

/// Milliseconds; empty when unknown.
pub(super) fn millis(millis: Option<i64>) -> String {
    millis.map(|millis| format!("{} ms", words::grouped(millis))).unwrap_or_default()
}

/// What is left of a budget, and its hue.
pub(super) fn budget(standing: &Standing) -> Option<(u32, Badge)> {
    if standing.day.calls == 0 {
        return None;
    }
    let left = u32::try_from(standing.budget_left.max(0)).unwrap_or(100);
    let tone = match left {
        0..=20 => Tone::Danger,
        21..=50 => Tone::Warn,
        _ => Tone::Ok,
    };
    Some((left, Badge::new(tone, "left")))
}

/// What is in force for an integration just now.
pub(super) fn in_force(standing: &Standing, now: Timestamp) -> String {
    let mut parts = Vec::new();
    if let Some(until) = standing.held_until {
        parts.push(format!("Calls held back, looked at {}", ahead(until, now)));
    }
    if let Some(until) = standing.maintained_until {
        parts.push(format!("Maintenance ends {}", ahead(until, now)));
    }
    let (waiting, dead) = standing.waiting;
    if waiting > 0 {
        parts.push(format!("{} waiting", words::grouped(waiting)));
    }
    if dead > 0 {
        parts.push(format!("{} given up", words::grouped(dead)));
    }
    if parts.is_empty() && !standing.state_why.is_empty() {
        parts.push(standing.state_why.clone());
    }
    parts.join(" · ")
}
