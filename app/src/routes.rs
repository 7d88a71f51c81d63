//! Every page and its address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy, LazyRoute, SsrMode,
    components::{FlatRoutes, Route, Router},
    lazy_route, path,
};

use crate::{
    components::{Frame, Gate},
    failure::provide_failure,
    pages::{
        account, customers, fleet, gate, missing::MissingPage, overview, plans, roles, search, security, staff,
        subscriptions,
    },
    viewer::{provide_viewer, use_viewer},
};

/// Declares a page that the browser loads when it is first opened.
macro_rules! lazy_pages {
    ($($name:ident => $view:expr;)+) => {$(
        struct $name;

        #[lazy_route]
        impl LazyRoute for $name {
            fn data() -> Self {
                Self
            }

            fn view(_page: Self) -> AnyView {
                $view.into_any()
            }
        }
    )+};
}

lazy_pages! {
    Overview => overview::OverviewPage();
    Customers => customers::CustomersPage();
    NewCustomer => customers::NewCustomerPage();
    Customer => customers::CustomerPage();
    EditCustomer => customers::EditCustomerPage();
    Fleet => fleet::FleetPage();
    NewVehicle => fleet::NewVehiclePage();
    Vehicle => fleet::VehiclePage();
    EditVehicle => fleet::EditVehiclePage();
    Plans => plans::PlansPage();
    NewPlan => plans::NewPlanPage();
    Plan => plans::PlanPage();
    EditPlan => plans::EditPlanPage();
    Subscriptions => subscriptions::SubscriptionsPage();
    NewSubscription => subscriptions::NewSubscriptionPage();
    Subscription => subscriptions::SubscriptionPage();
    ChangeSubscription => subscriptions::ChangePage();
    Search => search::SearchPage();
    Security => security::SecurityPage();
    AuditEvent => security::EventPage();
    Staff => staff::StaffPage();
    InviteStaff => staff::InvitePage();
    StaffMember => staff::StaffMemberPage();
    Roles => roles::RolesPage();
    NewRole => roles::NewRolePage();
    EditRole => roles::EditRolePage();
    ReviewRole => roles::ReviewRolePage();
    Account => account::AccountPage();
    Sessions => account::SessionsPage();
    SecondFactor => account::SecondFactorPage();
}

/// The whole app: the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_viewer();
    let is_signed_in = use_viewer().is_signed_in;
    mark_hydrated();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Keyfob".to_owned() } else { format!("{page} · Keyfob") }/>
        <Router>
            <Failures/>
            {if is_signed_in { view! { <Frame><Inside/></Frame> }.into_any() } else { view! { <Outside/> }.into_any() }}
        </Router>
    }
}

/// Needs the router around it, to forget a refused form when the reader moves on.
#[component]
fn Failures() -> impl IntoView {
    provide_failure();
}

#[component]
fn Inside() -> impl IntoView {
    const MODE: SsrMode = SsrMode::Async;
    view! {
        <FlatRoutes fallback=MissingPage>
            <Route path=path!("/") view={Lazy::<Overview>::new()} ssr=MODE/>
            <Route path=path!("/customers") view={Lazy::<Customers>::new()} ssr=MODE/>
            <Route path=path!("/customers/new") view={Lazy::<NewCustomer>::new()} ssr=MODE/>
            <Route path=path!("/customers/:id") view={Lazy::<Customer>::new()} ssr=MODE/>
            <Route path=path!("/customers/:id/edit") view={Lazy::<EditCustomer>::new()} ssr=MODE/>
            <Route path=path!("/fleet") view={Lazy::<Fleet>::new()} ssr=MODE/>
            <Route path=path!("/fleet/new") view={Lazy::<NewVehicle>::new()} ssr=MODE/>
            <Route path=path!("/fleet/:id") view={Lazy::<Vehicle>::new()} ssr=MODE/>
            <Route path=path!("/fleet/:id/edit") view={Lazy::<EditVehicle>::new()} ssr=MODE/>
            <Route path=path!("/plans") view={Lazy::<Plans>::new()} ssr=MODE/>
            <Route path=path!("/plans/new") view={Lazy::<NewPlan>::new()} ssr=MODE/>
            <Route path=path!("/plans/:id") view={Lazy::<Plan>::new()} ssr=MODE/>
            <Route path=path!("/plans/:id/edit") view={Lazy::<EditPlan>::new()} ssr=MODE/>
            <Route path=path!("/subscriptions") view={Lazy::<Subscriptions>::new()} ssr=MODE/>
            <Route path=path!("/subscriptions/new") view={Lazy::<NewSubscription>::new()} ssr=MODE/>
            <Route path=path!("/subscriptions/:id") view={Lazy::<Subscription>::new()} ssr=MODE/>
            <Route path=path!("/subscriptions/:id/change/:change") view={Lazy::<ChangeSubscription>::new()} ssr=MODE/>
            <Route path=path!("/search") view={Lazy::<Search>::new()} ssr=MODE/>
            <Route path=path!("/security") view={Lazy::<Security>::new()} ssr=MODE/>
            <Route path=path!("/security/events/:id") view={Lazy::<AuditEvent>::new()} ssr=MODE/>
            <Route path=path!("/settings/staff") view={Lazy::<Staff>::new()} ssr=MODE/>
            <Route path=path!("/settings/staff/invite") view={Lazy::<InviteStaff>::new()} ssr=MODE/>
            <Route path=path!("/settings/staff/:id") view={Lazy::<StaffMember>::new()} ssr=MODE/>
            <Route path=path!("/settings/roles") view={Lazy::<Roles>::new()} ssr=MODE/>
            <Route path=path!("/settings/roles/new") view={Lazy::<NewRole>::new()} ssr=MODE/>
            <Route path=path!("/settings/roles/review") view={Lazy::<ReviewRole>::new()} ssr=MODE/>
            <Route path=path!("/settings/roles/:id/edit") view={Lazy::<EditRole>::new()} ssr=MODE/>
            <Route path=path!("/settings/account") view={Lazy::<Account>::new()} ssr=MODE/>
            <Route path=path!("/settings/sessions") view={Lazy::<Sessions>::new()} ssr=MODE/>
            <Route path=path!("/settings/second-factor") view={Lazy::<SecondFactor>::new()} ssr=MODE/>
        </FlatRoutes>
    }
}

#[component]
fn Outside() -> impl IntoView {
    const MODE: SsrMode = SsrMode::Async;
    view! {
        <FlatRoutes fallback=|| view! { <Gate title="Nothing here"><p><a href="/sign-in" rel="external">"Sign in"</a></p></Gate> }>
            <Route path=path!("/sign-in") view=gate::SignInPage ssr=MODE/>
            <Route path=path!("/sign-in/second-factor") view=gate::SecondFactorPage ssr=MODE/>
            <Route path=path!("/join/:token") view=gate::JoinPage ssr=MODE/>
        </FlatRoutes>
    }
}

/// Marks the document once the browser has taken over, for what only then makes sense, and for tests.
fn mark_hydrated() {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
