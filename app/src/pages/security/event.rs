//! One event: what is known of it, what changed, and how it can be proven.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reads::{EventView, audit_event};
use crate::{
    components::{Crumb, Facts, Loaded, PageHead},
    views::ChangeView,
};

/// One event.
#[component]
pub fn EventPage() -> impl IntoView {
    let params = use_params_map();
    let event = Resource::new(move || params.get().get("id").unwrap_or_default(), audit_event);
    view! { <Loaded resource=event view=show/> }
}

fn show(event: EventView) -> AnyView {
    let related: Vec<_> =
        event.related.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect();
    let has_details = !event.details.is_empty();
    view! {
        <PageHead
            title=event.title
            subtitle=event.when.exact
            badge=event.outcome
            crumbs=vec![Crumb::new("Security", "/security")]
        />
        <div class="cols">
            <div class="stack">
                <section class="panel" aria-labelledby="facts">
                    <header class="panel-head"><h2 id="facts">"What happened"</h2><code>{event.action}</code></header>
                    <div class="panel-body stack s">
                        {(!event.reason.is_empty()).then(|| view! { <p>"“" {event.reason} "”"</p> })}
                        <Facts facts=event.facts/>
                    </div>
                </section>
                <Changes changes=event.changes/>
                {has_details
                    .then(|| view! {
                        <section class="panel" aria-labelledby="details">
                            <header class="panel-head"><h2 id="details">"Also noted"</h2></header>
                            <div class="panel-body"><Facts facts=event.details/></div>
                        </section>
                    })}
                <section class="panel" aria-labelledby="payload">
                    <header class="panel-head"><h2 id="payload">"Canonical bytes"</h2></header>
                    <pre class="code" tabindex="0" aria-labelledby="payload" role="region">{event.payload}</pre>
                </section>
                <section class="panel" aria-labelledby="proof">
                    <header class="panel-head"><h2 id="proof">"Proof that it is in the log"</h2></header>
                    <pre class="code" tabindex="0" aria-labelledby="proof" role="region">{event.proof}</pre>
                </section>
            </div>
            <aside class="stack">
                <section class="panel" aria-labelledby="place">
                    <header class="panel-head"><h2 id="place">"Its place in the log"</h2></header>
                    <div class="panel-body"><Facts facts=event.place/></div>
                </section>
                <section class="panel" aria-labelledby="related">
                    <header class="panel-head"><h2 id="related">"Look further"</h2></header>
                    <div class="panel-body"><ul class="stack xs">{related}</ul></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Changes(changes: Vec<ChangeView>) -> impl IntoView {
    let dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    let rows: Vec<_> = changes
        .into_iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{change.field}</th>
                    <td class="before"><del>{dash(change.before)}</del></td>
                    <td class="after"><ins>{dash(change.after)}</ins></td>
                </tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="changes">
                <header class="panel-head"><h2 id="changes">"What changed"</h2></header>
                <div class="table-scroll" role="region" aria-labelledby="changes" tabindex="0">
                    <table class="diff">
                        <thead>
                            <tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(_id: String) -> Result<EventView, crate::error::AppError> { crate::context::answer(async { Err(services::Error::internal("stub")) }).await }
