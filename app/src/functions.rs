//! Every server function with what it needs: a function that isn't declared here is not served.

use domain::permissions::Permission;

/// Who may call a function at all. The use case behind it asks for the permission again, as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Anybody: what stands before sign-in.
    Anybody,
    /// Anybody who is signed in: their own account, and searches that show only what one may read.
    SignedIn,
    /// Holders of one permission.
    Holds(Permission),
    /// The permission depends on what is asked, and the use case decides; each of these is possible.
    OneOf(&'static [Permission]),
}

/// Whether a function changes anything. A function that does is reached only through a form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Read,
    /// Changes.
    Write,
}

/// One server function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its endpoint, below `/_fn/`.
    pub endpoint: &'static str,
    /// Reads or changes.
    pub kind: Kind,
    /// Who may call it.
    pub guard: Guard,
    /// Fields that are secret: never shown again in a refused form.
    pub secrets: &'static [&'static str],
}

const fn read(endpoint: &'static str, guard: Guard) -> Function {
    Function { endpoint, kind: Kind::Read, guard, secrets: &[] }
}

const fn write(endpoint: &'static str, guard: Guard) -> Function {
    Function { endpoint, kind: Kind::Write, guard, secrets: &[] }
}

impl Function {
    const fn secret(self, secrets: &'static [&'static str]) -> Self {
        Self { secrets, ..self }
    }

    /// The declaration of an endpoint.
    pub fn find(endpoint: &str) -> Option<&'static Self> {
        ALL.iter().find(|function| function.endpoint == endpoint)
    }
}

use Guard::{Anybody, Holds, OneOf, SignedIn};

const RECORD_WRITERS: &[Permission] =
    &[Permission::CustomersWrite, Permission::FleetWrite, Permission::PlansWrite, Permission::SubscriptionsWrite];
const SUBSCRIPTION_CHANGERS: &[Permission] = &[
    Permission::SubscriptionsWrite,
    Permission::SubscriptionsApprove,
    Permission::SubscriptionsPause,
    Permission::SubscriptionsEnd,
    Permission::SubscriptionsHandOver,
    Permission::SubscriptionsSettle,
    Permission::HoldsOperate,
    Permission::HoldsRisk,
];

