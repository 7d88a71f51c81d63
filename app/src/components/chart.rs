//! Counts over time as stacked bars, drawn on the server, with a table behind the drawing.
//!
//! Places across are percentages and heights are pixels, so the drawing fits any width while its letters keep their
//! size.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How high the bars can grow, in pixels.
const HEIGHT: i64 = 160;
/// What stands above the highest line, so that its label isn't cut.
const ABOVE: i64 = 8;
/// A part that is there is never too thin to be seen.
const THINNEST: i64 = 2;
/// The whole width, in hundredths of a percent.
const WIDTH: usize = 10_000;

/// One part of every bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What it counts.
    pub label: String,
    /// Its hue: `calls`, `refused` or `failed`.
    pub class: String,
}

/// One stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartBar {
    /// Which stretch, in full.
    pub label: String,
    /// What stands under the bar; most have nothing.
    pub tick: String,
    /// A count for each series, from the bottom.
    pub parts: Vec<i64>,
    /// The counts and what else is known, as the table shows them.
    pub cells: Vec<String>,
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartView {
    /// What it shows, for those who don't see it.
    pub caption: String,
    /// The parts of the bars, from the bottom.
    pub series: Vec<Series>,
    /// The table's headings after the first, which is the stretch.
    pub columns: Vec<String>,
    /// The bars, oldest first.
    pub bars: Vec<ChartBar>,
    /// Why there is nothing to see, when there isn't.
    pub empty: String,
}

impl ChartView {
    /// Whether nothing was counted at all.
    pub fn is_empty(&self) -> bool {
        self.bars.iter().all(ChartBar::is_empty)
    }

    fn highest(&self) -> i64 {
        self.bars.iter().map(ChartBar::total).max().unwrap_or(0)
    }
}

impl ChartBar {
    fn is_empty(&self) -> bool {
        self.total() == 0
    }

    fn total(&self) -> i64 {
        self.parts.iter().sum()
    }
}

/// Draws a chart.
#[component]
pub fn Chart(
    /// What to draw.
    chart: ChartView,
) -> impl IntoView {
    if chart.is_empty() {
        return view! { <div class="empty short"><h3>"Nothing to draw"</h3><p>{chart.empty}</p></div> }.into_any();
    }
    let top = round_top(chart.highest());
    let lines: Vec<_> = [top, top / 2, 0].into_iter().map(|value| (height_of(value, top), short(value))).collect();
    let labels: Vec<_> = lines
        .iter()
        .map(|(height, label)| view! { <text x="100%" y=ABOVE + HEIGHT - height + 4>{label.clone()}</text> })
        .collect();
    let grid: Vec<_> = lines
        .iter()
        .map(|(height, _)| {
            let y = ABOVE + HEIGHT - height;
            view! { <line class="grid" x1="0" x2="100%" y1=y y2=y></line> }
        })
        .collect();
    let count = chart.bars.len();
    // Where there is little room, every second label goes.
    let mut is_minor = true;
    let bars: Vec<_> = chart
        .bars
        .iter()
        .enumerate()
        .map(|(place, bar)| {
            is_minor ^= !bar.tick.is_empty();
            column(&chart.series, bar, (place, count), top, is_minor)
        })
        .collect();
    let legend: Vec<_> = chart
        .series
        .iter()
        .map(|series| view! { <li><span class=format!("key {}", series.class)></span>{series.label.clone()}</li> })
        .collect();
    let caption = chart.caption.clone();
    let words = format!("{caption}; the table below says the same.");
    view! {
        <figure class="chart-box">
            <figcaption class="vh">{caption}</figcaption>
            <svg class="chart-axis" width="100%" height="192" aria-hidden="true">{labels}</svg>
            <svg class="chart" width="100%" height="192" role="img" aria-label=words>{grid}{bars}</svg>
            <ul class="legend">{legend}</ul>
            <Table chart/>
        </figure>
    }
    .into_any()
}

