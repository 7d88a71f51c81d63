//! Whether a credential works at an instant, asked of the clock at every call.

use super::{SecretState, State};
use crate::{Timestamp, texts::Invalid};

/// Whether it works, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Works,
    /// It waits for somebody's approval.
    PendingApproval,
    /// It is switched off.
    Disabled,
    /// It was taken back.
    Revoked,
    /// Its time has not come.
    NotYet,
    /// Its time is over.
    Expired,
    /// This secret of it was replaced.
    SecretRetired,
}

/// Where a credential with this secret stands at `now`.
pub fn standing(
    now: Timestamp,
    state: State,
    not_before: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    secret: SecretState,
    retires_at: Option<Timestamp>,
) -> Standing {
    match state {
        State::PendingApproval => return Standing::PendingApproval,
        State::Disabled => return Standing::Disabled,
        State::Revoked => return Standing::Revoked,
        State::Active => {}
    }
    if not_before.is_some_and(|from| now < from) {
        Standing::NotYet
    } else if expires_at.is_some_and(|until| now >= until) {
        Standing::Expired
    } else if secret == SecretState::Retired || retires_at.is_some_and(|until| now >= until) {
        Standing::SecretRetired
    } else {
        Standing::Works
    }
}

/// How long an old secret works beside a new one: up to seven days, counted from the new one's first use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace(i64);

impl Grace {
    /// The longest, in seconds.
    pub const LONGEST: i64 = 7 * 24 * 60 * 60;

    /// A grace of so many seconds.
    pub fn seconds(seconds: i64) -> Result<Self, Invalid> {
        if (0..=Self::LONGEST).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Invalid::new("Choose from none to 7 days."))
        }
    }

    /// In milliseconds.
    pub const fn millis(self) -> i64 {
        self.0 * Timestamp::SECOND
    }

    /// In seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0
    }
}
