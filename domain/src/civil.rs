//! Civil dates: periods between them, and the days on which a subscription's periods begin.
//!
//! A civil date means a day in the contract's own zone; which day an instant belongs to is decided where the zones
//! are, not here.

mod anchor;
mod period;

pub use anchor::{AnchorDay, anchored_period, nth_period_start, period_containing};
pub use period::CivilPeriod;

use jiff::{Span, civil::Date};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date as people read it: "3 Jul 2026".
pub fn words(date: Date) -> String {
    let month = usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

/// The date `days` later, or earlier when negative; `None` outside the calendar.
pub fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The date `months` later, on the last day of the month where the day does not exist; `None` outside the calendar.
pub fn plus_months(date: Date, months: i64) -> Option<Date> {
    date.checked_add(Span::new().try_months(months).ok()?).ok()
}

/// Days from one date to another; negative when `until` is earlier.
pub fn days_between(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}
