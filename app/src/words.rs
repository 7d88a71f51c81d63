//! Instants, dates, names and timelines in the words of the page. Server only.

use domain::{Timestamp, permissions::Permission};
use jiff::civil::Date;
use services::{
    access::Actor,
    clock::{ZONE, zoned},
    db::Page,
    notes::Note,
    timeline,
};

use crate::views::{ChangeView, NoteView, TimelineItem, TimelineView, When};

/// An instant, seen from `now`: relative while that says more, then the date.
pub fn when(at: Timestamp, now: Timestamp) -> When {
    let local = zoned(at, ZONE);
    let exact = local.strftime("%-d %b %Y, %H:%M:%S %Z").to_string();
    let past = now.since(at);
    let shown = match past {
        0..45_000 => "just now".to_owned(),
        45_000..3_600_000 => format!("{} min ago", (past / Timestamp::MINUTE).max(1)),
        3_600_000..86_400_000 => format!("{} h ago", past / Timestamp::HOUR),
        86_400_000..604_800_000 => format!("{} d ago", past / Timestamp::DAY),
        _ if (-Timestamp::DAY..0).contains(&past) => format!("at {}", local.strftime("%H:%M")),
        _ => local.strftime("%-d %b %Y").to_string(),
    };
    let iso = jiff::Timestamp::from_millisecond(at.millis()).map(|at| at.to_string()).unwrap_or_default();
    When { iso, exact, shown }
}

/// A civil date: "3 Jul 2026".
pub fn date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// A civil date as stored; what does not parse is shown as it is, and nothing as nothing.
pub fn stored_date(text: Option<&str>) -> String {
    text.map(|text| text.parse::<Date>().map_or_else(|_| text.to_owned(), date)).unwrap_or_default()
}

/// A civil date as a view.
pub fn when_date(text: Option<&str>) -> When {
    let shown = stored_date(text);
    When { iso: text.unwrap_or_default().to_owned(), exact: shown.clone(), shown }
}

/// A count with thin spaces between thousands: "12 345".
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{202F}');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("−{grouped}") } else { grouped }
}

/// A page of a timeline; links to audit events only for those who may read them.
pub fn timeline(page: Page<timeline::Entry>, actor: &Actor, path: &str, now: Timestamp) -> TimelineView {
    let may_audit = actor.holds(Permission::AuditRead);
    let href = |cursor: Option<String>| cursor.map(|cursor| format!("{path}?cursor={cursor}#timeline"));
    TimelineView {
        older: href(page.next.clone()),
        newer: href(page.previous.clone()),
        items: page
            .rows
            .into_iter()
            .map(|entry| TimelineItem {
                when: when(Timestamp(entry.at), now),
                actor: entry.actor.clone(),
                summary: entry.summary.clone(),
                reason: entry.reason.clone(),
                changes: entry
                    .changes()
                    .into_iter()
                    .map(|change| ChangeView { field: change.field, before: change.before, after: change.after })
                    .collect(),
                event: entry.event_id.filter(|_| may_audit).map(|id| id.to_string()),
            })
            .collect(),
    }
}

/// Notes of a record.
pub fn notes(notes: Vec<Note>, now: Timestamp) -> Vec<NoteView> {
    notes
        .into_iter()
        .map(|note| NoteView {
            id: note.id.to_string(),
            body: note.body,
            author: note.author,
            when: when(Timestamp(note.created_at), now),
        })
        .collect()
}

/// The values of a closed set as choices of a form.
#[macro_export]
macro_rules! choices {
    ($set:ty) => {
        <$set>::ALL.iter().map(|value| (value.as_str().to_owned(), value.label().to_owned())).collect::<Vec<_>>()
    };
}
