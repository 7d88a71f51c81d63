//! The calls of the gateway, as they ended for whoever asked.

use domain::{Timestamp, integrations::CallOutcome, permissions::marker::IntegrationsRead};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::gateway::{self, Logged, LoggedFilter};

use super::{calls::narrowed, crumbs, reads::read_log, tabs::IntegrationTabs, words as said};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    views::{Cell, ListView, Row},
    words,
};

/// The calls of the gateway.
#[component]
pub fn LogPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), read_log);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead
            title="Calls to partners".to_owned()
            subtitle="Each call, as it ended for whoever asked; the latest first."
            crumbs=crumbs()
        >
            <a class="btn quiet" href="/integrations/calls">"Waiting calls"</a>
        </PageHead>
        <IntegrationTabs here="/integrations/calls"/>
        <ListPanel list empty="No partner was called yet. Calls appear here as soon as an integration is live."/>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("at", "When"),
    column("operation", "Operation"),
    column("outcome", "Outcome"),
    column("failure", "What went wrong"),
    column("status", "Answer").number(),
    column("attempts", "Attempts").number(),
    column("took", "Took").number(),
    column("about", "About"),
    column("actor", "For whom").hidden(),
    column("request", "Request").hidden(),
];

fn row(logged: &Logged, shown: &[&Known], now: Timestamp) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "at" => Cell::When(words::when(Timestamp(logged.at), now)),
            "operation" => Cell::Who(logged.operation.clone(), logged.integration_name.clone()),
            "outcome" => Cell::Badge(said::outcome(logged)),
            "failure" => Cell::Text(said::failure(logged)),
            "status" => Cell::Number(logged.status.map(|status| status.to_string()).unwrap_or_default()),
            "attempts" => Cell::Number(words::grouped(logged.attempts)),
            "took" => Cell::Number(format!("{} ms", words::grouped(logged.took_ms))),
            "actor" => Cell::Text(logged.actor.clone()),
            "request" => Cell::Code(logged.request_id.clone()),
            _ => about(logged),
        })
        .collect();
    Row { href: String::new(), mark: said::mark(logged).to_owned(), cells }
}

fn about(logged: &Logged) -> Cell {
    let kind = logged.subject_type.replace('_', " ");
    let href = logged.subject_id.and_then(|id| said::subject(&logged.subject_type, &id.to_string()));
    href.map_or_else(|| Cell::Text(kind.clone()), |href| Cell::Link(kind.clone(), href))
}

pub(super) async fn answer(search: String) -> Result<ListView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/integrations/log", &search, &["outcome", "integration"])?;
        let (integration, chip) = narrowed(&cx, &access, &address).await?;
        let filter = LoggedFilter {
            integration,
            outcome: address.parsed("outcome")?,
            subject: None,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = gateway::calls(&cx, &access, &filter).await?;
        let mut list =
            address.view("Calls", "Beginning of an integration’s name", COLUMNS, ("at", true), page, |one, shown| {
                row(&one, shown, now)
            });
        list.chips.push(address.chip("All", "outcome", None));
        list.chips.extend(
            CallOutcome::ALL.iter().map(|outcome| address.chip(outcome.label(), "outcome", Some(outcome.as_str()))),
        );
        list.filters.extend(chip);
        Ok(list)
    })
    .await
}