/// All of them.
pub const ALL: &[Function] = &[
    // Before sign-in.
    read("gate/sign_in_page", Anybody),
    write("gate/sign_in", Anybody).secret(&["password"]),
    write("gate/second_factor", Anybody).secret(&["code"]),
    read("gate/invitation", Anybody),
    write("gate/accept_invitation", Anybody).secret(&["password"]),
    // One's own account.
    read("account/page", SignedIn),
    read("account/sessions", SignedIn),
    write("account/theme", SignedIn),
    write("account/preferences", SignedIn),
    write("account/sign_out", SignedIn),
    write("account/end_session", SignedIn),
    write("account/end_other_sessions", SignedIn),
    write("account/change_password", SignedIn).secret(&["current", "password"]),
    read("account/second_factor", SignedIn),
    write("account/begin_second_factor", SignedIn).secret(&["password"]),
    write("account/confirm_second_factor", SignedIn).secret(&["code"]),
    write("account/remove_second_factor", SignedIn).secret(&["password"]),
    write("account/new_recovery_codes", SignedIn).secret(&["password"]),
    // Everywhere.
    read("overview/page", Holds(Permission::OverviewRead)),
    read("search/everywhere", SignedIn),
    write("notes/add", OneOf(RECORD_WRITERS)),
    write("notes/remove", OneOf(RECORD_WRITERS)),
    write("tags/add", OneOf(RECORD_WRITERS)),
    write("tags/remove", OneOf(RECORD_WRITERS)),
    // Customers.
    read("customers/list", Holds(Permission::CustomersRead)),
    read("customers/detail", Holds(Permission::CustomersRead)),
    read("customers/new", Holds(Permission::CustomersWrite)),
    read("customers/form", Holds(Permission::CustomersWrite)),
    write("customers/create", Holds(Permission::CustomersWrite)),
    write("customers/edit", Holds(Permission::CustomersWrite)),
    // Fleet.
    read("fleet/list", Holds(Permission::FleetRead)),
    read("fleet/detail", Holds(Permission::FleetRead)),
    read("fleet/new", Holds(Permission::FleetWrite)),
    read("fleet/form", Holds(Permission::FleetWrite)),
    write("fleet/create", Holds(Permission::FleetWrite)),
    write("fleet/edit", Holds(Permission::FleetWrite)),
    // Plans.
    read("plans/list", Holds(Permission::PlansRead)),
    read("plans/detail", Holds(Permission::PlansRead)),
    read("plans/new", Holds(Permission::PlansWrite)),
    read("plans/form", Holds(Permission::PlansWrite)),
    write("plans/create", Holds(Permission::PlansWrite)),
    write("plans/edit", Holds(Permission::PlansWrite)),
    write("plans/publish", Holds(Permission::PlansWrite)),
    write("plans/retire", Holds(Permission::PlansWrite)),
    // Subscriptions.
    read("subscriptions/list", Holds(Permission::SubscriptionsRead)),
    read("subscriptions/detail", Holds(Permission::SubscriptionsRead)),
    read("subscriptions/new", Holds(Permission::SubscriptionsWrite)),
    write("subscriptions/create", Holds(Permission::SubscriptionsWrite)),
    read("subscriptions/change_page", OneOf(SUBSCRIPTION_CHANGERS)),
    write("subscriptions/commit", OneOf(SUBSCRIPTION_CHANGERS)),
    write("subscriptions/retry_step", Holds(Permission::SubscriptionsWrite)),
    // Partners.
    read("partners/list", Holds(Permission::PartnersRead)),
    read("partners/detail", Holds(Permission::PartnersRead)),
    read("partners/new", Holds(Permission::PartnersManage)),
    read("partners/form", Holds(Permission::PartnersManage)),
    write("partners/create", Holds(Permission::PartnersManage)),
    write("partners/edit", Holds(Permission::PartnersManage)),
    write("partners/suspend", Holds(Permission::PartnersManage)),
    write("partners/resume", Holds(Permission::PartnersManage)),
    // Limits of machines, and what they did.
    read("limits/page", Holds(Permission::AccessRead)),
    read("limits/new", Holds(Permission::LimitsManage)),
    read("limits/form", Holds(Permission::LimitsManage)),
    write("limits/create", Holds(Permission::LimitsManage)),
    write("limits/edit", Holds(Permission::LimitsManage)),
    write("limits/delete", Holds(Permission::LimitsManage)),
    read("usage/page", Holds(Permission::AccessRead)),
    read("usage/refusals", Holds(Permission::AccessRead)),
    read("usage/versions", Holds(Permission::AccessRead)),
    // API keys and OAuth clients.
    read("access/list", Holds(Permission::AccessRead)),
    read("access/detail", Holds(Permission::AccessRead)),
    read("access/new", Holds(Permission::AccessManage)),
    read("access/form", Holds(Permission::AccessManage)),
    write("access/issue", Holds(Permission::AccessManage)).secret(&["confirmation"]),
    write("access/edit", Holds(Permission::AccessManage)).secret(&["confirmation"]),
    write("access/rotate", Holds(Permission::AccessManage)).secret(&["confirmation"]),
    write("access/disable", Holds(Permission::AccessManage)),
    write("access/enable", Holds(Permission::AccessManage)),
    write("access/revoke", Holds(Permission::AccessManage)),
    write("access/approve", Holds(Permission::AccessApprove)),
    write("access/decline", Holds(Permission::AccessApprove)),
    read("access/bulk", Holds(Permission::AccessManage)),
    write("access/revoke_many", Holds(Permission::AccessManage)),
    read("access/hygiene", Holds(Permission::AccessRead)),
    read("access/leak", Holds(Permission::AccessRead)),
    write("access/trace", Holds(Permission::AccessRead)).secret(&["found"]),
    read("access/approvals", Holds(Permission::AccessRead)),
    write("access/switch", Holds(Permission::AccessApprove)),
    // Webhooks.
    read("webhooks/list", Holds(Permission::AccessRead)),
    read("webhooks/detail", Holds(Permission::AccessRead)),
    read("webhooks/delivery", Holds(Permission::AccessRead)),
    read("webhooks/catalogue", Holds(Permission::AccessRead)),
    read("webhooks/new", Holds(Permission::WebhooksManage)),
    read("webhooks/form", Holds(Permission::WebhooksManage)),
    write("webhooks/create", Holds(Permission::WebhooksManage)),
    write("webhooks/edit", Holds(Permission::WebhooksManage)),
    write("webhooks/delete", Holds(Permission::WebhooksManage)),
    write("webhooks/enable", Holds(Permission::WebhooksManage)),
    write("webhooks/disable", Holds(Permission::WebhooksManage)),
    write("webhooks/rotate", Holds(Permission::WebhooksManage)),
    write("webhooks/test", Holds(Permission::WebhooksManage)),
    write("webhooks/resend", Holds(Permission::WebhooksManage)),
    write("webhooks/recover", Holds(Permission::WebhooksManage)),
    // Register of integrations, and operating the gateway.
    read("integrations/detail", Holds(Permission::IntegrationsRead)),
    read("integrations/calls", Holds(Permission::IntegrationsRead)),
    read("integrations/call", Holds(Permission::IntegrationsRead)),
    read("integrations/log", Holds(Permission::IntegrationsRead)),
    read("integrations/switches", Holds(Permission::IntegrationsRead)),
    read("integrations/new", Holds(Permission::IntegrationsManage)),
    read("integrations/form", Holds(Permission::IntegrationsManage)),
    read("integrations/operation_new", Holds(Permission::IntegrationsManage)),
    read("integrations/operation_form", Holds(Permission::IntegrationsManage)),
    read("integrations/test_page", Holds(Permission::IntegrationsManage)),
    read("integrations/replay_page", Holds(Permission::IntegrationsOperate)),
    write("integrations/create", Holds(Permission::IntegrationsManage)),
    write("integrations/edit", Holds(Permission::IntegrationsManage)),
    write("integrations/retire", Holds(Permission::IntegrationsManage)),
    write("integrations/operation_create", Holds(Permission::IntegrationsManage)),
    write("integrations/operation_edit", Holds(Permission::IntegrationsManage)),
    write("integrations/operation_delete", Holds(Permission::IntegrationsManage)),
    write("integrations/set_secret", Holds(Permission::IntegrationsManage)).secret(&["secret", "confirmation"]),
    write("integrations/make_secret", Holds(Permission::IntegrationsManage)).secret(&["confirmation"]),
    write("integrations/test", Holds(Permission::IntegrationsManage)).secret(&["secret"]),
    write("integrations/hold", Holds(Permission::IntegrationsOperate)),
    write("integrations/let_go", Holds(Permission::IntegrationsOperate)),
    write("integrations/drill", Holds(Permission::IntegrationsOperate)),
    write("integrations/stop_drill", Holds(Permission::IntegrationsOperate)),
    write("integrations/replay", Holds(Permission::IntegrationsOperate)),
    write("integrations/cancel", Holds(Permission::IntegrationsOperate)),
    write("integrations/replay_many", Holds(Permission::IntegrationsOperate)),
    write("integrations/throw", Holds(Permission::IntegrationsOperate)),
    write("integrations/lift", Holds(Permission::IntegrationsOperate)),
    // Assessments and the gate.
    read("assessments/register", Holds(Permission::IntegrationsRead)),
    read("assessments/file", Holds(Permission::IntegrationsRead)),
    read("assessments/detail", Holds(Permission::IntegrationsRead)),
    read("assessments/templates", Holds(Permission::IntegrationsRead)),
    read("assessments/gate", Holds(Permission::IntegrationsRead)),
    write("assessments/save_profile", Holds(Permission::AssessmentsWrite)),
    write("assessments/add_evidence", Holds(Permission::AssessmentsWrite)),
    write("assessments/remove_evidence", Holds(Permission::AssessmentsWrite)),
    write("assessments/add_finding", Holds(Permission::AssessmentsWrite)),
    write("assessments/close_finding", Holds(Permission::AssessmentsWrite)),
    write("assessments/import", Holds(Permission::AssessmentsWrite)),
    write("assessments/start", Holds(Permission::AssessmentsWrite)),
    write("assessments/save", Holds(Permission::AssessmentsWrite)),
    write("assessments/submit", Holds(Permission::AssessmentsWrite)),
    write("assessments/withdraw", Holds(Permission::AssessmentsWrite)),
    write("assessments/propose", Holds(Permission::AssessmentsDecide)),
    write("assessments/confirm", Holds(Permission::AssessmentsDecide)),
    write("assessments/reject", Holds(Permission::AssessmentsDecide)),
    write("assessments/go_live", Holds(Permission::IntegrationsManage)),
    write("assessments/ask_exception", Holds(Permission::IntegrationsManage)),
    write("assessments/grant_exception", Holds(Permission::AssessmentsDecide)),
    write("assessments/decline_exception", Holds(Permission::AssessmentsDecide)),
    write("assessments/end_exception", Holds(Permission::AssessmentsDecide)),
    // Updates and patches.
    read("updates/list", Holds(Permission::IntegrationsRead)),
    read("updates/task", Holds(Permission::IntegrationsRead)),
    read("updates/components", Holds(Permission::IntegrationsRead)),
    read("updates/new_component", Holds(Permission::PatchesManage)),
    read("updates/component_form", Holds(Permission::PatchesManage)),
    read("updates/import_page", Holds(Permission::PatchesManage)),
    write("updates/take", Holds(Permission::PatchesManage)),
    write("updates/fixed", Holds(Permission::PatchesManage)),
    write("updates/not_affected", Holds(Permission::PatchesManage)),
    write("updates/except", Holds(Permission::PatchesManage)),
    write("updates/approve", Holds(Permission::PatchesManage)),
    write("updates/decline", Holds(Permission::PatchesManage)),
    write("updates/reopen", Holds(Permission::PatchesManage)),
    write("updates/create_component", Holds(Permission::PatchesManage)),
    write("updates/edit_component", Holds(Permission::PatchesManage)),
    write("updates/remove_component", Holds(Permission::PatchesManage)),
    write("updates/import", Holds(Permission::PatchesManage)),
    // Data-sharing contracts and the ledger of disclosures.
    read("contracts/list", Holds(Permission::IntegrationsRead)),
    read("contracts/detail", Holds(Permission::IntegrationsRead)),
    read("contracts/form", Holds(Permission::PartnersManage)),
    write("contracts/edit", Holds(Permission::PartnersManage)),
    read("disclosures/list", Holds(Permission::DisclosuresRead)),
    // Messages in from partners.
    read("inbound/list", Holds(Permission::IntegrationsRead)),
    read("inbound/detail", Holds(Permission::IntegrationsRead)),
    write("inbound/retry", Holds(Permission::IntegrationsOperate)),
    write("inbound/skip", Holds(Permission::IntegrationsOperate)),
    write("inbound/reveal", Holds(Permission::IntegrationsOperate)),
    // The reference of the partner API.
    read("reference/page", Holds(Permission::AccessRead)),
    write("reference/try", Holds(Permission::AccessRead)).secret(&["key"]),
    // Health of integrations.
    read("health/integrations", Holds(Permission::IntegrationsRead)),
    read("health/integration", Holds(Permission::IntegrationsRead)),
    read("health/incidents", Holds(Permission::IntegrationsRead)),
    read("health/incident", Holds(Permission::IntegrationsRead)),
    write("health/maintain", Holds(Permission::IntegrationsOperate)),
    write("health/call_off", Holds(Permission::IntegrationsOperate)),
    write("health/annotate", Holds(Permission::IntegrationsOperate)),
    // Security.
    read("security/list", Holds(Permission::AuditRead)),
    read("security/summary", Holds(Permission::AuditRead)),
    read("security/event", Holds(Permission::AuditRead)),
    write("security/verify", Holds(Permission::AuditRead)),
    // Staff and roles.
    read("staff/list", Holds(Permission::StaffRead)),
    read("staff/detail", Holds(Permission::StaffRead)),
    read("staff/invite_page", Holds(Permission::StaffManage)),
    write("staff/invite", Holds(Permission::StaffManage)),
    write("staff/revoke_invitation", Holds(Permission::StaffManage)),
    write("staff/disable", Holds(Permission::StaffManage)),
    write("staff/enable", Holds(Permission::StaffManage)),
    write("staff/end_sessions", Holds(Permission::StaffManage)),
    write("staff/reset", Holds(Permission::StaffManage)),
    write("staff/set_roles", Holds(Permission::RolesManage)),
    read("roles/matrix", Holds(Permission::RolesRead)),
    read("roles/form", Holds(Permission::RolesManage)),
    write("roles/review", Holds(Permission::RolesManage)),
    write("roles/save", Holds(Permission::RolesManage)),
    write("roles/delete", Holds(Permission::RolesManage)),
];
