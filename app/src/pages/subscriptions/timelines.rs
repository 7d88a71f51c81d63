//! Both timelines: who may drive, and who pays.

use leptos::prelude::*;

use super::reads::{SegmentView, TimelinesView};
use crate::components::Facts;

/// Draws both timelines, with a table behind the drawing.
#[component]
pub fn TwoTimelines(
    /// Both, placed.
    view: TimelinesView,
) -> impl IntoView {
    let TimelinesView { words, segments, ticks, today } = view;
    if segments.is_empty() {
        return view! { <Facts facts=words/> }.into_any();
    }
    let rows: Vec<_> = segments.iter().map(row).collect();
    let shapes: Vec<_> = segments.iter().map(shape).collect();
    let months: Vec<_> = ticks
        .into_iter()
        .map(|(x, name, is_minor)| {
            let x = percent(x);
            view! {
                <line class="grid" x1=x.clone() x2=x.clone() y1="0" y2="60"></line>
                <text class=if is_minor { "tick minor" } else { "tick" } x=x y="78">{name}</text>
            }
        })
        .collect();
    let today = percent(today);
    view! {
        <Facts facts=words/>
        <figure class="timelines-box">
            <figcaption class="vh">"Service and billing over time"</figcaption>
            <div class="lanes" aria-hidden="true"><span>"Service"</span><span>"Billing"</span></div>
            <svg class="timelines" width="100%" height="84" role="img" aria-label="Service and billing over time; the table below says the same.">
                {months}
                {shapes}
                <line class="today" x1=today.clone() x2=today.clone() y1="0" y2="60"></line>
                <text class="today-label" x=today y="78">"Today"</text>
            </svg>
            <ul class="legend">
                <li><span class="key service"></span>"Service"</li>
                <li><span class="key billing"></span>"Billing"</li>
                <li><span class="key pause"></span>"Paused"</li>
                <li><span class="key credit"></span>"Not billed"</li>
                <li><span class="key hold"></span>"On hold"</li>
            </ul>
            <details class="as-table">
                <summary>"Show as a table"</summary>
                <table class="table plain">
                    <thead><tr><th scope="col">"Timeline"</th><th scope="col">"What"</th><th scope="col">"When"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}

/// Hundredths of a percent as an SVG length.
fn percent(hundredths: u32) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn shape(segment: &SegmentView) -> AnyView {
    let class = if segment.is_future { format!("{} future", segment.kind) } else { segment.kind.clone() };
    let y = if segment.lane == "service" { "4" } else { "34" };
    view! {
        <rect class=class x=percent(segment.x) y=y width=percent(segment.width) height="20" rx="4">
            <title>{format!("{}: {}", segment.label, segment.dates)}</title>
        </rect>
    }
    .into_any()
}

fn row(segment: &SegmentView) -> AnyView {
    let lane = if segment.lane == "service" { "Service" } else { "Billing" };
    view! { <tr><td>{lane}</td><td>{segment.label.clone()}</td><td>{segment.dates.clone()}</td></tr> }.into_any()
}

/// Places both timelines in their window. Server only.
#[cfg(feature = "ssr")]
pub(super) fn placed(subscription: &domain::subscription::Subscription, today: jiff::civil::Date) -> TimelinesView {
    use domain::{civil::days_between, subscription::timelines};
    use jiff::{ToSpan, civil::Date};

    use crate::{views::Fact, words};

    let drawn = timelines(subscription, today);
    let window = drawn.window();
    let days = window.days().max(1);
    let place = |date: Date| {
        let from_left = days_between(window.from(), date).clamp(0, days);
        u32::try_from(from_left * 10_000 / days).unwrap_or(0)
    };
    let segments = drawn
        .segments
        .iter()
        .map(|segment| {
            let x = place(segment.from);
            let end = segment.until.map_or(10_000, place);
            let until = segment.until.map_or_else(|| "open".to_owned(), words::date);
            SegmentView {
                lane: segment.lane.as_str().to_owned(),
                kind: segment.kind.as_str().to_owned(),
                label: segment.kind.label().to_owned(),
                dates: format!("{} – {until}", words::date(segment.from)),
                is_future: segment.is_future,
                x,
                width: end.saturating_sub(x).max(20),
            }
        })
        .collect();
    let mut ticks = Vec::new();
    let mut month = window.from().first_of_month().saturating_add(1.month());
    let step = (days / 30 / 10).max(1);
    while month < window.until() && ticks.len() < 40 {
        let name = if month.month() == 1 { month.strftime("%b %Y") } else { month.strftime("%b") }.to_string();
        ticks.push((place(month), name, ticks.len() % 2 == 1));
        month = month.saturating_add(step.months());
    }
    TimelinesView {
        words: vec![
            Fact::new("Service", subscription.service_words()),
            Fact::new("Billing", subscription.billing_words()),
        ],
        segments,
        ticks,
        today: place(today),
    }
}
