//! An integration: how it stands, what can be asked of it, and what can be done to it.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    acts::{Act, act_page},
    crumbs,
    panels::{BreakerPanel, CredentialsPanel, DrillPanel, Fresh},
    reads::{IntegrationView, read_integration},
    secret::secret_page,
    tabs::IntegrationTabs,
    test::test_form,
};
use crate::{
    components::{Crumb, Facts, Icon, Loaded, PageHead, PlainTable},
    pages::staff::Refusal,
    viewer::may,
};

/// What is done on an integration's own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] = &[
    "integrations/hold",
    "integrations/let_go",
    "integrations/drill",
    "integrations/stop_drill",
    "integrations/retire",
    "integrations/set_secret",
    "integrations/make_secret",
];

/// One integration. `act` in the address opens the confirmation of a change.
#[component]
pub fn IntegrationPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_integration(id, act.clone()).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, view): (String, IntegrationView)) -> AnyView {
    if !view.acts.contains(&act) {
        return view! { <Record view/> }.into_any();
    }
    match act.as_str() {
        "secret" | "webhook" | "make" => secret_page(&act, view),
        "test" => test_page(view),
        _ => match Act::of(&act) {
            Some(act) => act_page(act, view),
            None => view! { <Record view/> }.into_any(),
        },
    }
}

fn test_page(view: IntegrationView) -> AnyView {
    let back = format!("/integrations/{}", view.id);
    let mut way = crumbs();
    way.push(Crumb::new(&view.name, back));
    view! {
        <PageHead
            title="Test the connection".to_owned()
            subtitle="One question is asked, with the credential that you type here. Nothing of it is kept."
            crumbs=way
        />
        <IntegrationTabs here="/integrations"/>
        {test_form(view.test.unwrap_or_default())}
    }
    .into_any()
}

#[component]
fn Record(view: IntegrationView) -> impl IntoView {
    let id = view.id.clone();
    let can = |act: &str| view.acts.iter().any(|possible| possible == act);
    let edit = can("edit").then(|| view! { <a class="btn primary" href=format!("/integrations/{id}/edit")>"Edit"</a> });
    let retire = can("retire").then(|| view! { <a class="btn danger-quiet" href="?act=retire">"Retire …"</a> });
    let test = can("test").then(|| view! { <a class="btn" href="?act=test">"Test the connection …"</a> });
    let add = can("operation").then(|| {
        let href = format!("/integrations/{id}/operations/new");
        view! { <p class="row"><a class="btn small" href=href>"Add an operation"</a></p> }
    });
    let acts = view.acts.clone();
    let notes: Vec<_> = view
        .notes
        .iter()
        .map(|note| {
            view! {
                <div class="message warn">
                    <Icon name="alert"/>
                    <div class="message-body"><p>{note.clone()}</p></div>
                </div>
            }
        })
        .collect();
    let main = view! {
        <PlainTable
            id="operations"
            heading="Operations"
            note="What can be asked of it, and what it means for customers when it can’t be had."
            columns=vec!["Operation", "Called as", "Time", "Plan", "For customers"]
            rows=view.operations
            empty="Nothing can be asked of it yet. Add its first operation."
        />
        {add}
        <PlainTable
            id="calls"
            heading="Calls of the last day"
            note="The latest first; at most twenty."
            columns=vec!["When", "Operation", "Outcome", "What went wrong", "Took"]
            rows=view.calls
            empty="It was not called in the last 24 hours."
        />
        <BreakerPanel words=view.breaker_words badge=view.breaker.clone() turns=view.turns acts=acts.clone()/>
        <DrillPanel drills=view.drills acts=acts.clone()/>
    }
    .into_any();
    let side = view! {
        <Related id=id.clone()/>
        <CredentialsPanel secrets=view.secrets acts=acts/>
        <section class="panel" aria-labelledby="record">
            <header class="panel-head"><h2 id="record">"Record"</h2></header>
            <div class="panel-body"><Facts facts=view.facts/></div>
        </section>
    }
    .into_any();
    view! {
        <PageHead title=view.name subtitle=view.subtitle badge=view.state crumbs=crumbs()>
            {retire} {test} {edit}
        </PageHead>
        <IntegrationTabs here="/integrations"/>
        <div class="stack">
            <Refusal of=ACTS/>
            {notes}
            {view.fresh.map(|secret| view! { <Fresh secret/> })}
            <div class="cols">
                <div class="stack">{main}</div>
                <aside class="stack">{side}</aside>
            </div>
        </div>
    }
}

/// The other pages of an integration.
#[component]
fn Related(id: String) -> impl IntoView {
    let audit = may(Permission::AuditRead).then(|| {
        view! { <p><a href=format!("/security?target=integration:{id}")>"What was done to it, in the audit log"</a></p> }
    });
    view! {
        <section class="panel" aria-labelledby="related">
            <header class="panel-head"><h2 id="related">"More of it"</h2></header>
            <div class="panel-body stack xs">
                <p><a href=format!("/integrations/{id}/gate")>"Its gate: what it needs to go live"</a></p>
                <p><a href=format!("/integrations/{id}/health")>"Its health, over time"</a></p>
                <p><a href=format!("/integrations/calls?integration={id}")>"Its waiting calls"</a></p>
                <p><a href=format!("/integrations/log?integration={id}")>"Its calls, as they ended"</a></p>
                {audit}
            </div>
        </section>
    }
}
