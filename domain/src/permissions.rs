//! The catalogue of permissions: one row each, from which roles, checks and documentation are drawn.

use crate::texts::Invalid;

crate::text_enum! {
    /// How much harm a permission can do in wrong hands.
    pub enum Risk {
        /// Sees what everybody at the desk sees.
        Low = "low", "Low";
        /// Changes business records.
        Medium = "medium", "Medium";
        /// Changes money, people or what machines may do.
        High = "high", "High";
    }
}

/// A permission as a type: what use cases name in their signatures.
pub trait Grant: Send + Sync + 'static {
    /// The row of the catalogue this type stands for.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident = $text:literal, $area:literal, $risk:ident, $description:literal;)+) => {
        /// One thing a person or machine may be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = $description] $name,)+
        }

        impl Permission {
            /// The whole catalogue, in the order of the matrix page.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable text, `area:action`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The area it belongs to, as a heading.
            pub const fn area(self) -> &'static str {
                match self { $(Self::$name => $area,)+ }
            }

            /// What it lets one do, in plain words.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $description,)+ }
            }

            /// How much harm it can do in wrong hands.
            pub const fn risk(self) -> Risk {
                match self { $(Self::$name => Risk::$risk,)+ }
            }
        }

        /// A type for each permission, for signatures.
        pub mod marker {
            $(#[doc = $description]
            #[derive(Debug)]
            pub enum $name {}

            impl super::Grant for $name {
                const PERMISSION: super::Permission = super::Permission::$name;
            })+
        }
    };
}

permissions! {
    OverviewRead = "overview:read", "Overview", Low, "See the overview: what needs attention today.";
    CustomersRead = "customers:read", "Customers", Low, "Find customers and see their records.";
    CustomersWrite = "customers:write", "Customers", Medium, "Create and change customers, their notes and tags.";
    DriversRead = "drivers:read", "Customers", Low, "See who may drive for a customer.";
    DriversWrite = "drivers:write", "Customers", Medium, "Add and change the drivers of a customer.";
    FleetRead = "fleet:read", "Fleet", Low, "Find vehicles and see their records.";
    FleetWrite = "fleet:write", "Fleet", Medium, "Create and change vehicles, their notes and tags.";
    OdometerWrite = "odometer:write", "Fleet", Medium, "Record odometer readings of vehicles.";
    PlansRead = "plans:read", "Plans", Low, "See plans and their versions.";
    PlansWrite = "plans:write", "Plans", High, "Draft, publish and retire plans and their versions.";
    SubscriptionsRead = "subscriptions:read", "Subscriptions", Low, "Find subscriptions and see both their timelines.";
    SubscriptionsWrite = "subscriptions:write", "Subscriptions", Medium, "Draft and submit subscriptions, their notes and tags.";
    SubscriptionsApprove = "subscriptions:approve", "Subscriptions", High, "Approve or decline a requested subscription and reserve its car.";
    SubscriptionsPause = "subscriptions:pause", "Subscriptions", Medium, "Pause and resume a subscription.";
    SubscriptionsEnd = "subscriptions:end", "Subscriptions", High, "Give notice, withdraw it, and cancel before the hand-over.";
    SubscriptionsHandOver = "subscriptions:hand_over", "Subscriptions", Medium, "Hand a car over and take it back.";
    SubscriptionsSettle = "subscriptions:settle", "Subscriptions", High, "Record signature and payment, and close a returned subscription.";
    HoldsOperate = "holds:operate", "Holds", Medium, "Place and release maintenance, insurance and manual holds.";
    HoldsRisk = "holds:risk", "Holds", High, "Place and release arrears, licence, legal and theft holds.";
    PartnersRead = "partners:read", "Partners", Low, "See partners and what they are cleared for.";
    PartnersManage = "partners:manage", "Partners", High, "Register partners, change what they are cleared for, and suspend them.";
    AccessRead = "access:read", "API access", Low, "See API keys, OAuth clients, their use, and why calls were refused.";
    AccessManage = "access:manage", "API access", High, "Issue, change, rotate, disable and revoke API keys and OAuth clients.";
    AccessApprove = "access:approve", "API access", High, "Approve keys that somebody else has asked for.";
    LimitsManage = "limits:manage", "API access", High, "Create and change rate limits and what they apply to.";
    EventsRead = "events:read", "API access", Low, "Read what happened to customers, vehicles, plans and subscriptions, as machines do.";
    WebhooksManage = "webhooks:manage", "API access", Medium, "Register the addresses to which events are sent, and change their secrets.";
    LeaksReport = "leaks:report", "API access", High, "Report a credential that was found where it doesn't belong, which revokes it.";
    IntegrationsRead = "integrations:read", "Integrations", Low, "See integrations: how they do, what was called, and what waits.";
    IntegrationsManage = "integrations:manage", "Integrations", High, "Set integrations up: addresses, operations, credentials, contingency plans and contracts.";
    IntegrationsOperate = "integrations:operate", "Integrations", High, "Act when an integration fails: switch off, hold its breaker, send again, run drills, silence alerts.";
    AssessmentsWrite = "assessments:write", "Integrations", Medium, "Fill in assessments of partners, with their evidence and findings.";
    AssessmentsDecide = "assessments:decide", "Integrations", High, "Decide on assessments of partners, and on exceptions from the gate.";
    DisclosuresRead = "disclosures:read", "Integrations", Medium, "See which fields of which records left for which partner.";
    PatchesManage = "patches:manage", "Integrations", Medium, "Import advisories, and work on what has to be updated.";
    StaffRead = "staff:read", "Staff", Low, "See who works here, their roles and when they last signed in.";
    StaffManage = "staff:manage", "Staff", High, "Invite, disable and enable staff, reset their sign-in and end their sessions.";
    RolesRead = "roles:read", "Roles", Low, "See roles and what they allow.";
    RolesManage = "roles:manage", "Roles", High, "Create and change roles, and give them to staff.";
    AuditRead = "audit:read", "Security", Medium, "Read the audit log and check that it is sound.";
}

impl Permission {
    /// Whether it lets one look and nothing more.
    pub fn is_read(self) -> bool {
        self.as_str().ends_with(":read")
    }

    /// Whether a machine may be given it, as a scope of its key or client. What administers people and machines is for
    /// people alone.
    pub fn is_scope(self) -> bool {
        matches!(self.area(), "Customers" | "Fleet" | "Plans" | "Subscriptions" | "Holds")
            || matches!(self, Self::EventsRead | Self::WebhooksManage | Self::LeaksReport)
    }

    /// Every permission that can be a scope, in the order of the catalogue.
    pub fn scopes() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|permission| permission.is_scope())
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Permission {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str() == text)
            .ok_or_else(|| Invalid::new("This permission is not in the catalogue."))
    }
}
