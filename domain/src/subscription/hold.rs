//! Holds: reasons why a car may not be driven, a subscription not be changed, or money not be collected.
//!
//! Holds add up. Each is placed and released on its own, and what is blocked is what any open one blocks; nothing is
//! ever switched on or off for all of them.

use jiff::civil::Date;

use crate::{ids::HoldId, permissions::Permission};

crate::text_enum! {
    /// Why a hold is there.
    pub enum HoldKind {
        /// Money is owed.
        Arrears = "arrears", "Arrears";
        /// The licence is missing, expired or withdrawn.
        Licence = "licence", "Licence";
        /// Cover is not in force.
        Insurance = "insurance", "Insurance";
        /// A dispute, an estate, an authority.
        Legal = "legal", "Legal";
        /// The car is reported stolen.
        Theft = "theft", "Theft";
        /// The car is not fit to drive.
        Maintenance = "maintenance", "Maintenance";
        /// Anything else, told in the reason.
        Manual = "manual", "Manual";
    }
}

impl HoldKind {
    /// Who may place and release holds of this kind: risk decides about people and money, the desk about cars.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Arrears | Self::Licence | Self::Legal | Self::Theft => Permission::HoldsRisk,
            Self::Insurance | Self::Maintenance | Self::Manual => Permission::HoldsOperate,
        }
    }

    /// What a hold of this kind blocks unless somebody says otherwise.
    ///
    /// - Arrears: changes. The debt is collected on, and taking a car off the road over money is a person's decision.
    /// - Licence, insurance, maintenance: driving. A pause or an end may be the very way out, so changes stay open.
    /// - Legal: changes and billing. Nothing moves while others decide; whoever drives goes on driving.
    /// - Theft: all three. There is no car to drive or to pay for until it is known what became of it.
    /// - Manual: changes, the mildest that still makes somebody look.
    pub const fn default_blocks(self) -> Blocks {
        let (driving, changes, billing) = match self {
            Self::Arrears | Self::Manual => (false, true, false),
            Self::Licence | Self::Insurance | Self::Maintenance => (true, false, false),
            Self::Legal => (false, true, true),
            Self::Theft => (true, true, true),
        };
        Blocks { driving, changes, billing }
    }
}

crate::text_enum! {
    /// What a hold is on, and so which subscriptions it reaches.
    pub enum HoldScope {
        /// The customer, with all their subscriptions.
        Customer = "customer", "Customer";
        /// The car, whoever has it.
        Vehicle = "vehicle", "Vehicle";
        /// One subscription.
        Subscription = "subscription", "Subscription";
    }
}

/// What a hold blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Blocks {
    /// The car may not be driven.
    pub driving: bool,
    /// Nothing may be decided about the subscription. What merely happened (a payment, a return) is still recorded.
    pub changes: bool,
    /// No money is collected.
    pub billing: bool,
}

impl Blocks {
    /// Whether it blocks nothing at all.
    pub const fn is_nothing(self) -> bool {
        !self.driving && !self.changes && !self.billing
    }

    /// As people read it: "driving and billing".
    pub fn words(self) -> String {
        let names = [(self.driving, "driving"), (self.changes, "changes"), (self.billing, "billing")];
        let names: Vec<&str> = names.into_iter().filter_map(|(is_blocked, name)| is_blocked.then_some(name)).collect();
        match names.as_slice() {
            [] => "nothing".to_owned(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }
}

/// One open hold that reaches a subscription. Its reason is kept with the change that placed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hold {
    /// Which one.
    pub id: HoldId,
    /// Why it is there.
    pub kind: HoldKind,
    /// What it is on.
    pub scope: HoldScope,
    /// What it blocks.
    pub blocks: Blocks,
    /// The civil day on which it was placed.
    pub since: Date,
    /// When somebody looks at it again.
    pub review_on: Option<Date>,
}

/// All open holds that reach a subscription: its own, its customer's and its car's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds(Vec<Hold>);

impl Holds {
    /// Every open hold, in the order of their ids, which is the order in which they were placed.
    pub fn iter(&self) -> impl Iterator<Item = &Hold> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hold with an id.
    pub fn find(&self, id: HoldId) -> Option<&Hold> {
        self.0.iter().find(|hold| hold.id == id)
    }

    /// These and one more. A hold that is there already is not counted twice.
    #[must_use]
    pub fn with(&self, hold: Hold) -> Self {
        let mut holds = self.without(hold.id);
        let at = holds.0.partition_point(|other| other.id < hold.id);
        holds.0.insert(at, hold);
        holds
    }

    /// These but one.
    #[must_use]
    pub fn without(&self, id: HoldId) -> Self {
        Self(self.0.iter().copied().filter(|hold| hold.id != id).collect())
    }

    /// These but those of a scope.
    #[must_use]
    pub fn outside(&self, scope: HoldScope) -> Self {
        Self(self.0.iter().copied().filter(|hold| hold.scope != scope).collect())
    }

    /// The first hold that blocks driving.
    pub fn blocking_driving(&self) -> Option<&Hold> {
        self.0.iter().find(|hold| hold.blocks.driving)
    }

    /// The first hold that blocks changes.
    pub fn blocking_changes(&self) -> Option<&Hold> {
        self.0.iter().find(|hold| hold.blocks.changes)
    }

    /// The first hold that blocks billing.
    pub fn blocking_billing(&self) -> Option<&Hold> {
        self.0.iter().find(|hold| hold.blocks.billing)
    }

    /// How many holds block driving, changes and billing, as the lists' columns hold it.
    pub fn counts(&self) -> (i64, i64, i64) {
        self.0.iter().fold((0, 0, 0), |(driving, changes, billing), Hold { blocks, .. }| {
            (
                driving + i64::from(blocks.driving),
                changes + i64::from(blocks.changes),
                billing + i64::from(blocks.billing),
            )
        })
    }
}

impl FromIterator<Hold> for Holds {
    fn from_iter<I: IntoIterator<Item = Hold>>(holds: I) -> Self {
        holds.into_iter().fold(Self::default(), |all, hold| all.with(hold))
    }
}
