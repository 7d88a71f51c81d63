//! The pages of integrations, side by side.

use domain::permissions::Permission;
use leptos::prelude::*;

use crate::viewer::may;

/// Every tab: where it leads, its words, and who sees it.
const TABS: [(&str, &str, Permission); 9] = [
    ("/integrations", "Health", Permission::IntegrationsRead),
    ("/integrations/incidents", "Incidents", Permission::IntegrationsRead),
    ("/integrations/calls", "Waiting calls", Permission::IntegrationsRead),
    ("/integrations/switches", "Kill switches", Permission::IntegrationsRead),
    ("/integrations/messages", "Messages in", Permission::IntegrationsRead),
    ("/integrations/assessments", "Assessments", Permission::IntegrationsRead),
    ("/integrations/contracts", "Contracts", Permission::IntegrationsRead),
    ("/integrations/disclosures", "Disclosures", Permission::DisclosuresRead),
    ("/integrations/updates", "Updates", Permission::IntegrationsRead),
];

/// Leads from each page of integrations to the others.
#[component]
pub fn IntegrationTabs(
    /// The path of the tab that one is on.
    here: &'static str,
) -> impl IntoView {
    let tabs: Vec<_> = TABS
        .into_iter()
        .filter(|(.., permission)| may(*permission))
        .map(|(href, label, _)| view! { <a href=href aria-current=(href == here).then_some("page")>{label}</a> })
        .collect();
    view! { <nav class="tabs" aria-label="Integrations">{tabs}</nav> }
}
