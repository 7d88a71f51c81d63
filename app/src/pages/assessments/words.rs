//! Assessments in the words of the page.

use domain::{
    assessments::{Answer, AssessmentState, FindingState, Severity, Standing},
    integrations::IntegrationState,
    subscription::Tone,
};
use jiff::civil::Date;

use crate::{
    views::{Badge, When},
    words,
};

/// Where an assessment stands.
pub(super) fn state(state: AssessmentState) -> Badge {
    let tone = match state {
        AssessmentState::Draft | AssessmentState::Withdrawn => Tone::Neutral,
        AssessmentState::Submitted => Tone::Notice,
        AssessmentState::Approved => Tone::Ok,
        AssessmentState::Rejected => Tone::Danger,
    };
    Badge::new(tone, state.label())
}

/// How a partner stands.
pub(super) fn standing(standing: Standing) -> Badge {
    let tone = match standing {
        Standing::Expired | Standing::Rejected => Tone::Danger,
        Standing::Due => Tone::Warn,
        Standing::Never => Tone::Notice,
        Standing::Current => Tone::Ok,
    };
    Badge::new(tone, standing.label())
}

/// Whether an integration may be used.
pub(super) fn integration(state: IntegrationState) -> Badge {
    let tone = match state {
        IntegrationState::Draft | IntegrationState::Retired => Tone::Neutral,
        IntegrationState::Live => Tone::Ok,
        IntegrationState::Restricted => Tone::Warn,
        IntegrationState::Held => Tone::Danger,
    };
    Badge::new(tone, state.label())
}

/// An answer.
pub(super) fn answer(answer: Answer, is_knock_out: bool) -> Badge {
    let tone = match answer {
        Answer::Yes => Tone::Ok,
        Answer::Partly => Tone::Warn,
        Answer::No => Tone::Danger,
        Answer::NotApplicable => Tone::Neutral,
    };
    let badge = Badge::new(tone, answer.label());
    if is_knock_out && answer == Answer::No { badge.with_note("knock-out") } else { badge }
}

/// How bad a finding is.
pub(super) fn severity(severity: Severity) -> Badge {
    let tone = match severity {
        Severity::Low => Tone::Neutral,
        Severity::Medium => Tone::Notice,
        Severity::High => Tone::Warn,
        Severity::Critical => Tone::Danger,
    };
    Badge::new(tone, severity.label())
}

/// Where a finding stands; an open one may be overdue.
pub(super) fn finding(state: FindingState, is_overdue: bool) -> Badge {
    match state {
        FindingState::Open if is_overdue => Badge::new(Tone::Danger, "Overdue"),
        FindingState::Open => Badge::new(Tone::Warn, state.label()),
        FindingState::Fixed => Badge::new(Tone::Ok, state.label()),
        FindingState::Accepted => Badge::new(Tone::Neutral, state.label()),
    }
}

/// How long something is still good.
pub(super) fn until(until: Option<Date>, today: Date) -> Badge {
    let Some(until) = until else { return Badge::new(Tone::Neutral, "Doesn’t end") };
    match (until - today).get_days() {
        ..0 => Badge::new(Tone::Danger, "Ran out").with_note(words::date(until)),
        0 => Badge::new(Tone::Danger, "Ends today"),
        1 => Badge::new(Tone::Danger, "Ends tomorrow"),
        days @ 2..=14 => Badge::new(Tone::Danger, format!("Ends in {days} days")).with_note(words::date(until)),
        days @ 15..=60 => Badge::new(Tone::Warn, format!("Ends in {days} days")).with_note(words::date(until)),
        _ => Badge::new(Tone::Ok, "In force").with_note(format!("until {}", words::date(until))),
    }
}

/// A civil date as a view.
pub(super) fn day(date: Option<Date>) -> When {
    date.map(|date| words::when_date(Some(&date.to_string()))).unwrap_or_default()
}

/// A score: "83 %".
pub(super) fn percent(score: Option<i64>) -> String {
    score.map(|score| format!("{score} %")).unwrap_or_default()
}
