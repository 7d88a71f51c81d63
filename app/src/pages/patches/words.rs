//! Updates in the words of the page.

use domain::{
    patches::{PatchState, Severity},
    subscription::Tone,
};
use jiff::civil::Date;
use services::patches::{MOST_COUNTED, Task};

use crate::{views::Badge, words};

/// How bad it is.
pub(in crate::pages) fn severity(severity: Severity, is_exploited: bool) -> Badge {
    let tone = match severity {
        _ if is_exploited => Tone::Danger,
        Severity::Critical | Severity::High => Tone::Danger,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Notice,
        Severity::Unrated => Tone::Neutral,
    };
    let badge = Badge::new(tone, severity.label());
    if is_exploited { badge.with_note("known exploited") } else { badge }
}

/// Where it stands.
pub(super) fn state(task: &Task, today: Date) -> Badge {
    let state = task.state();
    if task.is_overdue(today) {
        let badge = Badge::new(Tone::Danger, "Overdue");
        return if state == PatchState::InProgress { badge.with_note("in progress") } else { badge };
    }
    let tone = match state {
        PatchState::Open => Tone::Warn,
        PatchState::InProgress | PatchState::Excepted => Tone::Notice,
        PatchState::Fixed => Tone::Ok,
        PatchState::NotAffected | PatchState::Closed => Tone::Neutral,
    };
    let badge = Badge::new(tone, state.label());
    match (&task.excepted_until, task.is_asked()) {
        (Some(until), _) => badge.with_note(format!("until {}", words::stored_date(Some(until)))),
        (None, true) => badge.with_note("exception asked for"),
        (None, false) => badge,
    }
}

/// A count that is not counted to its end.
pub(super) fn counted(count: i64) -> String {
    if count >= MOST_COUNTED {
        format!("more than {}", words::grouped(MOST_COUNTED - 1))
    } else {
        words::grouped(count)
    }
}

/// A score in tenths: "9.8".
pub(super) fn score(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
