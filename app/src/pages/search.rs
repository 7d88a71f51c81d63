//! Search over everything: the page, and what the palette asks.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Icon, Loaded, PageHead},
    error::AppError,
};

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is, as a word.
    pub kind: String,
    /// Its name.
    pub title: String,
    /// What tells it from its namesakes.
    pub subtitle: String,
    /// Its address.
    pub href: String,
}

/// The best few records of each kind.
#[server(prefix = "/_fn", endpoint = "search/everywhere")]
pub async fn find_everywhere(query: String) -> Result<Vec<Found>, AppError> {
    use crate::context::{answer, asked};
    use services::search::{self, Kind};

    answer(async {
        let (cx, actor) = asked()?;
        if query.chars().count() > 120 {
            return Err(services::Error::invalid_field("q", "Search for at most 120 characters."));
        }
        let hits = search::everywhere(&cx, &actor, &query).await?;
        Ok(hits
            .into_iter()
            .map(|hit| {
                let (kind, area) = match hit.kind {
                    Kind::Customer => ("Customer", "customers"),
                    Kind::Vehicle => ("Vehicle", "fleet"),
                    Kind::Plan => ("Plan", "plans"),
                    Kind::Subscription => ("Subscription", "subscriptions"),
                };
                Found {
                    kind: kind.to_owned(),
                    title: hit.title,
                    subtitle: hit.subtitle,
                    href: format!("/{area}/{}", hit.id),
                }
            })
            .collect())
    })
    .await
}

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
