//! The overview: what is wrong, what changed, what to do.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Loaded, PageHead, StatusBadge, TimeText},
    error::AppError,
    views::{Badge, When},
};

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
    /// A few words beside it.
    pub note: String,
    /// Where its records are listed.
    pub href: String,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its state.
    pub badge: Badge,
    /// What it is.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// When.
    pub when: When,
}

/// The overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewView {
    /// Today, in words.
    pub today: String,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What needs attention.
    pub attention: Vec<Item>,
    /// What is coming up.
    pub coming: Vec<Item>,
    /// What changed last.
    pub recent: Vec<Item>,
}

/// The overview, as far as one may see.
#[server(prefix = "/_fn", endpoint = "overview/page")]
pub async fn overview_page() -> Result<OverviewView, AppError> {
    read::page().await
}

/// The first page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| overview_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: OverviewView) -> AnyView {
    let figures: Vec<_> = view
        .figures
        .into_iter()
        .map(|figure| {
            view! {
                <div>
                    <dt>{figure.label}</dt>
                    <dd><a href=figure.href>{figure.value}</a> <small>{figure.note}</small></dd>
                </div>
            }
        })
        .collect();
    view! {
        <PageHead title="Overview".to_owned() subtitle=view.today/>
        <dl class="strip">{figures}</dl>
        <div class="grid2">
            <Feed id="attention" heading="Needs attention" items=view.attention empty="Nothing needs attention. Enjoy the quiet."/>
            <Feed id="coming" heading="Coming up" items=view.coming empty="Nothing is scheduled for the next fourteen days."/>
        </div>
        <Feed id="recent" heading="What changed" items=view.recent empty="Nothing has changed yet."/>
    }
    .into_any()
}

#[component]
fn Feed(id: &'static str, heading: &'static str, items: Vec<Item>, empty: &'static str) -> impl IntoView {
    let is_empty = items.is_empty();
    let items: Vec<_> = items
        .into_iter()
        .map(|item| {
            view! {
                <li>
                    <StatusBadge badge=item.badge/>
                    <a class="feed-text" href=item.href>{item.text}</a>
                    <TimeText when=item.when/>
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

#[cfg(feature = "ssr")]
mod read;
