//! Search over everything.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Icon, Loaded, PageHead},
    search::{Found, find_everywhere},
};

/// What was found for the query in the address.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let found = Resource::new(
        move || query.get().get("q").unwrap_or_default(),
        |query| async move { find_everywhere(query.clone()).await.map(|found| (query, found)) },
    );
    view! { <Loaded resource=found view=show/> }
}

fn show((query, found): (String, Vec<Found>)) -> AnyView {
    let is_empty = found.is_empty();
    let items: Vec<_> = found
        .into_iter()
        .map(|found| {
            view! {
                <li>
                    <span class="badge neutral">{found.kind}</span>
                    <a class="feed-text" href=found.href><b>{found.title}</b> " " <span class="muted">{found.subtitle}</span></a>
                </li>
            }
        })
        .collect();
    let subtitle = if query.is_empty() { String::new() } else { format!("For “{query}”") };
    view! {
        <PageHead title="Search".to_owned() subtitle/>
        <section class="panel">
            {if is_empty {
                view! {
                    <div class="empty">
                        <Icon name="search"/>
                        <h2>"Nothing found"</h2>
                        <p>"Try a plate, a VIN, a name, an e-mail address or a number, from its beginning."</p>
                    </div>
                }.into_any()
            } else {
                view! { <ul class="feed">{items}</ul> }.into_any()
            }}
        </section>
    }
    .into_any()
}
