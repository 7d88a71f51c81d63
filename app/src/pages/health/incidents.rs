//! Incidents: the list, and one of them with what was said about it.

use domain::{
    Timestamp,
    ids::IncidentId,
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use services::health::{self, Incident, IncidentFilter};

use super::{
    detail::state,
    reads::{IncidentView, read_incident, read_incidents},
};
use crate::{
    components::{Crumb, Facts, Hidden, ListPanel, Loaded, PageHead, PostForm, TextField, TimeText},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Cell, Fact, ListView, Row},
    words,
};

/// All incidents.
#[component]
pub fn IncidentsPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), read_incidents);
    view! { <Loaded resource=list view=show_list/> }
}

fn show_list(list: ListView) -> AnyView {
    view! {
        <PageHead
            title="Incidents".to_owned()
            subtitle="Opened and closed by themselves; one for each integration and kind at a time."
            crumbs=vec![Crumb::new("Integrations", "/integrations")]
        />
        <IntegrationTabs here="/integrations/incidents"/>
        <ListPanel list empty="There was no incident yet. One opens when a partner does not do what is expected of it."/>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("incident", "Incident"),
    column("state", "State"),
    column("opened", "Opened"),
    column("closed", "Closed"),
    column("kind", "Kind").hidden(),
];

fn row(incident: &Incident, shown: &[&Known], now: Timestamp) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "incident" => Cell::Who(incident.title.clone(), incident.integration_name.clone()),
            "state" => Cell::Badge(state(incident.closed_at)),
            "opened" => Cell::When(words::when(Timestamp(incident.opened_at), now)),
            "kind" => Cell::Text(incident.kind.clone()),
            _ => match incident.closed_at {
                Some(at) => Cell::When(words::when(Timestamp(at), now)),
                None => Cell::Text(String::new()),
            },
        })
        .collect();
    let mark = if incident.closed_at.is_none() { "bad" } else { "" };
    Row { href: format!("/integrations/incidents/{}", incident.id), mark: mark.to_owned(), cells }
}

/// An incident in a short table.
pub(super) fn short(incident: &Incident, now: Timestamp) -> Row {
    Row {
        href: format!("/integrations/incidents/{}", incident.id),
        mark: String::new(),
        cells: vec![
            Cell::Text(incident.title.clone()),
            Cell::When(words::when(Timestamp(incident.opened_at), now)),
            Cell::Badge(state(incident.closed_at)),
        ],
    }
}

pub(super) async fn answer_list(search: String) -> Result<ListView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/integrations/incidents", &search, &["state"])?;
        let filter = IncidentFilter {
            is_open: address.get("state") == Some("open"),
            integration: None,
            query: address.get("q").map(str::to_owned),
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = health::incidents(&cx, &access, &filter).await?;
        let placeholder = "Beginning of an integration’s name";
        let mut list =
            address.view("Incidents", placeholder, COLUMNS, ("opened", true), page, |one, shown| row(&one, shown, now));
        list.chips.push(address.chip("All", "state", None));
        list.chips.push(address.chip("Open", "state", Some("open")));
        Ok(list)
    })
    .await
}

/// One incident.
#[component]
pub fn IncidentPage() -> impl IntoView {
    let params = use_params_map();
    let page = Resource::new(move || params.get().get("id").unwrap_or_default(), read_incident);
    view! { <Loaded resource=page view=show_one/> }
}

fn show_one(incident: IncidentView) -> AnyView {
    let entries: Vec<_> = incident
        .entries
        .into_iter()
        .map(|(when, actor, body)| {
            view! {
                <li>
                    <div class="feed-text"><p>{body}</p><p class="small muted">{actor}</p></div>
                    <TimeText when/>
                </li>
            }
        })
        .collect();
    let form = may(Permission::IntegrationsOperate).then(|| {
        view! {
            <div class="panel-body">
                <PostForm function="health/annotate">
                    <Hidden name="id" value=incident.id/>
                    <TextField name="body" label="What you found, or did" rows=3/>
                    <div class="form-acts"><button class="btn" type="submit">"Add to the incident"</button></div>
                </PostForm>
            </div>
        }
    });
    view! {
        <PageHead
            title=incident.title
            badge=incident.state
            crumbs=vec![Crumb::new("Integrations", "/integrations"), Crumb::new("Incidents", "/integrations/incidents")]
        />
        <div class="cols">
            <section class="panel" aria-labelledby="said">
                <header class="panel-head"><h2 id="said">"What happened"</h2></header>
                <ul class="feed">{entries}</ul>
                {form}
            </section>
            <aside class="stack">
                <section class="panel" aria-labelledby="record">
                    <header class="panel-head"><h2 id="record">"Record"</h2></header>
                    <div class="panel-body"><Facts facts=incident.facts/></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

pub(super) async fn answer_one(id: String) -> Result<IncidentView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let id: IncidentId = parse_id(&id)?;
        let (incident, entries) = health::incident(&cx, &access, id).await?;
        let at = |millis: i64| words::when(Timestamp(millis), now).exact;
        let integration = format!("/integrations/{}/health", incident.integration_id);
        Ok(IncidentView {
            id: id.to_string(),
            state: state(incident.closed_at),
            facts: vec![
                Fact::link("Integration", incident.integration_name, integration),
                Fact::new("Opened", at(incident.opened_at)),
                Fact::new("Closed", incident.closed_at.map(at).unwrap_or_default()),
                Fact::code("Kind", incident.kind),
                Fact::code("Id", id.to_string()),
            ],
            entries: entries
                .into_iter()
                .map(|entry| (words::when(Timestamp(entry.at), now), entry.actor, entry.body))
                .collect(),
            title: incident.title,
        })
    })
    .await
}
