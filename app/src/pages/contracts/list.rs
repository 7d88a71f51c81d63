//! The list of contracts.

use domain::{Timestamp, permissions::marker::IntegrationsRead};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::{
    Error,
    contracts::{self, Filter, Listed},
};

use super::{reads::contract_list, words as said};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    views::{Cell, Chip, ListView, Row, When},
    words,
};

/// The list of contracts, one for each partner.
#[component]
pub fn ContractsPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), contract_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead
            title="Contracts".to_owned()
            subtitle="Which fields each partner may get and send, what for, and how much of it is used."
        />
        <IntegrationTabs here="/integrations/contracts"/>
        <ListPanel list empty="There is no partner yet. Register one under Partners; its contract begins with what its kind needs."/>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("name", "Partner").sortable(),
    column("state", "State"),
    column("ends", "Last day"),
    column("fields", "Fields").number(),
    column("unused", "Unused in 90 days").number(),
    column("withheld", "Withheld in 30 days").number(),
    column("strict", "Any other field"),
];

fn row(contract: &Listed, shown: &[&Known], now: Timestamp) -> Row {
    let state = said::standing(contract.valid_from, contract.valid_until, now);
    let has_run_out = contract.valid_until.is_some_and(|until| until <= now);
    let needs_a_look = contract.unused > 0 || contract.valid_until.is_some_and(|until| until.since(now) < said::SOON);
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "name" => Cell::Text(contract.name.clone()),
            "state" => Cell::Badge(state.clone()),
            "ends" => {
                Cell::When(contract.valid_until.map_or_else(When::default, |until| words::when(until.plus(-1), now)))
            }
            "fields" => Cell::Number(words::grouped(contract.fields)),
            "unused" => Cell::Number(words::grouped(contract.unused)),
            "withheld" => Cell::Number(words::grouped(contract.withheld)),
            _ => Cell::Text(if contract.is_strict { "Refuses the call" } else { "Is left out" }.to_owned()),
        })
        .collect();
    let mark = if has_run_out {
        "bad"
    } else if needs_a_look {
        "attn"
    } else {
        ""
    };
    Row { href: format!("/integrations/contracts/{}", contract.partner), mark: mark.to_owned(), cells }
}

/// A view that is pressed on and off.
fn toggle(address: &Address, key: &str, value: &str, label: &str) -> Chip {
    let is_on = address.get(key) == Some(value);
    Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
}

pub(super) async fn answer(search: String) -> Result<ListView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/integrations/contracts", &search, &["strict", "ends"])?;
        let sorted = address.sort(COLUMNS, "name")?;
        let unknown = |key: &str| Error::invalid_field(key, "This filter has no such value. Open the list afresh.");
        let filter = Filter {
            is_strict: match address.get("strict") {
                None => None,
                Some("yes") => Some(true),
                Some("no") => Some(false),
                Some(_) => return Err(unknown("strict")),
            },
            ends_before: match address.get("ends") {
                None => None,
                Some("soon") => Some(now.plus(said::SOON)),
                Some("over") => Some(now.plus(1)),
                Some(_) => return Err(unknown("ends")),
            },
            query: address.get("q").map(str::to_owned),
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = contracts::list(&cx, &access, &filter).await?;
        let mut view =
            address.view("Contracts", "Partner", COLUMNS, sorted, page, |contract, shown| row(&contract, shown, now));
        view.chips.push(Chip {
            label: "All".to_owned(),
            href: address.href(&[("strict", None), ("ends", None)]),
            is_on: filter.is_strict.is_none() && filter.ends_before.is_none(),
        });
        view.chips.extend([
            toggle(&address, "strict", "yes", "Strict"),
            toggle(&address, "ends", "soon", "Ends within 60 days"),
            toggle(&address, "ends", "over", "Ran out"),
        ]);
        Ok(view)
    })
    .await
}
