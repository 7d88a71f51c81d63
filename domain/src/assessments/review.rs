//! When a partner is looked at again, and how it stands until then.

use jiff::{Span, civil::Date};

use super::{AssessmentState, EvidenceKind};
use crate::integrations::Criticality;

/// The latest day on which an assessment approved today has to be done again.
pub fn due_on(criticality: Criticality, today: Date) -> Date {
    let months = match criticality {
        Criticality::Critical => 6,
        Criticality::High => 12,
        Criticality::Medium => 18,
        Criticality::Low => 24,
    };
    today.saturating_add(Span::new().months(months))
}

/// The last decision about a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Whether it was approved or rejected.
    pub state: AssessmentState,
    /// Until when an approval holds, that day included.
    pub review_on: Option<Date>,
}

impl Decided {
    /// Whether it lets the partner be connected today.
    pub fn holds(&self, today: Date) -> bool {
        self.state == AssessmentState::Approved && self.review_on.is_some_and(|on| on >= today)
    }
}

crate::text_enum! {
    /// How a partner stands in the register.
    pub enum Standing {
        /// Its assessment or evidence has run out.
        Expired = "expired", "Expired";
        /// It was turned down.
        Rejected = "rejected", "Rejected";
        /// Its review or the end of evidence is at most 30 days away.
        Due = "due", "Due soon";
        /// Nobody has decided about it.
        Never = "never", "Never assessed";
        /// Everything is in order.
        Current = "current", "In order";
    }
}

/// How many days ahead something is due soon.
const SOON: i64 = 30;

/// How a partner stands. `evidence` is the evidence in force or run out, as [`super::in_force`] gives it.
pub fn standing(decided: Option<Decided>, evidence: &[(EvidenceKind, Option<Date>)], today: Date) -> Standing {
    let soon = today.saturating_add(Span::new().days(SOON));
    let ends = || evidence.iter().filter_map(|(_, until)| *until);
    match decided {
        None => Standing::Never,
        Some(Decided { state: AssessmentState::Rejected, .. }) => Standing::Rejected,
        Some(decided) if !decided.holds(today) || ends().any(|until| until < today) => Standing::Expired,
        Some(decided) if decided.review_on.is_some_and(|on| on <= soon) || ends().any(|until| until <= soon) => {
            Standing::Due
        }
        Some(_) => Standing::Current,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    #[allow(clippy::unnecessary_wraps, reason = "as it is asked for")]
    fn approved(review_on: Date) -> Option<Decided> {
        Some(Decided { state: AssessmentState::Approved, review_on: Some(review_on) })
    }

    #[test]
    fn the_more_depends_on_a_partner_the_sooner_it_is_looked_at_again() {
        let days: Vec<Date> = Criticality::ALL.iter().rev().map(|criticality| due_on(*criticality, TODAY)).collect();
        assert_eq!(days, [date(2027, 5, 23), date(2027, 11, 23), date(2028, 5, 23), date(2028, 11, 23)]);
    }

    #[test]
    fn a_partner_is_as_well_off_as_what_ends_first() {
        let far = date(2027, 10, 1);
        let evidence = |until| [(EvidenceKind::Iso27001, Some(until)), (EvidenceKind::Insurance, None)];
        assert_eq!(standing(None, &[], TODAY), Standing::Never);
        assert_eq!(standing(approved(far), &[], TODAY), Standing::Current);
        assert_eq!(standing(approved(TODAY), &[], TODAY), Standing::Due, "it holds on its last day");
        assert_eq!(standing(approved(date(2026, 11, 22)), &[], TODAY), Standing::Expired);
        assert_eq!(standing(approved(far), &evidence(date(2026, 12, 1)), TODAY), Standing::Due);
        assert_eq!(standing(approved(far), &evidence(date(2026, 11, 22)), TODAY), Standing::Expired);
        let rejected = Some(Decided { state: AssessmentState::Rejected, review_on: None });
        assert_eq!(standing(rejected, &[], TODAY), Standing::Rejected);
    }
}
