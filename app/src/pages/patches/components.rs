//! The inventory: what we use, in which version, and until when that is looked after.

use domain::{
    patches::ComponentKind,
    permissions::{Permission, marker::IntegrationsRead},
    subscription::Tone,
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::{
    clock::ZONE,
    patches::{self, Component, ComponentFilter},
};

use super::{PATH, crumbs, reads::component_list};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Badge, Cell, Chip, ListView, Row},
    words,
};

/// The inventory.
#[component]
pub fn ComponentsPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), component_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead
            title="Inventory".to_owned()
            subtitle="What we use, and in which version. What this server is made of is kept by itself."
            crumbs=crumbs()
        >
            <a class="btn quiet" href=format!("{PATH}/bill-of-materials.json")>"Bill of materials"</a>
            {may(Permission::PatchesManage)
                .then(|| view! { <a class="btn primary" href=format!("{PATH}/components/new")>"New component"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/updates"/>
        <ListPanel list empty="Enter the connectors, libraries and APIs of partners, and what this server is made of comes by itself."/>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("name", "Component"),
    column("kind", "What it is"),
    column("version", "Version"),
    column("used", "Used by"),
    column("end", "End of life"),
    column("to_do", "Updates to do").number(),
    column("ecosystem", "Ecosystem").hidden(),
];

fn row(component: &Component, shown: &[&Known], today: Date, may_edit: bool) -> Row {
    let used = component.integration_name.clone().or_else(|| component.partner_name.clone());
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "name" => Cell::Text(component.name.clone()),
            "kind" => Cell::Text(component.kind().label().to_owned()),
            "version" => Cell::Code(component.version.clone()),
            "used" => Cell::Text(used.clone().unwrap_or_default()),
            "ecosystem" => Cell::Text(component.ecosystem.clone()),
            "to_do" if component.to_do > 0 => {
                let href = format!("{PATH}?component={}", component.id);
                Cell::Link(words::grouped(component.to_do), href)
            }
            "to_do" => Cell::Number(String::new()),
            _ => end(component.end_of_life.as_deref(), today),
        })
        .collect();
    let href = if may_edit && component.is_entered() {
        format!("{PATH}/components/{}/edit", component.id)
    } else {
        format!("{PATH}?show=all&component={}", component.id)
    };
    let is_past = component.end_of_life.as_deref().is_some_and(|end| end < today.to_string().as_str());
    let mark = if is_past { "bad" } else { "" };
    Row { href, mark: mark.to_owned(), cells }
}

/// The end of life: how far away it is counts.
fn end(day: Option<&str>, today: Date) -> Cell {
    let shown = words::stored_date(day);
    let left = day.and_then(|day| day.parse::<Date>().ok()).map(|day| domain::civil::days_between(today, day));
    match left {
        None => Cell::Text(String::new()),
        Some(..0) => Cell::Badge(Badge::new(Tone::Danger, "Past").with_note(shown)),
        Some(0..=90) => Cell::Badge(Badge::new(Tone::Warn, "Soon").with_note(shown)),
        Some(_) => Cell::Text(shown),
    }
}

pub(super) async fn answer(search: String) -> Result<ListView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let address = Address::parse(format!("{PATH}/components"), &search, &["kind", "ends"])?;
        let filter = ComponentFilter {
            kind: address.parsed("kind")?,
            ends: address.get("ends") == Some("yes"),
            query: address.get("q").map(str::to_owned),
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = patches::components(&cx, &access, &filter).await?;
        let today = cx.clock.today(ZONE);
        let may_edit = actor.holds(Permission::PatchesManage);
        let mut view =
            address.view("Components", "Beginning of the name", COLUMNS, ("name", false), page, |component, shown| {
                row(&component, shown, today, may_edit)
            });
        let all = address.href(&[("kind", None), ("ends", None)]);
        view.chips.push(Chip { label: "All".to_owned(), href: all, is_on: filter.kind.is_none() && !filter.ends });
        let toggle = |key: &str, value: &str, label: &str| {
            let is_on = address.get(key) == Some(value);
            Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
        };
        view.chips.push(toggle("ends", "yes", "End of life past or soon"));
        for kind in ComponentKind::ALL {
            view.chips.push(toggle("kind", kind.as_str(), kind.label()));
        }
        Ok(view)
    })
    .await
}
