//! One integration over time: calls, failures, how long they took, its operations, its breaker, its incidents.

use domain::{
    Timestamp,
    health::Tally,
    ids::IntegrationId,
    permissions::{Permission, marker::IntegrationsRead},
    subscription::Tone,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use services::{
    Error,
    clock::{ZONE, zoned},
    gateway,
    health::{self, Grain, IncidentFilter, Point},
};

use super::{
    reads::{HealthView, read_health},
    words as said,
};
use crate::{
    components::{
        Chart, ChartBar, ChartView, Crumb, Facts, Field, Hidden, Loaded, PageHead, PlainTable, PostButton, PostForm,
        Series, TextField,
    },
    context::{answer as answered, asked, parse_id},
    error::AppError,
    listing::Address,
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Badge, Cell, Chip, Fact, Row},
    words,
};

domain::text_enum! {
    /// How far back.
    enum Range {
        /// An hour, minute by minute.
        Hour = "hour", "1 hour";
        /// A day, hour by hour.
        Day = "day", "24 hours";
        /// Thirty days, day by day.
        Month = "month", "30 days";
    }
}

impl Range {
    const fn stretches(self) -> (Grain, i64) {
        match self {
            Self::Hour => (Grain::Minute, 60),
            Self::Day => (Grain::Hour, 24),
            Self::Month => (Grain::Day, 30),
        }
    }
}

/// How one integration does.
#[component]
pub fn HealthPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), search.get()),
        |(id, search)| read_health(id, search),
    );
    view! { <Loaded resource=page view=show/> }
}

fn show(view: HealthView) -> AnyView {
    let here = format!("/integrations/{}", view.id);
    let figures: Vec<_> = view
        .figures
        .into_iter()
        .map(|(label, value, note)| view! { <div><dt>{label}</dt><dd>{value} " " <small>{note}</small></dd></div> })
        .collect();
    let ranges: Vec<_> = view
        .ranges
        .into_iter()
        .map(|chip| view! { <li><a class="chip" href=chip.href aria-current=chip.is_on.then_some("true")>{chip.label}</a></li> })
        .collect();
    let crumbs = vec![Crumb::new("Integrations", "/integrations"), Crumb::new(&view.name, here.clone())];
    view! {
        <PageHead title=format!("Health of {}", view.name) badge=view.health crumbs>
            <a class="btn" href=here>"Open the integration"</a>
        </PageHead>
        <IntegrationTabs here="/integrations"/>
        <div class="stack">
            <dl class="strip">{figures}</dl>
            <section class="panel" aria-labelledby="over-time">
                <header class="panel-head"><h2 id="over-time">"Calls over time"</h2></header>
                <div class="tools"><ul class="chips" aria-label="How far back">{ranges}</ul></div>
                <Chart chart=view.calls/>
            </section>
            <PlainTable
                id="operations"
                heading="Operations"
                columns=vec!["Operation", "Calls", "Success", "Retries", "Fallbacks", "p50", "p95", "p99"]
                rows=view.operations
                empty="No operation was called in this time."
            />
            <PlainTable
                id="latency"
                heading="How long calls took"
                note="True to one per cent; stretches without a call are left out. The newest first."
                columns=vec!["From", "Calls", "p50", "p95", "p99"]
                rows=view.latency
                empty="No call came to an end in this time."
            />
            <div class="grid2">
                <PlainTable
                    id="turns"
                    heading="Circuit breaker"
                    note="How it turned, the newest first."
                    columns=vec!["When", "State", "Why"]
                    rows=view.turns
                    empty="It was never open."
                />
                <PlainTable
                    id="incidents"
                    heading="Incidents"
                    columns=vec!["Incident", "Opened", "State"]
                    rows=view.incidents
                    empty="There was none."
                />
            </div>
            <div class="grid2">
                <section class="panel" aria-labelledby="expected">
                    <header class="panel-head"><h2 id="expected">"What is expected of it"</h2></header>
                    <div class="panel-body"><Facts facts=view.expected/></div>
                </section>
                <Windows windows=view.windows id=view.id/>
            </div>
        </div>
    }
    .into_any()
}

