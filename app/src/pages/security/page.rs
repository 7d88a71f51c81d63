//! The audit log as a page: its state above, its events below.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    list::Filters,
    reads::{EventListView, SummaryView, event_list, security_summary},
    summary::Summary,
};
use crate::{
    components::{ListPanel, Loaded, PageHead, PostButton},
    pages::staff::Refusal,
};

/// The audit log.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let search = use_location().search;
    let page = Resource::new(
        move || search.get(),
        |search| async move {
            let summary = security_summary().await?;
            event_list(search).await.map(|list| (summary, list))
        },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((summary, events): (SummaryView, EventListView)) -> AnyView {
    let list = events.list.clone();
    let printed = events.printed.clone();
    view! {
        <PageHead title="Security".to_owned() subtitle="Who did what, when, from where, and what came of it.">
            <PostButton function="security/verify" label="Verify now" class="btn primary"/>
        </PageHead>
        <Refusal of=&["security/verify"]/>
        <p class="print-only small muted">{printed}</p>
        <div class="stack">
            <Summary summary/>
            <section class="panel" aria-label="Filters"><Filters events/></section>
            <ListPanel list empty="Events appear here with the first act of anybody."/>
        </div>
    }
    .into_any()
}
