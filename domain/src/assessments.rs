//! Assessing partners before they are connected, and the gate that asks for it.
//!
//! A questionnaire from a template is filled in, scored and decided by two people. The gate then says what is still
//! missing before an integration with the partner may go live.

mod built_in;
mod evidence;
mod gate;
mod review;
mod score;
mod template;

pub use built_in::built_in;
pub use evidence::{DatedEvidence, EvidenceKind, WARNING_DAYS, in_force, lapsed, warning};
pub use gate::{DRILL_AGE, GRACE, GateFacts, LONGEST_EXCEPTION, Missing, Watched, missing, watch};
pub use review::{Decided, Standing, due_on, standing};
pub use score::{Answer, FORMULA, Score, score};
pub use template::{Question, Section, Template};

crate::text_enum! {
    /// Where an assessment stands.
    pub enum AssessmentState {
        /// It is being filled in.
        Draft = "draft", "Draft";
        /// It waits for a decision.
        Submitted = "submitted", "Waits for a decision";
        /// The partner may be connected, until the review date.
        Approved = "approved", "Approved";
        /// The partner may not be connected.
        Rejected = "rejected", "Rejected";
        /// It was called off before a decision.
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

impl AssessmentState {
    /// Whether answers can still be changed.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted)
    }
}

crate::text_enum! {
    /// How bad a finding is.
    pub enum Severity {
        /// Worth knowing.
        Low = "low", "Low";
        /// Worth mending.
        Medium = "medium", "Medium";
        /// To be mended soon.
        High = "high", "High";
        /// To be mended before anything else.
        Critical = "critical", "Critical";
    }
}

crate::text_enum! {
    /// Where a finding stands.
    pub enum FindingState {
        /// It is to be mended.
        Open = "open", "Open";
        /// It was mended.
        Fixed = "fixed", "Fixed";
        /// We live with it.
        Accepted = "accepted", "Accepted";
    }
}

crate::text_enum! {
    /// What kind of data a partner sees.
    pub enum DataClass {
        /// What everybody may know.
        Public = "public", "Public";
        /// What only we know.
        Internal = "internal", "Internal";
        /// What says something about a person.
        Personal = "personal", "Personal";
        /// What the law protects more than that, such as health.
        Special = "special", "Special categories";
        /// Accounts, cards and money.
        Payment = "payment", "Payment";
        /// Where a car is.
        Location = "location", "Location";
    }
}
