//! The list of operations, beside the one that is open.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    operation::Operation,
    reads::{OperationGroup, OperationLine, ReferenceView, reference_page},
};
use crate::{
    components::{Loaded, PageHead, StatusBadge},
    pages::access::tabs::AccessTabs,
    views::Badge,
};

/// The reference. `operation` in the address opens one.
#[component]
pub fn ReferencePage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(move || query.get().get("operation").unwrap_or_default(), reference_page);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: ReferenceView) -> AnyView {
    let here = view.operation.as_ref().map(|operation| operation.line.id.clone()).unwrap_or_default();
    let title =
        view.operation.as_ref().map_or_else(|| "Reference".to_owned(), |operation| operation.line.summary.clone());
    let groups: Vec<_> = view.groups.into_iter().map(|of| group(of, &here)).collect();
    let subtitle = format!("Partner API, version {}", view.version);
    view! {
        <PageHead title subtitle>
            <a class="btn" href="/api/v1/openapi.json" rel="external">"OpenAPI document"</a>
        </PageHead>
        <AccessTabs here="/access/reference"/>
        {match view.operation {
            Some(operation) => view! {
                <div class="cols">
                    <div class="stack"><Operation view=operation/></div>
                    <aside class="stack">{groups}</aside>
                </div>
            }
            .into_any(),
            None => view! { <div class="stack">{groups}</div> }.into_any(),
        }}
    }
    .into_any()
}

fn group(group: OperationGroup, here: &str) -> AnyView {
    let id = format!("group-{}", group.name.to_lowercase().replace(' ', "-"));
    let region = id.clone();
    let lines: Vec<_> = group.operations.into_iter().map(|operation| line(operation, here)).collect();
    view! {
        <section class="panel" aria-labelledby=region>
            <header class="panel-head"><h2 id=id>{group.name}</h2><p>{group.description}</p></header>
            <ul class="operations">{lines}</ul>
        </section>
    }
    .into_any()
}

fn line(line: OperationLine, here: &str) -> AnyView {
    let is_here = line.id == here;
    let goes = line.is_deprecated.then(|| Badge::new(domain::subscription::Tone::Warn, "Deprecated"));
    view! {
        <li>
            <a href=format!("/access/reference?operation={}", line.id) aria-current=is_here.then_some("true")>
                <code class="method">{line.method}</code>
                <span>{line.summary}</span>
                <code class="path">{line.path}</code>
            </a>
            {goes.map(|badge| view! { <StatusBadge badge/> })}
        </li>
    }
    .into_any()
}
