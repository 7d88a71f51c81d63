//! What a key is and did, table by table.

use leptos::prelude::*;

use super::reads::{RefusalLine, RouteLine, ScopeLine, SecretLine, SourceLine};
use crate::{
    components::{StatusBadge, TimeText},
    views::{Badge, When},
};

/// A heading of a table, and whether numbers stand under it.
pub(super) type Heading = (&'static str, bool);

/// A table in a panel of its own, or why there is none.
#[component]
pub(super) fn TablePanel(
    /// Names the panel within the page.
    id: &'static str,
    /// The panel's heading.
    #[prop(into)]
    heading: String,
    /// What the table shows.
    caption: &'static str,
    /// One line under the heading.
    #[prop(optional, into)]
    note: String,
    /// The table's headings.
    headings: &'static [Heading],
    /// The table's rows.
    rows: Vec<AnyView>,
    /// What to say when there are none.
    empty: &'static str,
) -> impl IntoView {
    let caption_id = format!("{id}-caption");
    let labelled_by = caption_id.clone();
    let is_empty = rows.is_empty();
    let headings: Vec<_> = headings
        .iter()
        .map(|(label, is_number)| view! { <th scope="col" class=is_number.then_some("num")>{*label}</th> })
        .collect();
    view! {
        <section class="panel" aria-labelledby=id>
            <header class="panel-head">
                <h2 id=id>{heading}</h2>
                {(!note.is_empty()).then(|| view! { <p>{note}</p> })}
            </header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">{empty}</p></div> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" role="group" aria-labelledby=labelled_by tabindex="0">
                        <table class="table plain">
                            <caption id=caption_id class="vh">{caption}</caption>
                            <thead><tr>{headings}</tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}

/// An instant, or the word for none.
fn or_never(when: Option<When>) -> AnyView {
    match when {
        Some(when) => view! { <TimeText when/> }.into_any(),
        None => view! { <span class="muted">"never used"</span> }.into_any(),
    }
}

/// What a key may do, and what of that it does.
#[component]
pub(super) fn Scopes(
    /// The scopes.
    scopes: Vec<ScopeLine>,
) -> impl IntoView {
    let rows = scopes
        .into_iter()
        .map(|scope| {
            view! {
                <tr>
                    <td class="nowrap"><code>{scope.key}</code></td>
                    <td class="wrap">{scope.description}</td>
                    <td><StatusBadge badge=scope.risk/></td>
                    <td class="nowrap">{or_never(scope.last_used)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <TablePanel
            id="scopes"
            heading="What it may do"
            caption="Scopes and when they were last used"
            headings=&[("Scope", false), ("What it allows", false), ("Risk", false), ("Last used", false)]
            rows=rows
            empty="It has no scope, so it can do nothing."
        />
    }
}

/// The secrets of a key.
#[component]
pub(super) fn Secrets(
    /// The secrets, newest first.
    secrets: Vec<SecretLine>,
) -> impl IntoView {
    let rows = secrets
        .into_iter()
        .map(|secret| {
            view! {
                <tr>
                    <td><StatusBadge badge=secret.state/></td>
                    <td class="who"><TimeText when=secret.issued/><span>{secret.issued_by}</span></td>
                    <td class="nowrap"><TimeText when=secret.first_used/></td>
                    <td class="nowrap"><TimeText when=secret.last_used/></td>
                    <td class="nowrap"><TimeText when=secret.stops/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <TablePanel
            id="secrets"
            heading="Secrets"
            caption="Secrets, newest first"
            headings=&[
                ("State", false),
                ("Issued", false),
                ("First used", false),
                ("Last used", false),
                ("Stops", false),
            ]
            rows=rows
            empty="It has no secret: it signs with its own key."
        />
    }
}

/// Where a key was used from.
#[component]
pub(super) fn Sources(
    /// The networks, the busiest first.
    sources: Vec<SourceLine>,
    /// The time they cover, as the panel's heading says it.
    #[prop(into)]
    span: String,
) -> impl IntoView {
    use domain::subscription::Tone;

    let rows = sources
        .into_iter()
        .map(|source| {
            let new = source.is_new.then(|| Badge::new(Tone::Notice, "New"));
            view! {
                <tr>
                    <td class="nowrap">
                        <code>{source.network}</code> " " {new.map(|badge| view! { <StatusBadge badge/> })}
                    </td>
                    <td class="num">{source.calls}</td>
                    <td class="nowrap"><TimeText when=source.first/></td>
                    <td class="nowrap"><TimeText when=source.last/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <TablePanel
            id="sources"
            heading=format!("Where it is used from, {span}")
            caption="Networks that calls came from"
            note="A network is new when its first call is less than a week ago."
            headings=&[("Network", false), ("Calls", true), ("First day", false), ("Last day", false)]
            rows=rows
            empty="No call came from anywhere in this time."
        />
    }
}

/// What a key was used for.
#[component]
pub(super) fn Routes(
    /// The routes, the busiest first.
    routes: Vec<RouteLine>,
    /// The time they cover, as the panel's heading says it.
    #[prop(into)]
    span: String,
) -> impl IntoView {
    let rows = routes
        .into_iter()
        .map(|route| {
            view! {
                <tr>
                    <td class="nowrap"><code>{route.route}</code></td>
                    <td class="num">{route.calls}</td>
                    <td class="num">{route.errors}</td>
                    <td class="num">{route.refused}</td>
                    <td class="nowrap"><TimeText when=route.last/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <TablePanel
            id="routes"
            heading=format!("What it is used for, {span}")
            caption="Calls by route"
            headings=&[("Route", false), ("Calls", true), ("Errors", true), ("Refused", true), ("Last call", false)]
            rows=rows
            empty="There was no call in this time."
        />
    }
}

/// The latest refusals of a key.
#[component]
pub(super) fn Refusals(
    /// The refusals, newest first.
    refusals: Vec<RefusalLine>,
) -> impl IntoView {
    let rows = refusals
        .into_iter()
        .map(|refusal| {
            let href = format!("/access/refusals?request={}", refusal.request);
            let about = format!("Why request {} was refused", refusal.request);
            view! {
                <tr>
                    <td class="nowrap"><TimeText when=refusal.when/></td>
                    <td class="num">{refusal.status}</td>
                    <td class="nowrap"><code>{refusal.code}</code></td>
                    <td class="nowrap"><code>{refusal.route}</code></td>
                    <td><a href=href aria-label=about>"Why"</a></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <TablePanel
            id="refusals"
            heading="Latest refusals"
            caption="Calls that were refused, newest first"
            headings=&[("When", false), ("Status", true), ("Code", false), ("Route", false), ("Decision", false)]
            rows=rows
            empty="No call of it was refused in the last 30 days."
        />
    }
}
