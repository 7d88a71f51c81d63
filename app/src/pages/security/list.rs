//! The list of events: what narrows it, and its rows.

use leptos::prelude::*;

use super::reads::{EventListView, FilterField};

/// Fields that narrow the list; the address keeps them.
#[component]
pub(super) fn Filters(
    /// The list and what stands in the fields.
    events: EventListView,
) -> impl IntoView {
    let kept: Vec<_> =
        events.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    let fields: Vec<_> = events.fields.into_iter().map(field).collect();
    let clear = events.list.clear_href;
    let is_filtered = events.list.is_filtered;
    let groups: Vec<_> = events
        .groups
        .into_iter()
        .map(|(key, label)| {
            let is_chosen = key == events.group;
            view! { <option value=key selected=is_chosen>{label}</option> }
        })
        .collect();
    view! {
        <form class="filters" method="get">
            {kept}
            <div class="field">
                <label for="filter-group">"Area"</label>
                <select class="input" id="filter-group" name="group">{groups}</select>
            </div>
            {fields}
            <button class="btn" type="submit">"Apply"</button>
            {is_filtered.then(|| view! { <a class="btn quiet" href=clear>"Clear"</a> })}
        </form>
    }
}

fn field(field: FilterField) -> AnyView {
    let id = format!("filter-{}", field.name);
    view! {
        <div class="field">
            <label for=id.clone()>{field.label}</label>
            <input class="input" id=id name=field.name type=field.kind value=field.value placeholder=field.example autocomplete="off"/>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(_search: String) -> Result<EventListView, crate::error::AppError> { crate::context::answer(async { Err(services::Error::internal("stub")) }).await }
