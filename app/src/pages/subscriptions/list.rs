//! The list of subscriptions.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::subscription_list;
use crate::{
    components::{ListPanel, Loaded, PageHead},
    viewer::may,
    views::ListView,
};

/// The list of subscriptions.
#[component]
pub fn SubscriptionsPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), subscription_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead title="Subscriptions".to_owned()>
            {may(Permission::SubscriptionsWrite)
                .then(|| view! { <a class="btn primary" href="/subscriptions/new">"New subscription"</a> })}
        </PageHead>
        <ListPanel list empty="Subscriptions appear here once the first one is drafted."/>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
mod answered {
    use domain::{
        Timestamp,
        money::Money,
        permissions::marker::SubscriptionsRead,
        subscription::{State, Tone},
    };
    use services::subscriptions::{self, Filter, Row as Found, Sort};

    use crate::{
        context::{answer, asked},
        error::AppError,
        listing::{Address, Known, column},
        views::{Badge, Cell, ListView, Row},
        words,
    };

    const COLUMNS: &[Known] = &[
        column("customer", "Customer").sortable(),
        column("car", "Car"),
        column("state", "State"),
        column("plan", "Plan"),
        column("service_from", "Service from"),
        column("service_until", "Until"),
        column("billing_from", "Billing from").hidden(),
        column("billing_until", "Billing until").hidden(),
        column("money", "Account").hidden(),
        column("number", "Number").hidden(),
        column("price", "Monthly").number(),
        column("created", "Created").sortable().hidden(),
    ];

    /// How a row's state reads: a car that must not be driven comes before everything else.
    fn badge(row: &Found) -> Badge {
        let Ok(state) = row.state.parse::<State>() else { return Badge::new(Tone::Neutral, row.state.clone()) };
        if state.allows_driving() && row.drive_blocks > 0 {
            return Badge::new(Tone::Danger, "Not drivable").with_note(state.label().to_lowercase());
        }
        Badge::new(state.tone(), state.label())
    }

    fn until(row: &Found) -> String {
        match (row.state.as_str(), &row.pause_from, &row.pause_until) {
            ("paused", _, Some(on)) => format!("resumes {}", words::stored_date(Some(on))),
            ("active", Some(from), _) => format!("pauses {}", words::stored_date(Some(from))),
            _ => words::stored_date(row.service_until.as_deref()),
        }
    }

    fn price(row: &Found) -> String {
        row.currency
            .parse()
            .map_or_else(|_| row.price_minor.to_string(), |currency| Money::new(row.price_minor, currency).format())
    }

    fn cell(row: &Found, key: &str, now: Timestamp) -> Cell {
        match key {
            "customer" => Cell::Who(row.customer_name.clone(), row.customer_email.clone()),
            "car" => {
                Cell::Plate(row.plate.clone().unwrap_or_default(), row.car.clone().unwrap_or_else(|| "—".to_owned()))
            }
            "state" => Cell::Badge(badge(row)),
            "plan" => Cell::Text(row.plan_name.clone()),
            "service_from" => Cell::Text(words::stored_date(row.service_from.as_deref())),
            "service_until" => Cell::Text(until(row)),
            "billing_from" => Cell::Text(words::stored_date(row.billing_from.as_deref())),
            "billing_until" => Cell::Text(words::stored_date(row.billing_until.as_deref())),
            "money" => Cell::Text(row.money_state.replace('_', " ")),
            "number" => Cell::Code(row.number.clone()),
            "price" => Cell::Number(price(row)),
            _ => Cell::When(words::when(Timestamp(row.created_at), now)),
        }
    }

    /// A subscription as a row of its customer's page.
    pub fn row_of(row: &Found) -> Row {
        let cells = vec![
            Cell::Code(row.number.clone()),
            cell(row, "car", Timestamp(0)),
            Cell::Badge(badge(row)),
            cell(row, "service_from", Timestamp(0)),
            cell(row, "service_until", Timestamp(0)),
            Cell::Number(price(row)),
        ];
        Row { href: format!("/subscriptions/{}", row.id), mark: String::new(), cells }
    }

    pub(in super::super) async fn list(search: String) -> Result<ListView, AppError> {
        answer(async {
            let (cx, actor) = asked()?;
            let access = actor.authorize::<SubscriptionsRead>()?;
            let address = Address::parse("/subscriptions", &search, &["state", "attention", "tag"])?;
            let sorted = address.sort(COLUMNS, "customer")?;
            let filter = Filter {
                state: address.parsed("state")?,
                needs_attention: address.get("attention").is_some(),
                query: address.get("q").map(str::to_owned),
                tag: address.get("tag").map(str::to_owned),
                vehicle: None,
                customer: None,
                sort: if sorted.0 == "created" { Sort::Created } else { Sort::Customer },
                is_descending: sorted.1,
                cursor: address.get("cursor").map(str::to_owned),
                limit: None,
            };
            let page = subscriptions::list(&cx, &access, &filter).await?;
            let now = cx.clock.now();
            let placeholder = "Name, plate, VIN or number";
            let mut view = address.view("Subscriptions", placeholder, COLUMNS, sorted, page, |row, shown| Row {
                href: format!("/subscriptions/{}", row.id),
                mark: if row.needs_attention { "attn" } else { "" }.to_owned(),
                cells: shown.iter().map(|column| cell(&row, column.key, now)).collect(),
            });
            view.chips.push(address.chip("Needs attention", "attention", Some("yes")));
            view.chips.push(address.chip("All", "state", None));
            for state in
                [State::Active, State::Paused, State::Requested, State::Scheduled, State::Ending, State::ReturnDue]
            {
                view.chips.push(address.chip(state.label(), "state", Some(state.as_str())));
            }
            view.filters.extend(address.filter_chip("Tag", "tag"));
            Ok(view)
        })
        .await
    }
}

#[cfg(feature = "ssr")]
pub(super) use answered::list as answer;
#[cfg(feature = "ssr")]
pub use answered::row_of;