/// One bar with its words, which are shown while the pointer is anywhere above it.
fn column(series: &[Series], bar: &ChartBar, (place, count): (usize, usize), top: i64, is_minor: bool) -> AnyView {
    let (from, until) = (place * WIDTH / count, (place + 1) * WIDTH / count);
    let gap = (until - from) / 10;
    let (x, width) = (percent(from + gap), percent(until - from - 2 * gap));
    let mut y = ABOVE + HEIGHT;
    let parts: Vec<_> = series
        .iter()
        .zip(&bar.parts)
        .filter(|(_, count)| **count > 0)
        .map(|(series, count)| {
            let height = height_of(*count, top).max(THINNEST);
            y -= height;
            view! { <rect class=series.class.clone() x=x.clone() y=y width=width.clone() height=height></rect> }
        })
        .collect();
    let said: Vec<String> =
        series.iter().zip(&bar.parts).map(|(series, count)| format!("{}: {count}", series.label)).collect();
    let class = if is_minor { "tick minor" } else { "tick" };
    let tick = (!bar.tick.is_empty()).then(|| {
        let middle = percent(usize::midpoint(from, until));
        view! { <text class=class x=middle y="188">{bar.tick.clone()}</text> }
    });
    view! {
        <g class="bar">
            <rect class="ground" x=percent(from) y="0" width=percent(until - from) height=ABOVE + HEIGHT></rect>
            {parts}
            <title>{format!("{} · {}", bar.label, said.join(", "))}</title>
        </g>
        {tick}
    }
    .into_any()
}

#[component]
fn Table(chart: ChartView) -> impl IntoView {
    let headings: Vec<_> =
        chart.columns.into_iter().map(|heading| view! { <th scope="col" class="num">{heading}</th> }).collect();
    let rows: Vec<_> = chart
        .bars
        .into_iter()
        .rev()
        .filter(|bar| !bar.is_empty())
        .map(|bar| {
            let cells: Vec<_> = bar.cells.into_iter().map(|cell| view! { <td class="num">{cell}</td> }).collect();
            view! { <tr><th scope="row">{bar.label}</th>{cells}</tr> }
        })
        .collect();
    view! {
        <details class="as-table">
            <summary>"Show as a table"</summary>
            <div class="table-scroll" role="group" aria-labelledby="chart-caption" tabindex="0">
                <table class="table plain">
                    <caption class="vh" id="chart-caption">
                        {chart.caption} ". The newest first; stretches without a call are left out."
                    </caption>
                    <thead><tr><th scope="col">"When"</th>{headings}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn height_of(value: i64, top: i64) -> i64 {
    value * HEIGHT / top.max(1)
}

/// The next number above that is short to say and has a whole half.
fn round_top(highest: i64) -> i64 {
    let mut unit = 1;
    loop {
        if let Some(step) = [2, 4, 6, 8, 10].into_iter().find(|step| step * unit >= highest) {
            return step * unit;
        }
        unit *= 10;
    }
}

/// A count in at most four letters: 950, 1.2 k, 12 k, 1.2 M.
fn short(value: i64) -> String {
    let in_units = |unit: i64, letter: char| match (value / unit, value % unit * 10 / unit) {
        (whole, tenths) if whole < 10 && tenths > 0 => format!("{whole}.{tenths}\u{202F}{letter}"),
        (whole, _) => format!("{whole}\u{202F}{letter}"),
    };
    match value {
        ..1_000 => value.to_string(),
        1_000..1_000_000 => in_units(1_000, 'k'),
        _ => in_units(1_000_000, 'M'),
    }
}

/// Hundredths of a percent as an SVG length.
fn percent(hundredths: usize) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::{round_top, short};

    #[test]
    fn the_highest_line_is_a_round_number_with_a_whole_half() {
        for (highest, top) in [(0, 2), (1, 2), (3, 4), (11, 20), (41, 60), (99, 100), (101, 200), (8_001, 10_000)] {
            assert_eq!(round_top(highest), top, "{highest}");
        }
    }

    #[test]
    fn counts_are_short_on_the_axis() {
        let shown: Vec<String> = [0, 950, 1_200, 20_000, 1_000_000].into_iter().map(short).collect();
        assert_eq!(shown, ["0", "950", "1.2\u{202F}k", "20\u{202F}k", "1\u{202F}M"]);
    }
}
