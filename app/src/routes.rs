//! Every page and its address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    components::{Frame, Gate},
    pages::{
        access, account, assessments, contracts, customers, fleet, gate, health, inbound, integrations, limits,
        missing::MissingPage, overview, partners, patches, plans, reference, roles, search, security, staff,
        subscriptions, usage, webhooks,
    },
    viewer::use_viewer,
};

/// All pages, in their frame.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let is_signed_in = use_viewer().is_signed_in;
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Keyfob".to_owned() } else { format!("{page} · Keyfob") }/>
        <Router>
            {if is_signed_in { view! { <Frame><Inside/></Frame> }.into_any() } else { view! { <Outside/> }.into_any() }}
        </Router>
    }
}

#[component]
fn Inside() -> impl IntoView {
    const MODE: SsrMode = SsrMode::Async;
    view! {
        <FlatRoutes fallback=MissingPage>
            <Route path=path!("/") view={overview::OverviewPage} ssr=MODE/>
            <Route path=path!("/customers") view={customers::CustomersPage} ssr=MODE/>
            <Route path=path!("/customers/new") view={customers::NewCustomerPage} ssr=MODE/>
            <Route path=path!("/customers/:id") view={customers::CustomerPage} ssr=MODE/>
            <Route path=path!("/customers/:id/edit") view={customers::EditCustomerPage} ssr=MODE/>
            <Route path=path!("/fleet") view={fleet::FleetPage} ssr=MODE/>
            <Route path=path!("/fleet/new") view={fleet::NewVehiclePage} ssr=MODE/>
            <Route path=path!("/fleet/:id") view={fleet::VehiclePage} ssr=MODE/>
            <Route path=path!("/fleet/:id/edit") view={fleet::EditVehiclePage} ssr=MODE/>
            <Route path=path!("/plans") view={plans::PlansPage} ssr=MODE/>
            <Route path=path!("/plans/new") view={plans::NewPlanPage} ssr=MODE/>
            <Route path=path!("/plans/:id") view={plans::PlanPage} ssr=MODE/>
            <Route path=path!("/plans/:id/edit") view={plans::EditPlanPage} ssr=MODE/>
            <Route path=path!("/subscriptions") view={subscriptions::SubscriptionsPage} ssr=MODE/>
            <Route path=path!("/subscriptions/new") view={subscriptions::NewSubscriptionPage} ssr=MODE/>
            <Route path=path!("/subscriptions/:id") view={subscriptions::SubscriptionPage} ssr=MODE/>
            <Route path=path!("/subscriptions/:id/change/:change") view={subscriptions::ChangePage} ssr=MODE/>
            <Route path=path!("/partners") view={partners::PartnersPage} ssr=MODE/>
            <Route path=path!("/partners/new") view={partners::NewPartnerPage} ssr=MODE/>
            <Route path=path!("/partners/:id") view={partners::PartnerPage} ssr=MODE/>
            <Route path=path!("/partners/:id/edit") view={partners::EditPartnerPage} ssr=MODE/>
            <Route path=path!("/access/limits") view={limits::LimitsPage} ssr=MODE/>
            <Route path=path!("/access/limits/new") view={limits::NewLimitPage} ssr=MODE/>
            <Route path=path!("/access/limits/:id") view={limits::LimitPage} ssr=MODE/>
            <Route path=path!("/access/usage") view={usage::UsagePage} ssr=MODE/>
            <Route path=path!("/access/refusals") view={usage::RefusalsPage} ssr=MODE/>
            <Route path=path!("/access/versions") view={usage::VersionsPage} ssr=MODE/>
            <Route path=path!("/access/reference") view={reference::ReferencePage} ssr=MODE/>
            <Route path=path!("/access/keys") view={access::KeysPage} ssr=MODE/>
            <Route path=path!("/access/keys/new") view={access::NewKeyPage} ssr=MODE/>
            <Route path=path!("/access/keys/:id") view={access::KeyPage} ssr=MODE/>
            <Route path=path!("/access/keys/:id/edit") view={access::EditKeyPage} ssr=MODE/>
            <Route path=path!("/access/revoke") view={access::RevokeManyPage} ssr=MODE/>
            <Route path=path!("/access/hygiene") view={access::HygienePage} ssr=MODE/>
            <Route path=path!("/access/leaks") view={access::LeaksPage} ssr=MODE/>
            <Route path=path!("/access/approvals") view={access::ApprovalsPage} ssr=MODE/>
            <Route path=path!("/access/webhooks") view={webhooks::WebhooksPage} ssr=MODE/>
            <Route path=path!("/access/webhooks/new") view={webhooks::NewWebhookPage} ssr=MODE/>
            <Route path=path!("/access/webhooks/events") view={webhooks::CataloguePage} ssr=MODE/>
            <Route path=path!("/access/webhooks/deliveries/:id") view={webhooks::DeliveryPage} ssr=MODE/>
            <Route path=path!("/access/webhooks/:id") view={webhooks::WebhookPage} ssr=MODE/>
            <Route path=path!("/access/webhooks/:id/edit") view={webhooks::EditWebhookPage} ssr=MODE/>
            <Route path=path!("/integrations") view={health::IntegrationsPage} ssr=MODE/>
            <Route path=path!("/integrations/incidents") view={health::IncidentsPage} ssr=MODE/>
            <Route path=path!("/integrations/incidents/:id") view={health::IncidentPage} ssr=MODE/>
            <Route path=path!("/integrations/new") view={integrations::NewIntegrationPage} ssr=MODE/>
            <Route path=path!("/integrations/test") view={integrations::TestPage} ssr=MODE/>
            <Route path=path!("/integrations/log") view={integrations::LogPage} ssr=MODE/>
            <Route path=path!("/integrations/switches") view={integrations::SwitchesPage} ssr=MODE/>
            <Route path=path!("/integrations/calls") view={integrations::CallsPage} ssr=MODE/>
            <Route path=path!("/integrations/calls/replay") view={integrations::ReplayPage} ssr=MODE/>
            <Route path=path!("/integrations/calls/:id") view={integrations::CallPage} ssr=MODE/>
            <Route path=path!("/integrations/assessments") view={assessments::RegisterPage} ssr=MODE/>
            <Route path=path!("/integrations/assessments/templates") view={assessments::TemplatesPage} ssr=MODE/>
            <Route path=path!("/integrations/assessments/partners/:id") view={assessments::PartnerFilePage} ssr=MODE/>
            <Route path=path!("/integrations/assessments/:id") view={assessments::AssessmentPage} ssr=MODE/>
            <Route path=path!("/integrations/updates") view={patches::UpdatesPage} ssr=MODE/>
            <Route path=path!("/integrations/updates/import") view={patches::ImportPage} ssr=MODE/>
            <Route path=path!("/integrations/updates/components") view={patches::ComponentsPage} ssr=MODE/>
            <Route path=path!("/integrations/updates/components/new") view={patches::NewComponentPage} ssr=MODE/>
            <Route path=path!("/integrations/updates/components/:id/edit") view={patches::EditComponentPage} ssr=MODE/>
            <Route path=path!("/integrations/updates/:id") view={patches::UpdatePage} ssr=MODE/>
            <Route path=path!("/integrations/contracts") view={contracts::ContractsPage} ssr=MODE/>
            <Route path=path!("/integrations/contracts/:id") view={contracts::ContractPage} ssr=MODE/>
            <Route path=path!("/integrations/contracts/:id/edit") view={contracts::EditContractPage} ssr=MODE/>
            <Route path=path!("/integrations/disclosures") view={contracts::DisclosuresPage} ssr=MODE/>
            <Route path=path!("/integrations/messages") view={inbound::MessagesPage} ssr=MODE/>
            <Route path=path!("/integrations/messages/:id") view={inbound::MessagePage} ssr=MODE/>
            // What names an integration stands after all that doesn’t.
            <Route path=path!("/integrations/:id/health") view={health::HealthPage} ssr=MODE/>
            <Route path=path!("/integrations/:id") view={integrations::IntegrationPage} ssr=MODE/>
            <Route path=path!("/integrations/:id/edit") view={integrations::EditIntegrationPage} ssr=MODE/>
            <Route path=path!("/integrations/:id/operations/new") view={integrations::NewOperationPage} ssr=MODE/>
            <Route path=path!("/integrations/:id/operations/:operation") view={integrations::EditOperationPage} ssr=MODE/>
            <Route path=path!("/integrations/:id/gate") view={assessments::GatePage} ssr=MODE/>
            <Route path=path!("/search") view={search::SearchPage} ssr=MODE/>
            <Route path=path!("/security") view={security::SecurityPage} ssr=MODE/>
            <Route path=path!("/security/events/:id") view={security::EventPage} ssr=MODE/>
            <Route path=path!("/settings/staff") view={staff::StaffPage} ssr=MODE/>
            <Route path=path!("/settings/staff/invite") view={staff::InvitePage} ssr=MODE/>
            <Route path=path!("/settings/staff/:id") view={staff::StaffMemberPage} ssr=MODE/>
            <Route path=path!("/settings/roles") view={roles::RolesPage} ssr=MODE/>
            <Route path=path!("/settings/roles/new") view={roles::NewRolePage} ssr=MODE/>
            <Route path=path!("/settings/roles/review") view={roles::ReviewRolePage} ssr=MODE/>
            <Route path=path!("/settings/roles/:id/edit") view={roles::EditRolePage} ssr=MODE/>
            <Route path=path!("/settings/account") view={account::AccountPage} ssr=MODE/>
            <Route path=path!("/settings/sessions") view={account::SessionsPage} ssr=MODE/>
            <Route path=path!("/settings/second-factor") view={account::SecondFactorPage} ssr=MODE/>
        </FlatRoutes>
    }
}

#[component]
fn Outside() -> impl IntoView {
    const MODE: SsrMode = SsrMode::Async;
    view! {
        <FlatRoutes fallback=|| view! { <Gate title="Nothing here"><p><a href="/sign-in">"Sign in"</a></p></Gate> }>
            <Route path=path!("/sign-in") view=gate::SignInPage ssr=MODE/>
            <Route path=path!("/sign-in/second-factor") view=gate::SecondFactorPage ssr=MODE/>
            <Route path=path!("/join/:token") view=gate::JoinPage ssr=MODE/>
        </FlatRoutes>
    }
}
