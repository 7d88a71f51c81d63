//! The pages of API access, side by side.

use leptos::prelude::*;

/// Every tab: where it leads, and its words.
const TABS: [(&str, &str); 10] = [
    ("/access/keys", "Keys"),
    ("/access/approvals", "Approvals"),
    ("/access/hygiene", "Hygiene"),
    ("/access/leaks", "Leaks"),
    ("/access/limits", "Limits"),
    ("/access/usage", "Usage"),
    ("/access/refusals", "Refusals"),
    ("/access/versions", "Versions"),
    ("/access/webhooks", "Webhooks"),
    ("/access/reference", "Reference"),
];

/// Leads from each page of API access to the others.
#[component]
pub fn AccessTabs(
    /// The path of the tab that one is on.
    here: &'static str,
) -> impl IntoView {
    let tabs: Vec<_> = TABS
        .into_iter()
        .map(|(href, label)| view! { <a href=href aria-current=(href == here).then_some("page")>{label}</a> })
        .collect();
    view! { <nav class="tabs" aria-label="API access">{tabs}</nav> }
}
