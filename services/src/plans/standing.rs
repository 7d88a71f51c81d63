//! Which version of a plan counts today.

use domain::plans::PlanStatus;
use jiff::civil::Date;

use super::PlanVersion;

/// Where a version stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Being written; nobody can sign it.
    Draft,
    /// Published, and can be signed from a later day.
    Upcoming,
    /// What is signed today.
    InForce,
    /// No longer signed; who has it keeps it.
    Retired,
}

impl Standing {
    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Upcoming => "Upcoming",
            Self::InForce => "In force",
            Self::Retired => "Retired",
        }
    }
}

/// Where each version of a plan stands, in the order given: of those published, the newest that has begun is in force.
pub fn standings(versions: &[PlanVersion], today: Date) -> Vec<Standing> {
    // Dates as stored sort as they follow each other.
    let today = today.to_string();
    let has_begun = |version: &PlanVersion| version.effective_from <= today;
    let in_force = versions
        .iter()
        .filter(|version| version.status() == PlanStatus::Published && has_begun(version))
        .map(|version| version.number)
        .max();
    versions
        .iter()
        .map(|version| match version.status() {
            PlanStatus::Draft => Standing::Draft,
            PlanStatus::Published if Some(version.number) == in_force => Standing::InForce,
            PlanStatus::Published if !has_begun(version) => Standing::Upcoming,
            PlanStatus::Published | PlanStatus::Retired => Standing::Retired,
        })
        .collect()
}

/// The version that is signed today.
pub(super) fn in_force(versions: &[PlanVersion], today: Date) -> Option<&PlanVersion> {
    let at = standings(versions, today).iter().position(|standing| *standing == Standing::InForce)?;
    versions.get(at)
}
