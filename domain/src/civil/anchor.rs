//! The anchor day: on which day of each month a period begins.
//!
//! Every start is computed from the anchor itself, never from the start before it: an anchor of 31 gives 28 February
//! and then 31 March, not 28 March.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

use super::CivilPeriod;
use crate::texts::Invalid;

/// The day of the month on which periods begin, 1 to 31; in a shorter month its last day stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnchorDay(i8);

impl AnchorDay {
    /// The anchor that a contract starting on this date has by nature.
    pub fn of(date: Date) -> Self {
        Self(date.day())
    }

    /// The day as a number, as the database holds it.
    pub const fn day(self) -> i8 {
        self.0
    }

    /// The date on which a period begins in a month counted from year 0; `None` outside the calendar.
    fn in_month(self, month: i32) -> Option<Date> {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let first = Date::new(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, 1).ok()?;
        Date::new(year, first.month(), self.0.min(first.days_in_month())).ok()
    }

    /// The month, counted from year 0, of the last period start on or before a date.
    fn month_at(self, date: Date) -> i32 {
        let month = month_of(date);
        match self.in_month(month) {
            Some(start) if start <= date => month,
            _ => month - 1,
        }
    }

    /// The first period start on or after a date; `None` outside the calendar.
    pub fn on_or_after(self, date: Date) -> Option<Date> {
        let month = month_of(date);
        self.in_month(month).filter(|start| *start >= date).or_else(|| self.in_month(month + 1))
    }
}

fn month_of(date: Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

impl TryFrom<i64> for AnchorDay {
    type Error = Invalid;

    fn try_from(day: i64) -> Result<Self, Invalid> {
        i8::try_from(day)
            .ok()
            .filter(|day| (1..=31).contains(day))
            .map(Self)
            .ok_or_else(|| Invalid::new("Enter a day of the month from 1 to 31."))
    }
}

impl From<AnchorDay> for i64 {
    fn from(anchor: AnchorDay) -> Self {
        Self::from(anchor.0)
    }
}

impl FromStr for AnchorDay {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::try_from(text.trim().parse::<i64>().unwrap_or_default())
    }
}

impl fmt::Display for AnchorDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The start of the `n`-th period of a contract: `start` itself for 0, then the anchor day of each month after it.
/// The first period is shorter when the contract does not start on its anchor. `None` outside the calendar.
pub fn nth_period_start(start: Date, anchor: AnchorDay, n: u32) -> Option<Date> {
    if n == 0 {
        return Some(start);
    }
    anchor.in_month(anchor.month_at(start).checked_add(i32::try_from(n).ok()?)?)
}

/// The whole period from anchor to anchor in which a date lies, whenever the contract started. This is the
/// denominator of every proration. `None` at the ends of the calendar.
pub fn anchored_period(anchor: AnchorDay, date: Date) -> Option<CivilPeriod> {
    let month = anchor.month_at(date);
    CivilPeriod::new(anchor.in_month(month)?, anchor.in_month(month + 1)?).ok()
}

/// The period of a contract in which a date lies: the anchored one, cut where the contract starts. `None` before the
/// start.
pub fn period_containing(start: Date, anchor: AnchorDay, date: Date) -> Option<CivilPeriod> {
    if date < start {
        return None;
    }
    let whole = anchored_period(anchor, date)?;
    CivilPeriod::new(whole.from().max(start), whole.until()).ok()
}
