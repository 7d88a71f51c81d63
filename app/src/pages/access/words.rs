//! Keys and clients in the words of their pages. Server only.

use domain::{
    Timestamp,
    credentials::{Environment, PREFIX, State},
    permissions::{Permission, Risk},
    subscription::Tone,
};
use services::credentials::Listed;

use crate::{views::Badge, words};

/// What a credential begins with: enough to tell it by, and nothing that is secret.
pub(super) fn stem(credential: &Listed) -> String {
    format!("{PREFIX}{}_{}_{}_…", credential.kind().secret(), credential.environment(), credential.public_id)
}

/// What it works on.
pub(super) fn environment(environment: Environment) -> Badge {
    let tone = match environment {
        Environment::Live => Tone::Notice,
        Environment::Test => Tone::Neutral,
    };
    Badge::new(tone, environment.label())
}

/// Where a key or client is now, with what is to be known of its secrets.
pub(super) fn state(credential: &Listed, now: Timestamp) -> Badge {
    let not_before = credential.not_before.map(Timestamp).filter(|from| now < *from);
    let badge = match credential.state() {
        State::Revoked => return Badge::new(Tone::Neutral, "Revoked"),
        _ if credential.is_expired(now) => return Badge::new(Tone::Neutral, "Expired"),
        State::PendingApproval => Badge::new(Tone::Notice, State::PendingApproval.label()),
        State::Disabled => Badge::new(Tone::Warn, State::Disabled.label()),
        State::Active => match not_before {
            Some(from) => {
                Badge::new(Tone::Notice, "Not yet").with_note(format!("from {}", words::when(from, now).shown))
            }
            None => Badge::new(Tone::Ok, State::Active.label()),
        },
    };
    if credential.has_new_secret {
        badge.with_note("New secret not used yet")
    } else if credential.has_old_secret {
        badge.with_note("Old secret still in use")
    } else {
        badge
    }
}

/// How much harm a scope can do.
pub(super) fn risk(scope: Permission) -> Badge {
    let tone = match scope.risk() {
        Risk::Low => Tone::Neutral,
        Risk::Medium => Tone::Notice,
        Risk::High => Tone::Warn,
    };
    Badge::new(tone, format!("{} risk", scope.risk().label()))
}

/// A number of things: "1 call", "12 calls".
pub(super) fn count(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", words::grouped(number), if number == 1 { one } else { many })
}

/// An instant in full, or nothing.
pub(super) fn exact(at: Option<i64>, now: Timestamp) -> String {
    at.map(|at| words::when(Timestamp(at), now).exact).unwrap_or_default()
}
