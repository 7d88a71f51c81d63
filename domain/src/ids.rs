//! Identities. Each kind of record has its own type, so that a vehicle's id can't be passed for a customer's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::texts::Invalid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, ordered by the time of its making (UUID version 7, RFC 9562 section 5.7).
            #[cfg(feature = "server")]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The bare identifier, as the database holds it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Uuid::try_parse(text).map(Self).map_err(|_| Invalid::new("This is not an identifier."))
            }
        }
    )+};
}

ids! {
    /// A customer: a person or a company.
    CustomerId;
    /// A car.
    VehicleId;
    /// A plan, over all its versions.
    PlanId;
    /// One version of a plan: the terms a subscription is signed with.
    PlanVersionId;
    /// A subscription.
    SubscriptionId;
    /// A hold on a customer, a vehicle or a subscription.
    HoldId;
    /// A car in a subscription for a time.
    AssignmentId;
    /// A note on a record.
    NoteId;
    /// A member of staff.
    StaffId;
    /// A role.
    RoleId;
    /// A one-time link.
    InvitationId;
    /// A session, as its owner sees it in a list; not the secret in the cookie.
    SessionId;
    /// An event of the audit log.
    EventId;
    /// A partner: a company whose machines call us or are called by us.
    PartnerId;
    /// An API key or an OAuth client.
    CredentialId;
    /// One secret of an API key or an OAuth client.
    SecretId;
    /// A rate-limit policy.
    PolicyId;
    /// A person who drives for a customer.
    DriverId;
    /// A reading of a vehicle's odometer.
    ReadingId;
    /// An address to which events are sent.
    EndpointId;
    /// The way of one event to one endpoint.
    DeliveryId;
    /// A way in which we call a partner.
    IntegrationId;
    /// One thing that can be asked of a partner.
    OperationId;
    /// A call to a partner that waits for its time.
    PartnerCallId;
    /// A failure drill.
    DrillId;
    /// A time in which an integration did not do what is expected of it.
    IncidentId;
    /// An assessment of a partner.
    AssessmentId;
    /// A certificate, report or other evidence of a partner.
    EvidenceId;
    /// Something an assessment found.
    FindingId;
    /// An exception from the gate.
    ExceptionId;
    /// A message that came in from a partner.
    InboundId;
    /// A published advisory that matches something we use.
    PatchId;
    /// Something that we use, and that may need an update.
    ComponentId;
}
