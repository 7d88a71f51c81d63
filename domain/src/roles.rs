//! Roles: sets of permissions with a name, and the rules by which they are given.

use std::collections::BTreeSet;

use crate::permissions::{Permission, Risk};

/// A role that ships with the portal and can't be changed.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Stable, for the database.
    pub key: &'static str,
    /// As people read it.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether it holds a permission.
    pub holds: fn(Permission) -> bool,
}

/// The role that holds everything; somebody active must always have it.
pub const OWNER: &str = "owner";

fn reads_business(permission: Permission) -> bool {
    matches!(
        permission,
        Permission::OverviewRead
            | Permission::CustomersRead
            | Permission::FleetRead
            | Permission::PlansRead
            | Permission::SubscriptionsRead
    )
}

/// Every built-in role, the most powerful first.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { key: OWNER, name: "Owner", description: "Everything. Somebody always has this role.", holds: |_| true },
    BuiltIn {
        key: "administrator",
        name: "Administrator",
        description: "Runs the portal: staff, roles and plans, and everything a support agent does.",
        holds: |permission| !matches!(permission, Permission::SubscriptionsSettle),
    },
    BuiltIn {
        key: "support_agent",
        name: "Support agent",
        description: "Serves customers: records, subscriptions, pauses and notice.",
        holds: |permission| {
            reads_business(permission)
                || matches!(
                    permission,
                    Permission::CustomersWrite
                        | Permission::DriversRead
                        | Permission::DriversWrite
                        | Permission::SubscriptionsWrite
                        | Permission::SubscriptionsPause
                        | Permission::SubscriptionsEnd
                        | Permission::HoldsOperate
                )
        },
    },
    BuiltIn {
        key: "fleet_manager",
        name: "Fleet manager",
        description: "Looks after the cars: records, hand-overs, returns and maintenance holds.",
        holds: |permission| {
            reads_business(permission)
                || matches!(
                    permission,
                    Permission::FleetWrite
                        | Permission::OdometerWrite
                        | Permission::SubscriptionsHandOver
                        | Permission::HoldsOperate
                )
        },
    },
    BuiltIn {
        key: "finance",
        name: "Finance",
        description: "Looks after the money: plans, payments, settlements and arrears holds.",
        holds: |permission| {
            reads_business(permission)
                || matches!(
                    permission,
                    Permission::PlansWrite
                        | Permission::SubscriptionsApprove
                        | Permission::SubscriptionsSettle
                        | Permission::HoldsRisk
                )
        },
    },
    BuiltIn {
        key: "integration_manager",
        name: "Integration manager",
        description: "Looks after partners, their keys and limits, and the integrations with them; sees the business they serve.",
        holds: |permission| {
            reads_business(permission)
                || matches!(
                    permission,
                    Permission::DriversRead
                        | Permission::PartnersRead
                        | Permission::PartnersManage
                        | Permission::AccessRead
                        | Permission::AccessManage
                        | Permission::LimitsManage
                        | Permission::EventsRead
                        | Permission::WebhooksManage
                        | Permission::IntegrationsRead
                        | Permission::IntegrationsManage
                        | Permission::IntegrationsOperate
                        | Permission::AssessmentsWrite
                        | Permission::DisclosuresRead
                        | Permission::PatchesManage
                )
        },
    },
    BuiltIn {
        key: "security_auditor",
        name: "Security auditor",
        description: "Reviews what everybody did, and decides on assessments of partners. Changes nothing else.",
        holds: |permission| {
            reads_business(permission)
                || matches!(
                    permission,
                    Permission::AuditRead
                        | Permission::AccessRead
                        | Permission::PartnersRead
                        | Permission::StaffRead
                        | Permission::RolesRead
                        | Permission::IntegrationsRead
                        | Permission::DisclosuresRead
                        | Permission::AssessmentsDecide
                )
        },
    },
    BuiltIn {
        key: "read_only",
        name: "Read-only",
        description: "Sees the business and changes nothing.",
        holds: reads_business,
    },
];

impl BuiltIn {
    /// The permissions it holds.
    pub fn permissions(&self) -> BTreeSet<Permission> {
        Permission::ALL.iter().copied().filter(|permission| (self.holds)(*permission)).collect()
    }
}

/// Nobody grants what they don't hold: answers what is missing.
pub fn may_grant(held: &BTreeSet<Permission>, granted: &BTreeSet<Permission>) -> Result<(), Vec<Permission>> {
    let missing: Vec<Permission> = granted.difference(held).copied().collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

/// What a change of a role gives and takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Held afterwards and not before.
    pub added: Vec<Permission>,
    /// Held before and not afterwards.
    pub removed: Vec<Permission>,
}

/// Compares two sets of permissions.
pub fn difference(before: &BTreeSet<Permission>, after: &BTreeSet<Permission>) -> Difference {
    Difference {
        added: after.difference(before).copied().collect(),
        removed: before.difference(after).copied().collect(),
    }
}

/// Whether somebody with these permissions can change anything, and so needs a second factor.
pub fn can_write(permissions: &BTreeSet<Permission>) -> bool {
    permissions.iter().any(|permission| permission.risk() != Risk::Low && !permission.is_read())
}
