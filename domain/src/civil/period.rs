//! Periods of whole days.

use std::fmt;

use jiff::civil::Date;

use super::{days_between, words};
use crate::texts::Invalid;

/// The days from `from` up to, and without, `until`. May be empty, never reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilPeriod {
    from: Date,
    until: Date,
}

impl CivilPeriod {
    /// The days from `from` up to, and without, `until`.
    pub fn new(from: Date, until: Date) -> Result<Self, Invalid> {
        if until < from {
            return Err(Invalid::new("The end is before the beginning. Choose a later end."));
        }
        Ok(Self { from, until })
    }

    /// The days between two dates, whichever comes first.
    pub fn between(one: Date, other: Date) -> Self {
        Self { from: one.min(other), until: one.max(other) }
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The first day after it.
    pub const fn until(self) -> Date {
        self.until
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        days_between(self.from, self.until)
    }

    /// Whether it has no day at all.
    pub fn is_empty(self) -> bool {
        self.from == self.until
    }

    /// Whether a day lies in it.
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date < self.until
    }

    /// Whether all days of `other` lie in it.
    pub fn covers(self, other: Self) -> bool {
        other.is_empty() || (self.from <= other.from && other.until <= self.until)
    }

    /// The days both have; `None` when there are none.
    pub fn overlap(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let until = self.until.min(other.until);
        (from < until).then_some(Self { from, until })
    }

    /// As people read it, with the last day named: "1 Jun 2026 – 2 Jul 2026".
    pub fn words(self) -> String {
        match self.until.yesterday() {
            Ok(last) if last > self.from => format!("{} – {}", words(self.from), words(last)),
            _ => words(self.from),
        }
    }
}

impl fmt::Display for CivilPeriod {
    /// The half-open interval with its exact bounds: "2026-06-01/2026-07-03".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.from, self.until)
    }
}
