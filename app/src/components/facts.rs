//! What is known of a record, name by name.

use leptos::prelude::*;

use crate::views::Fact;

/// Shows a list of facts.
#[component]
pub fn Facts(
    /// The facts, in order.
    facts: Vec<Fact>,
) -> impl IntoView {
    let rows: Vec<_> = facts
        .into_iter()
        .map(|fact| {
            let value = if fact.value.is_empty() {
                view! { <span class="faint">"—"</span> }.into_any()
            } else if let Some(href) = fact.href {
                view! { <a href=href>{fact.value}</a> }.into_any()
            } else if fact.is_code {
                view! { <code>{fact.value}</code> }.into_any()
            } else {
                fact.value.into_any()
            };
            view! {
                <div>
                    <dt>{fact.label}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="facts">{rows}</dl> }
}
