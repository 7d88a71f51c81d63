//! The list of customers.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::customer_list;
use crate::{
    components::{ListPanel, Loaded, PageHead},
    viewer::may,
    views::ListView,
};

/// The list of customers.
#[component]
pub fn CustomersPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), customer_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead title="Customers".to_owned()>
            {may(Permission::CustomersWrite).then(|| view! { <a class="btn primary" href="/customers/new">"New customer"</a> })}
        </PageHead>
        <ListPanel list empty="Customers appear here once the first one is created."/>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<ListView, crate::error::AppError> {
    use domain::{Timestamp, customers::CustomerStatus, permissions::marker::CustomersRead};
    use services::customers::{self, Customer, Filter, Sort};

    use crate::{
        context::{answer, asked},
        listing::{Address, Known, column},
        views::{Badge, Cell, Row},
        words,
    };

    const COLUMNS: &[Known] = &[
        column("name", "Name").sortable(),
        column("number", "Number"),
        column("status", "Status"),
        column("city", "City"),
        column("country", "Country").hidden(),
        column("kind", "Kind").hidden(),
        column("phone", "Phone").hidden(),
        column("created", "Created").sortable(),
    ];

    fn row(customer: Customer, shown: &[&Known], now: Timestamp) -> Row {
        let status = customer.status();
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Who(customer.name.clone(), customer.email.clone()),
                "number" => Cell::Code(customer.number.clone()),
                "status" => Cell::Badge(Badge::new(super::detail::tone(status), status.label())),
                "city" => Cell::Text(customer.city.clone()),
                "country" => Cell::Text(customer.country.clone()),
                "kind" => Cell::Text(customer.kind().label().to_owned()),
                "phone" => Cell::Text(customer.phone.clone()),
                _ => Cell::When(words::when(Timestamp(customer.created_at), now)),
            })
            .collect();
        let mark = if status == CustomerStatus::Closed { "off" } else { "" };
        Row { href: format!("/customers/{}", customer.id), mark: mark.to_owned(), cells }
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<CustomersRead>()?;
        let address = Address::parse("/customers", &search, &["status", "tag"])?;
        let sorted = address.sort(COLUMNS, "name")?;
        let filter = Filter {
            status: address.parsed("status")?,
            query: address.get("q").map(str::to_owned),
            tag: address.get("tag").map(str::to_owned),
            sort: if sorted.0 == "created" { Sort::Created } else { Sort::Name },
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
            limit: None,
        };
        let page = customers::list(&cx, &access, &filter).await?;
        let now = cx.clock.now();
        let mut view =
            address.view("Customers", "Name, e-mail, number or plate", COLUMNS, sorted, page, |customer, shown| {
                row(customer, shown, now)
            });
        view.chips.push(address.chip("All", "status", None));
        for status in CustomerStatus::ALL {
            view.chips.push(address.chip(status.label(), "status", Some(status.as_str())));
        }
        view.filters.extend(address.filter_chip("Tag", "tag"));
        Ok(view)
    })
    .await
}
