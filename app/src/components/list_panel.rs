//! A list: views, search, columns, density, a real table, and pages.

use leptos::prelude::*;

use crate::{
    components::{Icon, StatusBadge},
    views::{Cell, Chip, Column, ListView, Row, When},
};

/// An instant or a date, with the exact one on hover and focus.
#[component]
pub fn TimeText(
    /// When.
    when: When,
) -> impl IntoView {
    if when.shown.is_empty() {
        view! { <span class="faint">"—"</span> }.into_any()
    } else {
        view! { <time datetime=when.iso title=when.exact>{when.shown}</time> }.into_any()
    }
}

/// Shows a whole list page under its heading.
#[component]
pub fn ListPanel(
    /// The list.
    list: ListView,
    /// What to say, and offer, when there is nothing at all yet.
    empty: &'static str,
) -> impl IntoView {
    let is_empty = list.rows.is_empty();
    let (is_filtered, clear_href) = (list.is_filtered, list.clear_href.clone());
    let density = list.density.clone();
    view! {
        <section class="panel" data-density=(!density.is_empty()).then_some(density)>
            <Tools list=list.clone()/>
            {if is_empty {
                view! { <Nothing is_filtered clear_href empty/> }.into_any()
            } else {
                view! { <Table list/> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Nothing(is_filtered: bool, clear_href: String, empty: &'static str) -> impl IntoView {
    if is_filtered {
        view! {
            <div class="empty">
                <Icon name="search"/>
                <h2>"Nothing matches"</h2>
                <p>"No record fits these filters. Take one away, or begin again."</p>
                <div class="acts"><a class="btn" href=clear_href>"Clear all filters"</a></div>
            </div>
        }
        .into_any()
    } else {
        view! { <div class="empty"><Icon name="info"/><h2>"Nothing here yet"</h2><p>{empty}</p></div> }.into_any()
    }
}

fn chip(chip: Chip) -> AnyView {
    view! { <li><a class="chip" href=chip.href aria-current=chip.is_on.then_some("true")>{chip.label}</a></li> }
        .into_any()
}

fn removable(chip: Chip) -> AnyView {
    view! {
        <li>
            <a class="chip remove" href=chip.href>
                {chip.label}
                <Icon name="close"/>
                <span class="vh">", remove filter"</span>
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn Tools(list: ListView) -> impl IntoView {
    let kept: Vec<_> = list
        .kept
        .iter()
        .map(|(key, value)| view! { <input type="hidden" name=key.clone() value=value.clone()/> })
        .collect();
    let kept_for_columns = kept.clone();
    let query = list.query.clone();
    let chosen: Vec<_> = list
        .choices
        .iter()
        .map(|choice| {
            view! {
                <label class="check">
                    <input type="checkbox" name="col" value=choice.key.clone() checked=choice.is_on/>
                    <span>{choice.label.clone()}</span>
                </label>
            }
        })
        .collect();
    let columns_in_force: Vec<_> = list
        .choices
        .iter()
        .filter(|choice| choice.is_on)
        .map(|choice| view! { <input type="hidden" name="col" value=choice.key.clone()/> })
        .collect();
    let is_compact = list.density == "compact";
    let (comfortable, compact) = list.density_hrefs.clone();
    let chips: Vec<_> = list.chips.into_iter().map(chip).chain(list.filters.into_iter().map(removable)).collect();
    view! {
        <div class="tools">
            <form class="search-field" method="get" role="search" aria-label="This list">
                <Icon name="search"/>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=list.query.clone()
                    placeholder=list.placeholder.clone()
                    aria-label=list.placeholder
                />
                {kept}
                {columns_in_force}
            </form>
            {(!chips.is_empty()).then(|| view! { <ul class="chips" aria-label="Views">{chips}</ul> })}
            <div class="tools-end">
                {(!chosen.is_empty())
                    .then(|| view! {
                        <details class="menu end" name="top">
                            <summary class="btn small quiet">"Columns" <Icon name="down"/></summary>
                            <form class="menu-body chooser" method="get">
                                <fieldset><legend>"Columns"</legend>{chosen}</fieldset>
                                <input type="hidden" name="q" value=query/>
                                {kept_for_columns}
                                <button class="btn small" type="submit">"Show these"</button>
                            </form>
                        </details>
                    })}
                <nav class="segments" aria-label="Density">
                    <a href=comfortable aria-current=(!is_compact).then_some("true")>"Comfortable"</a>
                    <a href=compact aria-current=is_compact.then_some("true")>"Compact"</a>
                </nav>
            </div>
        </div>
    }
}

fn heading(column: Column) -> AnyView {
    let class = column.is_number.then_some("num");
    let label = match column.sort_href {
        Some(href) => view! { <a class="sort" href=href>{column.label}</a> }.into_any(),
        None => column.label.into_any(),
    };
    view! { <th scope="col" class=class aria-sort=column.sorted>{label}</th> }.into_any()
}

#[component]
fn Table(list: ListView) -> impl IntoView {
    let count = list.rows.len();
    let rows: Vec<_> = list.rows.into_iter().map(row).collect();
    let headings: Vec<_> = list.columns.into_iter().map(heading).collect();
    let page = |href: Option<String>, rel: &'static str, label: &'static str| match href {
        Some(href) => view! { <a class="btn small" rel=rel href=href>{label}</a> }.into_any(),
        None => view! { <span class="btn small" aria-disabled="true">{label}</span> }.into_any(),
    };
    view! {
        <div class="table-scroll" role="group" aria-labelledby="list-caption" tabindex="0">
            <table class="table">
                <caption id="list-caption" class="vh">{list.caption}</caption>
                <thead><tr>{headings}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="panel-foot">
            <nav class="pager" aria-label="Pages">
                <span class="pager-info">{if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }}</span>
                {page(list.previous, "prev", "Previous")}
                {page(list.next, "next", "Next")}
            </nav>
        </div>
    }
}

/// One row; its first cell carries the row's link.
pub(super) fn row(row: Row) -> AnyView {
    let mut href = Some(row.href).filter(|href| !href.is_empty());
    let cells: Vec<_> = row.cells.into_iter().map(|content| cell(content, href.take())).collect();
    view! { <tr class=row.mark>{cells}</tr> }.into_any()
}

/// One cell; the first one carries the row's link.
fn cell(cell: Cell, href: Option<String>) -> AnyView {
    let linked = move |title: AnyView| match href {
        Some(href) => view! { <a class="row-link" href=href>{title}</a> }.into_any(),
        None => title,
    };
    let or_dash = |text: String| {
        if text.is_empty() { view! { <span class="faint">"—"</span> }.into_any() } else { text.into_any() }
    };
    match cell {
        Cell::Text(text) => view! { <td>{linked(or_dash(text))}</td> }.into_any(),
        Cell::Who(title, subtitle) => {
            view! { <td class="who">{linked(view! { <b>{title}</b> }.into_any())}<span>{subtitle}</span></td> }
                .into_any()
        }
        Cell::Plate(plate, subtitle) => {
            let plate = if plate.is_empty() {
                view! { <b class="faint">"No plate"</b> }.into_any()
            } else {
                view! { <b class="plate">{plate}</b> }.into_any()
            };
            view! { <td class="who">{linked(plate)}<span>{subtitle}</span></td> }.into_any()
        }
        Cell::Code(code) => view! { <td>{linked(view! { <code>{code}</code> }.into_any())}</td> }.into_any(),
        Cell::Badge(badge) => view! { <td>{linked(view! { <StatusBadge badge/> }.into_any())}</td> }.into_any(),
        Cell::When(when) => view! { <td>{linked(view! { <TimeText when/> }.into_any())}</td> }.into_any(),
        Cell::Number(number) => view! { <td class="num">{linked(or_dash(number))}</td> }.into_any(),
        Cell::Link(label, to) => view! { <td><a href=to>{label}</a></td> }.into_any(),
    }
}
