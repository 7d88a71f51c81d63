//! Partners: whose machines call us, and what their keys may carry away.

mod contract;
mod fields;

pub use contract::{Basis, Rule, RuleKind, Via, Way};
pub use fields::{Clearance, Field, Sensitivity};

crate::text_enum! {
    /// What a partner does for us.
    pub enum PartnerKind {
        /// Insures cars.
        Insurer = "insurer", "Insurer";
        /// Knows where cars are and how far they went.
        Telematics = "telematics", "Telematics";
        /// Takes and returns money.
        Payments = "payments", "Payments";
        /// Checks who somebody is, and their licence.
        Identity = "identity", "Identity check";
        /// Repairs and inspects cars.
        Workshop = "workshop", "Workshop";
        /// A system of our own.
        Internal = "internal", "Our own system";
        /// Anything else.
        Other = "other", "Other";
    }
}

crate::text_enum! {
    /// Whether a partner's machines may call.
    pub enum PartnerStatus {
        /// They may.
        Active = "active", "Active";
        /// None of their keys work.
        Suspended = "suspended", "Suspended";
    }
}
