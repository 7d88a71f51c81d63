//! All integrations, the worst first.

use domain::{
    Timestamp,
    health::Health,
    integrations::IntegrationKind,
    permissions::{Permission, marker::IntegrationsRead},
    subscription::Tone,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::health::{self, Incident, Maintenance, Standing};

use super::{
    reads::{IntegrationsView, NoticeView, StandingView, read_integrations},
    words as said,
};
use crate::{
    components::{Loaded, Meter, PageHead, Spark, Sparkline, StatusBadge, TimeText},
    context::{answer as answered, asked},
    error::AppError,
    listing::Address,
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Badge, Chip},
    words,
};

/// Every integration, and how it does.
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    let search = use_location().search;
    let page = Resource::new(move || search.get(), read_integrations);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: IntegrationsView) -> AnyView {
    let figures: Vec<_> = view
        .figures
        .into_iter()
        .map(|(label, value, note)| view! { <div><dt>{label}</dt><dd>{value} " " <small>{note}</small></dd></div> })
        .collect();
    let chips: Vec<_> = view
        .chips
        .into_iter()
        .map(|chip| view! { <li><a class="chip" href=chip.href aria-current=chip.is_on.then_some("true")>{chip.label}</a></li> })
        .collect();
    let is_empty = view.rows.is_empty();
    let rows: Vec<_> = view.rows.into_iter().map(row).collect();
    view! {
        <PageHead title="Integrations".to_owned() subtitle="Worst first">
            {may(Permission::IntegrationsManage)
                .then(|| view! { <a class="btn primary" href="/integrations/new">"Connect a partner"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations"/>
        <div class="stack">
            <dl class="strip">{figures}</dl>
            <section class="panel" aria-labelledby="all">
                <h2 class="vh" id="all">"All integrations"</h2>
                <div class="tools"><ul class="chips" aria-label="Which">{chips}</ul></div>
                {if is_empty {
                    nothing(view.is_filtered)
                } else {
                    view! {
                        <div class="table-scroll" role="group" aria-labelledby="all" tabindex="0">
                            <table class="table">
                                <caption class="vh">"Integrations, the worst first"</caption>
                                <thead>
                                    <tr>
                                        <th scope="col">"Partner"</th>
                                        <th scope="col">"State"</th>
                                        <th scope="col">"Calls, 24 h"</th>
                                        <th scope="col" class="num">"Success"</th>
                                        <th scope="col" class="num">"p50"</th>
                                        <th scope="col" class="num">"p99"</th>
                                        <th scope="col">"Error budget"</th>
                                        <th scope="col">"In force"</th>
                                    </tr>
                                </thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </div>
                    }.into_any()
                }}
                <p class="panel-foot small muted">"Read " <TimeText when=view.read_at/> "; load the page again for newer figures."</p>
            </section>
            <div class="grid2">
                <Notices id="incidents" heading="Open incidents" notices=view.incidents empty="No incident is open."/>
                <Notices id="coming" heading="Coming up" notices=view.coming empty="Nothing ends and nothing is announced in the next 60 days."/>
            </div>
        </div>
    }
    .into_any()
}

fn nothing(is_filtered: bool) -> AnyView {
    if is_filtered {
        return view! {
            <div class="empty"><h3>"None is like that"</h3><p><a href="/integrations">"Show all integrations"</a></p></div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h3>"No partner is connected yet"</h3>
            <p>"Connect one: describe its address and what can be asked of it, assess it, and let it go live."</p>
        </div>
    }
    .into_any()
}

fn dash(text: String) -> AnyView {
    if text.is_empty() { view! { <span class="muted">"—"</span> }.into_any() } else { text.into_any() }
}

fn row(standing: StandingView) -> AnyView {
    let budget = match standing.budget {
        Some((left, badge)) => view! { <Meter percent=left tone=badge.tone/> }.into_any(),
        None => dash(String::new()),
    };
    view! {
        <tr>
            <td class="who">
                <a class="row-link" href=standing.href>{standing.name}</a>
                <span>{standing.kind}</span>
            </td>
            <td><StatusBadge badge=standing.health/></td>
            <td><Sparkline sparks=standing.sparks words=standing.words/></td>
            <td class="num">{dash(standing.success)}</td>
            <td class="num">{dash(standing.p50)}</td>
            <td class="num">{dash(standing.p99)}</td>
            <td>{budget}</td>
            <td>{dash(standing.in_force)}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Notices(id: &'static str, heading: &'static str, notices: Vec<NoticeView>, empty: &'static str) -> impl IntoView {
    let is_empty = notices.is_empty();
    let items: Vec<_> = notices
        .into_iter()
        .map(|notice| {
            view! {
                <li>
                    <StatusBadge badge=notice.badge/>
                    <a class="feed-text" href=notice.href>{notice.text}</a>
                    <TimeText when=notice.when/>
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby=id>
            <header class="panel-head"><h2 id=id>{heading}</h2></header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">{empty}</p></div> }.into_any()
            } else {
                view! { <ul class="feed">{items}</ul> }.into_any()
            }}
        </section>
    }
}

pub(super) async fn answer(search: String) -> Result<IntegrationsView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/integrations", &search, &["state", "kind"])?;
        let kind: Option<IntegrationKind> = address.parsed("kind")?;
        let only_attention = address.get("state").is_some();
        let standings = health::overview(&cx, &access).await?;
        let incidents = health::open_incidents(&cx, &access).await?;
        let windows = health::windows(&cx, &access).await?;
        let expiring = services::vault::expiring(&cx, &access, now.plus(60 * Timestamp::DAY)).await?;
        let shown = standings.iter().filter(|standing| {
            (!only_attention || standing.health.needs_attention()) && kind.is_none_or(|kind| kind == standing.kind)
        });
        let mut coming: Vec<NoticeView> = expiring.iter().map(|(id, name, at)| ends(*id, name, *at, now)).collect();
        coming.extend(windows.iter().map(|window| announced(window, now)));
        Ok(IntegrationsView {
            figures: figures(&standings, now),
            chips: chips(&address, &standings),
            rows: shown.map(|standing| standing_view(standing, now)).collect(),
            is_filtered: only_attention || kind.is_some(),
            incidents: incidents.iter().map(|incident| open(incident, now)).collect(),
            coming,
            read_at: words::when(now, now),
        })
    })
    .await
}

fn figures(standings: &[Standing], now: Timestamp) -> Vec<(String, String, String)> {
    let live = standings.iter().filter(|standing| standing.state.may_call()).count();
    let healthy = standings.iter().filter(|standing| standing.health == Health::Healthy).count();
    let sum = |of: fn(&Standing) -> i64| standings.iter().map(of).sum::<i64>();
    let (calls, failed) = (sum(|standing| standing.day.calls), sum(|standing| standing.day.failed));
    let (waiting, dead) = (sum(|standing| standing.waiting.0), sum(|standing| standing.waiting.1));
    let share = if calls > 0 { failed.saturating_mul(10_000) / calls } else { 0 };
    let figure = |label: &str, value: String, note: String| (label.to_owned(), value, note);
    let last = standings.iter().filter_map(|standing| standing.last_good_at).max();
    vec![
        figure("Healthy", healthy.to_string(), format!("of {live} that are live")),
        figure(
            "Calls, 24 h",
            words::grouped(calls),
            last.map(|at| format!("last good {}", words::when(at, now).shown)).unwrap_or_default(),
        ),
        figure("Failed, 24 h", format!("{}.{:02} %", share / 100, share % 100), words::grouped(failed)),
        figure("Waiting", words::grouped(waiting), format!("{} given up", words::grouped(dead))),
    ]
}

fn chips(address: &Address, standings: &[Standing]) -> Vec<Chip> {
    let attention = standings.iter().filter(|standing| standing.health.needs_attention()).count();
    let all = Chip {
        label: format!("All {}", standings.len()),
        href: "/integrations".to_owned(),
        is_on: address.get("state").is_none() && address.get("kind").is_none(),
    };
    let needs = Chip {
        label: format!("Needs attention {attention}"),
        href: address.href(&[("state", Some("attention")), ("kind", None)]),
        is_on: address.get("state").is_some(),
    };
    let kinds = IntegrationKind::ALL.iter().filter(|kind| standings.iter().any(|standing| standing.kind == **kind));
    let kinds = kinds.map(|kind| Chip {
        label: kind.label().to_owned(),
        href: address.href(&[("kind", Some(kind.as_str())), ("state", None)]),
        is_on: address.get("kind") == Some(kind.as_str()),
    });
    [all, needs].into_iter().chain(kinds).collect()
}

fn standing_view(standing: &Standing, now: Timestamp) -> StandingView {
    let (calls, failed) = (words::grouped(standing.day.calls), words::grouped(standing.day.failed));
    StandingView {
        href: format!("/integrations/{}", standing.id),
        name: standing.name.clone(),
        kind: format!("{} · {}", standing.kind.label(), standing.criticality.label().to_lowercase()),
        health: said::badge(standing.health),
        sparks: standing.hours.iter().map(|hour| Spark { all: hour.calls, bad: hour.failed }).collect(),
        words: format!("{calls} calls in 24 hours, {failed} of them failed"),
        success: said::success(standing.day),
        p50: said::millis(standing.p50_ms),
        p99: said::millis(standing.p99_ms),
        budget: said::budget(standing),
        in_force: said::in_force(standing, now),
    }
}

fn open(incident: &Incident, now: Timestamp) -> NoticeView {
    NoticeView {
        badge: Badge::new(Tone::Danger, "Open"),
        text: incident.title.clone(),
        href: format!("/integrations/incidents/{}", incident.id),
        when: words::when(Timestamp(incident.opened_at), now),
    }
}

fn ends(id: domain::ids::IntegrationId, name: &str, at: Timestamp, now: Timestamp) -> NoticeView {
    let days = at.since(now) / Timestamp::DAY;
    let tone = if days <= 7 {
        Tone::Danger
    } else if days <= 14 {
        Tone::Warn
    } else {
        Tone::Notice
    };
    let label = if at <= now { "Over".to_owned() } else { format!("{days} days") };
    NoticeView {
        badge: Badge::new(tone, label),
        text: format!("{name}: our credential ends"),
        href: format!("/integrations/{id}"),
        when: words::when(at, now),
    }
}

fn announced(window: &Maintenance, now: Timestamp) -> NoticeView {
    NoticeView {
        badge: Badge::new(Tone::Notice, "Maintenance"),
        text: format!("{}: {}", window.integration_name, window.reason),
        href: format!("/integrations/{}/health", window.integration_id),
        when: words::when(Timestamp(window.starts_at), now),
    }
}
