//! The list of plans.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::read_plans;
use crate::{
    components::{ListPanel, Loaded, PageHead},
    viewer::may,
    views::ListView,
};

/// The list of plans.
#[component]
pub fn PlansPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), read_plans);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead title="Plans".to_owned()>
            {may(Permission::PlansWrite).then(|| view! { <a class="btn primary" href="/plans/new">"New plan"</a> })}
        </PageHead>
        <ListPanel list empty="Plans appear here once the first one is drafted."/>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<ListView, crate::error::AppError> {
    use domain::{permissions::marker::PlansRead, plans::PlanStatus};
    use services::plans::{self, Filter, Listed};

    use crate::{
        context::{answer, asked},
        listing::{Address, Known, column},
        views::{Cell, Row},
        words,
    };

    const COLUMNS: &[Known] = &[
        column("name", "Name").sortable(),
        column("status", "Status"),
        column("price", "Monthly").number(),
        column("term", "Minimum term").number(),
        column("notice", "Notice").number(),
        column("included", "Included").number(),
        column("version", "Version").number(),
        column("effective", "Effective from"),
    ];

    fn row(plan: Listed, shown: &[&Known]) -> Row {
        let status = plan.status();
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Who(plan.name.clone(), plan.description.clone()),
                "status" => {
                    let badge = super::detail::badge(status);
                    Cell::Badge(if plan.has_draft { badge.with_note("next version drafted") } else { badge })
                }
                "price" => Cell::Number(plan.price().map(|price| price.to_string()).unwrap_or_default()),
                "term" => Cell::Number(format!("{} mo", plan.minimum_term_months)),
                "notice" => Cell::Number(format!("{} d", plan.notice_days)),
                "included" => Cell::Number(format!("{} km", words::grouped(plan.included_km))),
                "version" => Cell::Number(plan.number.to_string()),
                _ => Cell::When(words::when_date(Some(&plan.effective_from))),
            })
            .collect();
        let mark = if status == PlanStatus::Retired { "off" } else { "" };
        Row { href: format!("/plans/{}", plan.id), mark: mark.to_owned(), cells }
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansRead>()?;
        let address = Address::parse("/plans", &search, &["status", "tag"])?;
        let sorted = address.sort(COLUMNS, "name")?;
        let filter = Filter {
            status: address.parsed("status")?,
            query: address.get("q").map(str::to_owned),
            tag: address.get("tag").map(str::to_owned),
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
            limit: None,
        };
        let page = plans::list(&cx, &access, &filter).await?;
        let mut view = address.view("Plans", "Name", COLUMNS, sorted, page, row);
        view.chips.push(address.chip("All", "status", None));
        for status in PlanStatus::ALL {
            view.chips.push(address.chip(status.label(), "status", Some(status.as_str())));
        }
        view.filters.extend(address.filter_chip("Tag", "tag"));
        Ok(view)
    })
    .await
}
