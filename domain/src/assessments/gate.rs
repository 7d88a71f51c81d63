//! The gate before an integration: what it asks for, and how it closes when that runs out.

use jiff::civil::Date;

use super::Decided;
use crate::{Timestamp, integrations::IntegrationState};

crate::text_enum! {
    /// Something that the gate asks for and that isn't there.
    pub enum Missing {
        /// An assessment of the partner that is approved and whose review date has not passed.
        Assessment = "assessment", "Approved assessment";
        /// Certificates and reports that have not run out.
        Evidence = "evidence", "Evidence in force";
        /// A contract that says which fields are shared.
        Contract = "contract", "Data-sharing contract";
        /// Operations, each with a plan for its failure.
        Plan = "contingency_plan", "Contingency plans";
        /// Somebody who looks after it.
        Owner = "owner", "Owner";
        /// A rehearsed failure.
        Drill = "drill", "Failure drill";
        /// A call that went well.
        Probe = "probe", "Successful probe";
    }
}

impl Missing {
    /// What to do about it.
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::Assessment => "Assess the partner, and have two people approve it.",
            Self::Evidence => "Add the certificate or report that replaces what has run out.",
            Self::Contract => "Say in the data-sharing contract which fields the partner gets.",
            Self::Plan => "Describe at least one operation, with what happens when it fails.",
            Self::Owner => "Name a member of staff who looks after it and is not disabled.",
            Self::Drill => "Run a failure drill; the last one must be younger than 180 days.",
            Self::Probe => "Test the connection until a call goes well.",
        }
    }

    /// Whether its lack closes a gate that was open: what is only asked for before going live doesn't.
    pub const fn runs_out(self) -> bool {
        matches!(self, Self::Assessment | Self::Evidence)
    }

    /// Words of a list as it is stored; a word that is in no list any more is passed over.
    pub fn parse_list(text: &str) -> Vec<Self> {
        text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    }

    /// A list as it is stored.
    pub fn store_list(list: &[Self]) -> String {
        list.iter().map(|missing| missing.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// A list as people read it: "Owner, Failure drill".
    pub fn words(list: &[Self]) -> String {
        list.iter().map(|missing| missing.label()).collect::<Vec<_>>().join(", ")
    }
}

/// How old the last drill may be, in milliseconds.
pub const DRILL_AGE: i64 = 180 * Timestamp::DAY;
/// How long a restricted integration goes on before it is held.
pub const GRACE: i64 = 14 * Timestamp::DAY;
/// How long an exception may last.
pub const LONGEST_EXCEPTION: i64 = 14 * Timestamp::DAY;

/// What the gate looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateFacts {
    /// The last decision about the partner.
    pub decided: Option<Decided>,
    /// How many pieces of evidence have run out without being replaced.
    pub lapsed_evidence: usize,
    /// How many fields the contract names.
    pub contract_fields: i64,
    /// How many operations there are.
    pub operations: i64,
    /// How many of them have a plan for their failure.
    pub planned_operations: i64,
    /// Whether somebody who works here looks after it.
    pub has_owner: bool,
    /// When the last drill began.
    pub drilled_at: Option<Timestamp>,
    /// When a call last went well.
    pub last_good_at: Option<Timestamp>,
    /// Today, where the business is.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
}

/// Everything that the gate asks for and that isn't there.
pub fn missing(facts: &GateFacts) -> Vec<Missing> {
    let is_missing = |condition: Missing| match condition {
        Missing::Assessment => !facts.decided.is_some_and(|decided| decided.holds(facts.today)),
        Missing::Evidence => facts.lapsed_evidence > 0,
        Missing::Contract => facts.contract_fields == 0,
        Missing::Plan => facts.operations == 0 || facts.planned_operations < facts.operations,
        Missing::Owner => !facts.has_owner,
        Missing::Drill => facts.drilled_at.is_none_or(|at| facts.now.since(at) >= DRILL_AGE),
        Missing::Probe => facts.last_good_at.is_none(),
    };
    Missing::ALL.iter().copied().filter(|condition| is_missing(*condition)).collect()
}

