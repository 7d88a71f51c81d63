//! What has to be updated, what is due first.

use domain::{
    patches::{PatchState, Severity},
    permissions::{Permission, marker::IntegrationsRead},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::{
    clock::ZONE,
    patches::{self, Counts, Show, Task, TaskFilter},
};

use super::{
    PATH,
    reads::{Figure, UpdatesView, update_list},
    words as said,
};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Cell, Chip, Row},
    words,
};

/// The list of updates.
#[component]
pub fn UpdatesPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), update_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(UpdatesView { figures, list }: UpdatesView) -> AnyView {
    let figures: Vec<_> = figures
        .into_iter()
        .map(|figure| {
            view! {
                <div>
                    <dt>{figure.label}</dt>
                    <dd><a href=figure.href>{figure.value}</a> <small>{figure.note}</small></dd>
                </div>
            }
        })
        .collect();
    view! {
        <PageHead title="Updates".to_owned() subtitle="What was published against what we use, and until when it has to be updated.">
            <a class="btn quiet" href=format!("{PATH}/components")>"Inventory"</a>
            {may(Permission::PatchesManage)
                .then(|| view! { <a class="btn primary" href=format!("{PATH}/import")>"Import advisories"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/updates"/>
        <div class="stack">
            <dl class="strip">{figures}</dl>
            <ListPanel list empty="Nothing has to be updated. Import advisories to compare what we use with what was published."/>
        </div>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("component", "Component"),
    column("severity", "Severity"),
    column("advisory", "Advisory"),
    column("due", "Due"),
    column("owner", "Owner"),
    column("state", "State"),
    column("opened", "Opened").hidden(),
];

fn row(task: &Task, shown: &[&Known], today: Date, now: domain::Timestamp) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "component" => {
                Cell::Who(format!("{} {}", task.component_name, task.component_version), task.summary.clone())
            }
            "severity" => Cell::Badge(said::severity(task.severity(), task.is_exploited)),
            "advisory" => Cell::Code(task.osv_id.clone()),
            "due" => Cell::When(words::when_date(Some(&task.due_on))),
            "owner" => Cell::Text(task.owner.clone()),
            "opened" => Cell::When(words::when(domain::Timestamp(task.opened_at), now)),
            _ => Cell::Badge(said::state(task, today)),
        })
        .collect();
    let mark = match task.state() {
        PatchState::Open | PatchState::InProgress if task.is_overdue(today) => "bad",
        PatchState::Open | PatchState::InProgress if task.is_exploited => "attn",
        PatchState::Open | PatchState::InProgress => "",
        _ => "off",
    };
    Row { href: format!("{PATH}/{}", task.id), mark: mark.to_owned(), cells }
}

fn figures(counts: Counts) -> Vec<Figure> {
    let figure = |label: &str, count: i64, note: &str, href: String| Figure {
        label: label.to_owned(),
        value: said::counted(count),
        note: note.to_owned(),
        href,
    };
    vec![
        figure("To do", counts.to_do, "updates", PATH.to_owned()),
        figure("Overdue", counts.overdue, "of them", format!("{PATH}?show=overdue")),
        figure("Known exploited", counts.exploited, "of them", format!("{PATH}?show=exploited")),
        figure("Past end of life", counts.past_end, "components", format!("{PATH}/components?ends=yes")),
    ]
}

pub(super) async fn answer(search: String) -> Result<UpdatesView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let address = Address::parse(PATH, &search, &["show", "severity", "component"])?;
        let chosen: Option<Show> = address.parsed("show")?;
        let filter = TaskFilter {
            show: chosen.unwrap_or(Show::ToDo),
            severity: address.parsed("severity")?,
            component: address.parsed("component")?,
            query: address.get("q").map(str::to_owned),
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = patches::list(&cx, &access, &filter).await?;
        let (now, today) = (cx.clock.now(), cx.clock.today(ZONE));
        let mut list =
            address.view("Updates", "Component, advisory or CVE", COLUMNS, ("due", false), page, |task, shown| {
                row(&task, shown, today, now)
            });
        for part in Show::ALL {
            let value = (*part != Show::ToDo).then_some(part.as_str());
            let href = address.href(&[("show", value)]);
            list.chips.push(Chip { label: part.label().to_owned(), href, is_on: filter.show == *part });
        }
        for severity in Severity::ALL {
            let is_on = filter.severity == Some(*severity);
            let href = address.href(&[("severity", (!is_on).then_some(severity.as_str()))]);
            list.chips.push(Chip { label: severity.label().to_owned(), href, is_on });
        }
        list.filters.extend(address.filter_chip("Component", "component"));
        Ok(UpdatesView { figures: figures(patches::counts(&cx, &access).await?), list })
    })
    .await
}
