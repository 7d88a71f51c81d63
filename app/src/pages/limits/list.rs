//! The limits there are, where calls are counted, and who is close to a limit.

use domain::permissions::Permission;
use leptos::prelude::*;

use super::reads::{LimitFigure, LimitsView, NearLine, limits_page};
use crate::{
    components::{Icon, Loaded, Meter, PageHead, PlainTable, StatusBadge},
    pages::access::tabs::AccessTabs,
    viewer::may,
};

/// Every limit, and who is close to one.
#[component]
pub fn LimitsPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| limits_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: LimitsView) -> AnyView {
    let figures: Vec<_> = view.figures.into_iter().map(figure).collect();
    let columns = vec!["Limit", "Windows", "Counts together", "Calls", "Holds for", "When calls can’t be counted"];
    let empty = if may(Permission::LimitsManage) {
        "There is no limit yet: machines may call as often as they like. Make the first one for everybody."
    } else {
        "There is no limit yet: machines may call as often as they like."
    };
    view! {
        <PageHead title="Limits".to_owned() subtitle="How often machines may call. A change holds for the next call.">
            {may(Permission::LimitsManage)
                .then(|| view! { <a class="btn primary" href="/access/limits/new">"New limit"</a> })}
        </PageHead>
        <AccessTabs here="/access/limits"/>
        <div class="stack">
            {(!view.away.is_empty()).then(|| view! { <Away since=view.away/> })}
            <dl class="strip">{figures}</dl>
            <Nearest near=view.near calm=view.calm/>
            <PlainTable id="limits" heading="All limits" columns rows=view.policies empty/>
        </div>
    }
    .into_any()
}

fn figure(figure: LimitFigure) -> AnyView {
    view! { <div><dt>{figure.label}</dt><dd>{figure.value} " " <small>{figure.note}</small></dd></div> }.into_any()
}

#[component]
fn Away(since: String) -> impl IntoView {
    view! {
        <div class="message danger inline" role="alert">
            <Icon name="alert"/>
            <div class="message-body">
                <p>
                    <b>{format!("Calls can’t be counted since {since}.")}</b>
                    " Limits that want calls refused then answer 503; the others let them pass. "
                    "Look after the store of counts."
                </p>
            </div>
        </div>
    }
}

#[component]
fn Nearest(near: Vec<NearLine>, calm: String) -> impl IntoView {
    let is_empty = near.is_empty();
    let rows: Vec<_> = near.into_iter().map(near_row).collect();
    view! {
        <section class="panel" aria-labelledby="near">
            <header class="panel-head"><h2 id="near">"Close to or over a limit"</h2></header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">{calm}</p></div> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" role="group" aria-labelledby="near-caption" tabindex="0">
                        <table class="table plain">
                            <caption id="near-caption" class="vh">
                                "Who is close to a limit or over it, the tightest first"
                            </caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Whose calls"</th>
                                    <th scope="col">"Limit"</th>
                                    <th scope="col">"State"</th>
                                    <th scope="col">"Used"</th>
                                    <th scope="col" class="num">"Left"</th>
                                    <th scope="col" class="num">"All back in"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}

fn near_row(line: NearLine) -> AnyView {
    let subject = match line.href {
        Some(href) => view! { <a href=href>{line.subject}</a> }.into_any(),
        None => view! { <code>{line.subject}</code> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{subject}</th>
            <td class="who"><b><code>{line.policy}</code></b><span>{line.window}</span></td>
            <td><StatusBadge badge=line.badge/></td>
            <td class="nowrap"><Meter percent=line.used tone=line.tone/></td>
            <td class="num">{line.left}</td>
            <td class="num">{line.back}</td>
        </tr>
    }
    .into_any()
}

/// From how much of it used up a limit is close.
#[cfg(feature = "ssr")]
const CLOSE: u32 = 80;

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<LimitsView, crate::error::AppError> {
    use domain::{permissions::marker::AccessRead, subscription::Tone};
    use services::limits::{self, Near};

    use crate::{
        context::{answer, asked},
        words::{self, grouped},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let policies = limits::list(&cx, &access).await?;
        let under_way = limits::near(&cx, &access).await?;
        let health = cx.limiter.health();
        let tightest = under_way.iter().map(Near::used).max();
        let near: Vec<NearLine> =
            under_way.iter().filter(|near| near.left.calls == 0 || near.used() >= CLOSE).map(near_line).collect();
        let over = near.iter().filter(|line| line.tone == Tone::Danger).count();
        let figure = |label: &str, value: String, note: &str| LimitFigure {
            label: label.to_owned(),
            value,
            note: note.to_owned(),
        };
        let store = match health.store {
            "this process" => figure("Calls are counted in", "This process".to_owned(), "exact on one node"),
            "the database" => figure("Calls are counted in", "The database".to_owned(), "exact over all nodes"),
            store => figure("Calls are counted in", store.to_owned(), "exact over all nodes"),
        };
        let now = cx.clock.now();
        let can_count = if health.away_since.is_some() { "Away" } else { "Reachable" };
        let for_everybody = policies.iter().filter(|policy| policy.is_default).count();
        Ok(LimitsView {
            figures: vec![
                store,
                figure("The store of counts", can_count.to_owned(), ""),
                figure("Limits", policies.len().to_string(), &format!("{for_everybody} for everybody")),
                figure("Close or over", near.len().to_string(), &format!("{over} over")),
            ],
            away: health.away_since.map(|since| words::when(since, now).exact).unwrap_or_default(),
            calm: match tightest {
                None => "Nobody. No count is under way.".to_owned(),
                Some(used) => format!(
                    "Nobody. {} under way; the tightest has {used} % used up.",
                    match under_way.len() {
                        1 => "One count is".to_owned(),
                        many => format!("{} counts are", grouped(i64::try_from(many).unwrap_or(i64::MAX))),
                    }
                ),
            },
            near,
            policies: policies.iter().map(|policy| row(policy, actor.holds(Permission::LimitsManage))).collect(),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
fn near_line(near: &services::limits::Near) -> NearLine {
    use domain::subscription::Tone;

    use super::words::{wait, window};
    use crate::{views::Badge, words::grouped};

    let (tone, word) = if near.left.calls == 0 { (Tone::Danger, "Over") } else { (Tone::Warn, "Close") };
    NearLine {
        subject: near.subject.clone(),
        href: near.href.clone(),
        policy: near.policy.clone(),
        window: window(near.window),
        badge: Badge::new(tone, word),
        tone,
        used: near.used(),
        left: grouped(i64::from(near.left.calls)),
        back: wait(near.left.seconds),
    }
}

/// One limit. Only who may change it can open it.
#[cfg(feature = "ssr")]
fn row(policy: &services::limits::Policy, may_open: bool) -> crate::views::Row {
    use domain::limits::RouteClass;

    use super::words;
    use crate::views::{Cell, Row};

    Row {
        href: if may_open { format!("/access/limits/{}", policy.id) } else { String::new() },
        mark: String::new(),
        cells: vec![
            Cell::Who(policy.name.clone(), policy.description.clone()),
            Cell::Text(words::windows(&policy.windows)),
            Cell::Text(policy.subject.label().to_owned()),
            Cell::Text(policy.route_class.map_or("All", RouteClass::label).to_owned()),
            Cell::Text(words::holds_for(policy)),
            Cell::Text(policy.when_away.label().to_owned()),
        ],
    }
}
