//! Updates: what we use, what was published against it, and until when it has to be updated.

mod affected;
mod cvss;
mod version;

pub use affected::{Affected, Event, Package, Range, RangeKind, Verdict, first_fix, in_words, verdict};
pub use cvss::base_score;
pub use version::{Order, package_key};

use jiff::civil::Date;

use crate::civil::plus_days;

crate::text_enum! {
    /// What kind of thing it is that we use.
    pub enum ComponentKind {
        /// Compiled into this server.
        Own = "own", "Part of this server";
        /// Connects us to a partner, and is run beside us.
        Connector = "connector", "Connector";
        /// A partner's own library.
        Sdk = "sdk", "Partner’s library";
        /// A version of a partner's API.
        PartnerApi = "partner_api", "Partner API";
    }
}

crate::text_enum! {
    /// How bad it is that an advisory tells of.
    pub enum Severity {
        /// A score of 9.0 and more.
        Critical = "critical", "Critical";
        /// A score of 7.0 and more.
        High = "high", "High";
        /// A score of 4.0 and more.
        Medium = "medium", "Medium";
        /// Any other score.
        Low = "low", "Low";
        /// Nobody has said.
        Unrated = "unrated", "Not rated";
    }
}

impl Severity {
    /// The severity of a CVSS base score in tenths.
    pub const fn of_score(tenths: i64) -> Self {
        match tenths {
            90.. => Self::Critical,
            70..90 => Self::High,
            40..70 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// The severity that a database of advisories names in its own words.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "moderate" | "medium" => Self::Medium,
            "low" | "minor" | "none" => Self::Low,
            _ => return None,
        })
    }

    /// Within how many days it is to be updated. What nobody has rated is taken for high, so that it isn't forgotten.
    pub const fn days(self) -> i64 {
        match self {
            Self::Critical => 7,
            Self::High | Self::Unrated => 30,
            Self::Medium => 90,
            Self::Low => 180,
        }
    }
}

/// Within how many days what is known to be exploited is to be updated, if its severity doesn't say sooner.
pub const EXPLOITED_DAYS: i64 = 14;

/// The last day on which an update is in time, counted from the day on which we know of it.
pub fn due_on(from: Date, severity: Severity, is_exploited: bool) -> Date {
    let days = if is_exploited { severity.days().min(EXPLOITED_DAYS) } else { severity.days() };
    plus_days(from, days).unwrap_or(from)
}

crate::text_enum! {
    /// Where the work on an update stands.
    pub enum PatchState {
        /// Nobody has taken it.
        Open = "open", "Open";
        /// Somebody is at it.
        InProgress = "in_progress", "In progress";
        /// Somebody has updated it, or worked around it.
        Fixed = "fixed", "Fixed";
        /// Somebody has found that it doesn't concern us.
        NotAffected = "not_affected", "Not affected";
        /// Two people let it wait until a day.
        Excepted = "excepted", "Excepted";
        /// It came to nothing by itself: another version is in use, or the advisory was withdrawn.
        Closed = "closed", "Closed";
    }
}

impl PatchState {
    /// Whether somebody has to do something.
    pub const fn is_to_do(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }

    /// Whether it is over once the version in use is not affected any more.
    pub const fn is_unsettled(self) -> bool {
        matches!(self, Self::Open | Self::InProgress | Self::Excepted)
    }
}

crate::text_enum! {
    /// What people do to an update's task.
    pub enum PatchAct {
        /// Take it on.
        Take = "take", "Take it on";
        /// Say that it is done.
        Fixed = "fixed", "Mark as fixed";
        /// Say that it doesn't concern us.
        NotAffected = "not_affected", "Mark as not affected";
        /// Ask that it may wait.
        Except = "except", "Ask for an exception";
        /// Let it wait, as somebody else asked.
        Approve = "approve", "Approve the exception";
        /// Don't let it wait.
        Decline = "decline", "Decline the exception";
        /// Say that it is not done after all.
        Reopen = "reopen", "Reopen";
    }
}

impl PatchAct {
    /// Whether it can be done to a task as it stands. `is_asked` says that somebody waits for a word on an exception.
    pub const fn fits(self, state: PatchState, is_asked: bool) -> bool {
        match self {
            Self::Take => state.is_to_do(),
            Self::Fixed | Self::NotAffected => state.is_unsettled(),
            Self::Except => state.is_to_do() && !is_asked,
            Self::Approve | Self::Decline => state.is_to_do() && is_asked,
            Self::Reopen => !state.is_to_do(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_due_by_its_severity_and_sooner_when_it_is_exploited() {
        let from = jiff::civil::date(2026, 11, 1);
        let day = |severity, is_exploited| due_on(from, severity, is_exploited).to_string();
        assert_eq!(day(Severity::Critical, false), "2026-11-08");
        assert_eq!(day(Severity::Critical, true), "2026-11-08", "seven days are sooner than fourteen");
        assert_eq!(day(Severity::High, false), "2026-12-01");
        assert_eq!(day(Severity::Medium, false), "2027-01-30");
        assert_eq!(day(Severity::Low, false), "2027-04-30");
        assert_eq!(day(Severity::Unrated, false), "2026-12-01");
        assert_eq!(day(Severity::Low, true), "2026-11-15");
    }

    #[test]
    fn a_score_has_its_word() {
        let words = [(100, "critical"), (90, "critical"), (89, "high"), (70, "high"), (69, "medium"), (40, "medium")];
        for (tenths, word) in words.into_iter().chain([(39, "low"), (1, "low")]) {
            assert_eq!(Severity::of_score(tenths).as_str(), word, "{tenths}");
        }
    }

    #[test]
    fn each_state_has_something_that_can_be_done() {
        for state in PatchState::ALL {
            assert!(PatchAct::ALL.iter().any(|act| act.fits(*state, false)), "{state} is a dead end");
        }
        assert!(!PatchAct::Except.fits(PatchState::Open, true), "asked once is enough");
        assert!(!PatchAct::Approve.fits(PatchState::Open, false), "nothing to approve");
    }
}