/// Announced work, and the form that announces more.
#[component]
fn Windows(windows: Vec<(String, String)>, id: String) -> impl IntoView {
    let may_operate = may(Permission::IntegrationsOperate);
    let is_empty = windows.is_empty();
    let integration = id.clone();
    let items: Vec<_> = windows
        .into_iter()
        .map(|(words, window)| {
            let fields = vec![("id", integration.clone()), ("window", window)];
            let described = format!("Call off: {words}");
            view! {
                <li>
                    <div class="feed-text"><p>{words}</p></div>
                    {may_operate
                        .then(|| view! {
                            <PostButton function="health/call_off" label="Call off" class="btn small" described=described fields/>
                        })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="windows">
            <header class="panel-head"><h2 id="windows">"Maintenance"</h2><p>"Nobody is alerted meanwhile."</p></header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">"Nothing is announced."</p></div> }.into_any()
            } else {
                view! { <ul class="feed">{items}</ul> }.into_any()
            }}
            {may_operate
                .then(|| view! {
                    <div class="panel-body">
                        <PostForm function="health/maintain">
                            <Hidden name="id" value=id/>
                            <Field name="in_hours" label="Begins in so many hours" value="0" kind="number" hint="0 is now."/>
                            <Field name="hours" label="Lasts so many hours" value="2" kind="number"/>
                            <TextField name="reason" label="What is done" rows=2/>
                            <div class="form-acts">
                                <button class="btn" type="submit">"Announce maintenance"</button>
                            </div>
                        </PostForm>
                    </div>
                })}
        </section>
    }
}

pub(super) async fn answer(id: String, search: String) -> Result<HealthView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let id: IntegrationId = parse_id(&id)?;
        let address = Address::parse(format!("/integrations/{id}/health"), &search, &["range"])?;
        let range = address.parsed("range")?.unwrap_or(Range::Day);
        let found = health::overview(&cx, &access).await?.into_iter().find(|standing| standing.id == id);
        let standing = found.ok_or_else(|| {
            Error::not_found("integration.not_found", "There is no such integration, or it is not used any more.")
        })?;
        let (grain, stretches) = range.stretches();
        let series = health::series(&cx, &access, id, grain, stretches).await?;
        let turns = gateway::turns(&cx, &access, id).await?;
        let filter = IncidentFilter { integration: Some(id), ..IncidentFilter::default() };
        let incidents = health::incidents(&cx, &access, &filter).await?;
        let windows = health::windows(&cx, &access).await?;
        let (availability, latency) = health::expected(&cx, &access, id).await?;
        Ok(HealthView {
            id: id.to_string(),
            health: said::badge(standing.health),
            ranges: Range::ALL
                .iter()
                .map(|each| Chip {
                    label: each.label().to_owned(),
                    href: address.href(&[("range", Some(each.as_str()))]),
                    is_on: *each == range,
                })
                .collect(),
            figures: figures(&standing, now),
            calls: chart(&series.points, range, now, &standing.name),
            latency: series.points.iter().rev().map(|point| latency_row(point, range)).collect(),
            operations: series.operations.iter().map(|(name, point)| operation(name, point)).collect(),
            turns: turns
                .into_iter()
                .map(|(at, state, why)| Row {
                    href: String::new(),
                    mark: String::new(),
                    cells: vec![
                        Cell::When(words::when(at, now)),
                        Cell::Text(state.label().to_owned()),
                        Cell::Text(why),
                    ],
                })
                .collect(),
            incidents: incidents.rows.iter().map(|incident| super::incidents::short(incident, now)).collect(),
            windows: windows
                .iter()
                .filter(|window| window.integration_id == id.uuid())
                .map(|window| (announced(window), window.id.to_string()))
                .collect(),
            expected: vec![
                Fact::new(
                    "Success",
                    format!("{}.{:02} % of calls", availability / 10_000, availability % 10_000 / 100),
                ),
                Fact::new("95 of 100 calls within", format!("{} ms", words::grouped(latency))),
                Fact::new("Error budget left", format!("{} % of 30 days", standing.budget_left.max(0))),
            ],
            name: standing.name,
        })
    })
    .await
}