/// What the watch does to an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It begins nothing new.
    Restrict,
    /// It stops.
    Hold,
    /// It goes on as before.
    Restore,
}

/// What is to be done with an integration. `since` is when the gate closed it, if it was the gate: what people have
/// held is left to them.
pub fn watch(state: IntegrationState, since: Option<Timestamp>, is_good: bool, now: Timestamp) -> Option<Watched> {
    match (state, since) {
        (IntegrationState::Live, _) if !is_good => Some(Watched::Restrict),
        (IntegrationState::Restricted | IntegrationState::Held, Some(_)) if is_good => Some(Watched::Restore),
        (IntegrationState::Restricted, Some(since)) if now.since(since) >= GRACE => Some(Watched::Hold),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{super::AssessmentState, *};

    const NOW: Timestamp = Timestamp(1_795_428_000_000);

    fn complete() -> GateFacts {
        GateFacts {
            decided: Some(Decided { state: AssessmentState::Approved, review_on: Some(date(2027, 5, 1)) }),
            lapsed_evidence: 0,
            contract_fields: 3,
            operations: 2,
            planned_operations: 2,
            has_owner: true,
            drilled_at: Some(NOW.plus(-179 * Timestamp::DAY)),
            last_good_at: Some(NOW),
            today: date(2026, 11, 23),
            now: NOW,
        }
    }

    type Change = fn(&mut GateFacts);

    #[test]
    fn each_condition_that_is_taken_away_is_named_alone() {
        assert_eq!(missing(&complete()), []);
        let without: [(Missing, Change); 10] = [
            (Missing::Assessment, |facts| facts.decided = None),
            (Missing::Assessment, |facts| {
                facts.decided = Some(Decided { state: AssessmentState::Approved, review_on: Some(date(2026, 11, 22)) });
            }),
            (Missing::Assessment, |facts| {
                facts.decided = Some(Decided { state: AssessmentState::Rejected, review_on: None });
            }),
            (Missing::Evidence, |facts| facts.lapsed_evidence = 1),
            (Missing::Contract, |facts| facts.contract_fields = 0),
            (Missing::Plan, |facts| (facts.operations, facts.planned_operations) = (0, 0)),
            (Missing::Plan, |facts| facts.planned_operations = 1),
            (Missing::Owner, |facts| facts.has_owner = false),
            (Missing::Drill, |facts| facts.drilled_at = Some(NOW.plus(-DRILL_AGE))),
            (Missing::Probe, |facts| facts.last_good_at = None),
        ];
        for (expected, take) in without {
            let mut facts = complete();
            take(&mut facts);
            assert_eq!(missing(&facts), [expected]);
        }
    }

    #[test]
    fn what_runs_out_restricts_then_holds_and_comes_back() {
        use IntegrationState::{Draft, Held, Live, Restricted, Retired};

        assert_eq!(watch(Live, None, true, NOW), None);
        assert_eq!(watch(Live, None, false, NOW), Some(Watched::Restrict));
        assert_eq!(watch(Restricted, Some(NOW), false, NOW.plus(GRACE - 1)), None);
        assert_eq!(watch(Restricted, Some(NOW), false, NOW.plus(GRACE)), Some(Watched::Hold));
        assert_eq!(watch(Restricted, Some(NOW), true, NOW), Some(Watched::Restore));
        assert_eq!(watch(Held, Some(NOW), true, NOW), Some(Watched::Restore));
        for state in [Draft, Held, Restricted, Retired] {
            assert_eq!(watch(state, None, true, NOW), None, "what people have closed is left to them");
            assert_eq!(watch(state, None, false, NOW), None);
        }
    }

    #[test]
    fn a_list_of_what_is_missing_is_read_back_as_it_was_stored() {
        let list = Missing::ALL.to_vec();
        assert_eq!(Missing::parse_list(&Missing::store_list(&list)), list);
        assert_eq!(Missing::parse_list("owner nonsense"), [Missing::Owner]);
    }
}
