//! What happened to a record.

use leptos::prelude::*;

use crate::{
    components::TimeText,
    views::{ChangeView, TimelineItem, TimelineView},
};

/// Shows a page of a record's timeline.
#[component]
pub fn Timeline(
    /// The page.
    timeline: TimelineView,
) -> impl IntoView {
    let is_empty = timeline.items.is_empty();
    let items: Vec<_> = timeline.items.into_iter().map(item).collect();
    view! {
        <section class="panel" aria-labelledby="timeline">
            <header class="panel-head"><h2 id="timeline">"Timeline"</h2></header>
            <div class="panel-body">
                {is_empty.then(|| view! { <p class="muted">"Nothing has happened yet."</p> })}
                <ol class="timeline">{items}</ol>
            </div>
            {(timeline.newer.is_some() || timeline.older.is_some())
                .then(|| view! {
                    <footer class="panel-foot">
                        <nav class="pager" aria-label="Timeline">
                            {timeline.newer.map(|href| view! { <a class="btn small" href=href>"Newer"</a> })}
                            {timeline.older.map(|href| view! { <a class="btn small" href=href>"Older"</a> })}
                        </nav>
                    </footer>
                })}
        </section>
    }
}

fn change(change: ChangeView) -> AnyView {
    let dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    view! {
        <tr>
            <th scope="row">{change.field}</th>
            <td class="before"><del>{dash(change.before)}</del></td>
            <td class="after"><ins>{dash(change.after)}</ins></td>
        </tr>
    }
    .into_any()
}

fn item(item: TimelineItem) -> AnyView {
    let changes: Vec<_> = item.changes.into_iter().map(change).collect();
    view! {
        <li>
            <span class="dot" aria-hidden="true"></span>
            <div class="what">
                <p><b>{item.summary}</b> " by " {item.actor}</p>
                {(!item.reason.is_empty()).then(|| view! { <p class="why">{item.reason}</p> })}
                {(!changes.is_empty())
                    .then(|| view! {
                        <details>
                            <summary>"What changed"</summary>
                            <table class="diff">
                                <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                                <tbody>{changes}</tbody>
                            </table>
                        </details>
                    })}
                {item.event.map(|event| view! { <p class="meta"><a href=format!("/security/events/{event}")>"Audit event"</a></p> })}
            </div>
            <TimeText when=item.when/>
        </li>
    }
    .into_any()
}