fn announced(window: &health::Maintenance) -> String {
    let at = |millis: i64| zoned(Timestamp(millis), ZONE).strftime("%-d %b %H:%M %Z").to_string();
    format!("{} to {}: {} ({})", at(window.starts_at), at(window.ends_at), window.reason, window.created_by)
}

fn figures(standing: &health::Standing, now: Timestamp) -> Vec<(String, String, String)> {
    let figure = |label: &str, value: String, note: String| {
        let value = if value.is_empty() { "—".to_owned() } else { value };
        (label.to_owned(), value, note)
    };
    let last = standing.last_good_at.map(|at| words::when(at, now).shown);
    vec![
        figure("Success, 24 h", said::success(standing.day), format!("{} calls", words::grouped(standing.day.calls))),
        figure("p50, 24 h", said::millis(standing.p50_ms), String::new()),
        figure("p99, 24 h", said::millis(standing.p99_ms), String::new()),
        figure("Last good call", last.unwrap_or_default(), said::in_force(standing, now)),
    ]
}

/// Every stretch, also those without a call.
fn chart(points: &[Point], range: Range, now: Timestamp, name: &str) -> ChartView {
    let (grain, stretches) = range.stretches();
    let series = |label: &str, class: &str| Series { label: label.to_owned(), class: class.to_owned() };
    let first = grain.start(now).plus(-(stretches - 1) * grain.span());
    let bars = (0..stretches).map(|place| {
        let at = first.plus(place * grain.span());
        let point = points.iter().find(|point| point.at == at).cloned().unwrap_or_default();
        let (label, tick) = names(at, range);
        let every = if range == Range::Hour { 10 } else { 4 };
        let has_tick = (stretches - 1 - place) % every == 0;
        ChartBar {
            label,
            tick: if has_tick { tick } else { String::new() },
            parts: vec![(point.calls - point.failed).max(0), point.refused, point.failed],
            cells: vec![
                words::grouped(point.calls),
                words::grouped(point.refused),
                words::grouped(point.failed),
                said::millis(point.p95_ms),
            ],
        }
    });
    ChartView {
        caption: format!("Calls to {name} over the last {}", range.label()),
        series: vec![
            series("Answered", "calls"),
            series("Refused or held", "refused"),
            series("Failed by the partner", "failed"),
        ],
        columns: ["Sent", "Refused or held", "Failed", "p95"].map(str::to_owned).to_vec(),
        bars: bars.collect(),
        empty: format!("Nothing was sent to {name} in the last {}.", range.label()),
    }
}

fn names(at: Timestamp, range: Range) -> (String, String) {
    let local = zoned(at, ZONE);
    let text = |format: &str| local.strftime(format).to_string();
    match range {
        Range::Hour | Range::Day => (text("%-d %b, from %H:%M %Z"), text("%H:%M")),
        Range::Month => (text("%a %-d %b"), text("%-d %b")),
    }
}

fn latency_row(point: &Point, range: Range) -> Row {
    Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Text(names(point.at, range).0),
            Cell::Number(words::grouped(point.calls)),
            Cell::Number(said::millis(point.p50_ms)),
            Cell::Number(said::millis(point.p95_ms)),
            Cell::Number(said::millis(point.p99_ms)),
        ],
    }
}

fn operation(name: &str, point: &Point) -> Row {
    let tally = Tally { calls: point.calls, failed: point.failed };
    Row {
        href: String::new(),
        mark: if point.failed * 20 > point.calls { "attn" } else { "" }.to_owned(),
        cells: vec![
            Cell::Code(name.to_owned()),
            Cell::Number(words::grouped(point.calls)),
            Cell::Number(said::success(tally)),
            Cell::Number(words::grouped(point.retries)),
            Cell::Number(words::grouped(point.fallbacks)),
            Cell::Number(said::millis(point.p50_ms)),
            Cell::Number(said::millis(point.p95_ms)),
            Cell::Number(said::millis(point.p99_ms)),
        ],
    }
}

/// Whether an incident is open.
pub(super) fn state(closed_at: Option<i64>) -> Badge {
    match closed_at {
        Some(_) => Badge::new(Tone::Neutral, "Closed"),
        None => Badge::new(Tone::Danger, "Open"),
    }
}
