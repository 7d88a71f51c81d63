//! A table in a panel of its own, without search, pages or a choice of columns.

use leptos::prelude::*;

use super::list_panel::row;
use crate::views::{Cell, Row};

/// Shows rows under a heading. A column whose cells are numbers stands to the right, heading and all.
#[component]
pub fn PlainTable(
    /// The heading's id; the table's own is made from it.
    id: &'static str,
    /// The panel's heading.
    #[prop(into)]
    heading: String,
    /// One line beneath it.
    #[prop(optional, into)]
    note: String,
    /// The columns' headings.
    columns: Vec<&'static str>,
    /// The rows.
    rows: Vec<Row>,
    /// What to say when there are none.
    #[prop(into)]
    empty: String,
) -> impl IntoView {
    let caption = format!("{id}-caption");
    let region = caption.clone();
    let is_number = |place: usize| {
        rows.first().and_then(|row| row.cells.get(place)).is_some_and(|cell| matches!(cell, Cell::Number(_)))
    };
    let headings: Vec<_> = columns
        .into_iter()
        .enumerate()
        .map(|(place, column)| view! { <th scope="col" class=is_number(place).then_some("num")>{column}</th> })
        .collect();
    let is_empty = rows.is_empty();
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    let words = heading.clone();
    view! {
        <section class="panel" aria-labelledby=id>
            <header class="panel-head">
                <h2 id=id>{heading}</h2>
                {(!note.is_empty()).then(|| view! { <p>{note}</p> })}
            </header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">{empty}</p></div> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" role="group" aria-labelledby=region tabindex="0">
                        <table class="table plain">
                            <caption class="vh" id=caption>{words}</caption>
                            <thead><tr>{headings}</tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}
