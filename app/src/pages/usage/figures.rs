//! Counts of calls as figures and as a drawing. Server only.

use domain::Timestamp;
use jiff::tz::TimeZone;
use services::{
    clock::{ZONE, zoned},
    usage::{Point, Range},
};

use super::reads::UsageFigure;
use crate::{
    components::{ChartBar, ChartView, Series},
    words::grouped,
};

/// Microseconds as people say them: "0.4 ms", "38 ms", "1.2 s".
pub(super) fn duration(micros: i64) -> String {
    let tenths = |value: i64, unit: i64| format!("{}.{}", value / unit, value % unit * 10 / unit);
    match micros {
        ..=0 => "—".to_owned(),
        1..10_000 => format!("{} ms", tenths(micros, 1_000)),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", tenths(micros, 1_000_000)),
    }
}

/// A mean; nothing when nothing was counted.
pub(super) fn mean(micros: i64, calls: i64) -> String {
    if calls == 0 { "—".to_owned() } else { duration((micros / calls).max(1)) }
}

/// A part of a whole: "0.42 %".
fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return String::new();
    }
    match part.saturating_mul(10_000) / whole {
        0 if part > 0 => "under 0.01 %".to_owned(),
        hundredths => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
    }
}

/// The figures over the drawing.
pub(super) fn figures(points: &[Point]) -> Vec<UsageFigure> {
    let sum = |of: fn(&Point) -> i64| points.iter().map(of).sum::<i64>();
    let calls = sum(|point| point.calls);
    let (errors, refusals) = (sum(|point| point.errors), sum(|point| point.refusals));
    let micros = sum(|point| point.mean_micros.saturating_mul(point.calls));
    let slowest = points.iter().map(|point| point.slowest_micros).max().unwrap_or(0);
    let figure = |label: &str, value: String, note: String| UsageFigure { label: label.to_owned(), value, note };
    let slowest = if slowest > 0 { format!("slowest {}", duration(slowest)) } else { String::new() };
    vec![
        figure("Calls", grouped(calls), String::new()),
        figure("Failed on our side", grouped(errors), share(errors, calls)),
        figure("Refused", grouped(refusals), share(refusals, calls)),
        figure("Mean answer", mean(micros, calls), slowest),
    ]
}

/// Calls over time. Hours are those of our zone; days and months are counted in UTC.
pub(super) fn chart(points: &[Point], range: Range, whose: &str) -> ChartView {
    let series = |label: &str, class: &str| Series { label: label.to_owned(), class: class.to_owned() };
    let every = match range {
        Range::Day => 4,
        Range::Month => 3,
        Range::Week | Range::Year => 1,
    };
    let last = points.len().saturating_sub(1);
    let bars = points.iter().enumerate().map(|(place, point)| {
        // Counted from the newest, so that the last stretch always has its label, except where midnights have them.
        let has_tick = range == Range::Week || (last - place).is_multiple_of(every);
        bar(point, range, has_tick)
    });
    ChartView {
        caption: format!("Calls of {whose} over {}", range.label()),
        series: vec![series("Answered", "calls"), series("Refused", "refused"), series("Failed on our side", "failed")],
        columns: ["Calls", "Refused", "Failed", "Mean", "Slowest"].map(str::to_owned).to_vec(),
        bars: bars.collect(),
        empty: format!(
            "There was no call of {whose} in the last {}. A call shows here a few seconds after it was answered.",
            range.label()
        ),
    }
}

fn bar(point: &Point, range: Range, has_tick: bool) -> ChartBar {
    let (label, tick) = names(point.starts_at, range);
    let answered = (point.calls - point.refusals - point.errors).max(0);
    ChartBar {
        label,
        tick: if has_tick { tick } else { String::new() },
        parts: vec![answered, point.refusals, point.errors],
        cells: vec![
            grouped(point.calls),
            grouped(point.refusals),
            grouped(point.errors),
            duration(point.mean_micros),
            duration(point.slowest_micros),
        ],
    }
}

/// A stretch in full, and as it stands under its bar.
fn names(starts_at: Timestamp, range: Range) -> (String, String) {
    let local = zoned(starts_at, ZONE);
    let in_utc = local.with_time_zone(TimeZone::UTC);
    let text = |at: &jiff::Zoned, format: &str| at.strftime(format).to_string();
    match range {
        Range::Day => (text(&local, "%-d %b, from %H:%M %Z"), text(&local, "%H:%M")),
        Range::Week if local.hour() == 0 => (text(&local, "%a %-d %b, from %H:%M %Z"), text(&local, "%a %-d")),
        Range::Week => (text(&local, "%a %-d %b, from %H:%M %Z"), String::new()),
        Range::Month => (text(&in_utc, "%a %-d %b %Y, UTC"), text(&in_utc, "%-d %b")),
        Range::Year => (text(&in_utc, "%B %Y, UTC"), text(&in_utc, "%b")),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, share};

    #[test]
    fn durations_have_no_more_digits_than_they_deserve() {
        let said: Vec<String> = [0, 400, 9_940, 38_400, 1_250_000].into_iter().map(duration).collect();
        assert_eq!(said, ["—", "0.4 ms", "9.9 ms", "38 ms", "1.2 s"]);
    }

    #[test]
    fn a_share_that_is_there_is_never_shown_as_none() {
        assert_eq!(share(1, 1_000_000), "under 0.01 %");
        assert_eq!(share(42, 10_000), "0.42 %");
        assert_eq!(share(0, 0), "");
    }
}
