//! The list of endpoints.

use domain::{Timestamp, credentials::Environment, permissions::Permission, permissions::marker::AccessRead};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::webhooks::{self, EndpointFilter, Listed};

use super::{reads::webhook_list, words as said};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::access::tabs::AccessTabs,
    viewer::may,
    views::{Cell, Chip, ListView, Row},
    words,
};

/// The list of endpoints.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), webhook_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead
            title="Webhooks".to_owned()
            subtitle="Where partners are told of what happens, and how that goes."
        >
            <a class="btn quiet" href="/access/webhooks/events">"Event catalogue"</a>
            {may(Permission::WebhooksManage)
                .then(|| view! { <a class="btn primary" href="/access/webhooks/new">"New endpoint"</a> })}
        </PageHead>
        <AccessTabs here="/access/webhooks"/>
        <ListPanel
            list
            empty="Register an address of a partner, or let the partner do it by the API, and it appears here."
        />
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("url", "Address"),
    column("environment", "Environment"),
    column("types", "Told of"),
    column("state", "State"),
    column("waiting", "Waiting").number(),
    column("dead", "Given up").number(),
    column("last", "Last delivered"),
    column("created", "Registered").sortable(),
];

fn row(endpoint: Listed, shown: &[&Known], now: Timestamp) -> Row {
    let when = |at: Option<Timestamp>| Cell::When(at.map(|at| words::when(at, now)).unwrap_or_default());
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "url" => Cell::Who(endpoint.url.clone(), endpoint.partner_name.clone()),
            "environment" => Cell::Text(endpoint.environment().label().to_owned()),
            "types" => Cell::Text(said::types(&endpoint.event_types())),
            "state" => Cell::Badge(said::state(&endpoint, now)),
            "waiting" => Cell::Number(said::counted(endpoint.waiting)),
            "dead" => Cell::Number(said::counted(endpoint.dead)),
            "last" => when(endpoint.last_success_at()),
            _ => when(Some(Timestamp(endpoint.created_at))),
        })
        .collect();
    let mark = match (endpoint.is_enabled, endpoint.stopped_why.as_str(), endpoint.failing_since()) {
        (false, "", _) => "off",
        (false, ..) => "bad",
        (true, _, Some(_)) => "attn",
        (true, ..) => "",
    };
    Row { href: format!("/access/webhooks/{}", endpoint.id), mark: mark.to_owned(), cells }
}

pub(super) async fn answer(search: String) -> Result<ListView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let address = Address::parse("/access/webhooks", &search, &["partner", "environment", "trouble"])?;
        let sorted = address.sort(COLUMNS, "-created")?;
        let filter = EndpointFilter {
            partner: address.parsed("partner")?,
            environment: address.parsed("environment")?,
            has_trouble: address.get("trouble") == Some("yes"),
            query: address.get("q").map(str::to_owned),
            is_ascending: !sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = webhooks::all(&cx, &access, &filter).await?;
        let now = cx.clock.now();
        let mut view = address.view("Endpoints", "Part of the address", COLUMNS, sorted, page, |endpoint, shown| {
            row(endpoint, shown, now)
        });
        let is_all = filter.environment.is_none() && !filter.has_trouble;
        let all = address.href(&[("environment", None), ("trouble", None)]);
        view.chips.push(Chip { label: "All".to_owned(), href: all, is_on: is_all });
        let toggle = |key: &str, value: &str, label: &str| {
            let is_on = address.get(key) == Some(value);
            Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
        };
        view.chips.push(toggle("trouble", "yes", "With trouble"));
        for environment in Environment::ALL {
            view.chips.push(toggle("environment", environment.as_str(), environment.label()));
        }
        view.filters.extend(address.filter_chip("Partner", "partner"));
        Ok(view)
    })
    .await
}
