//! Placing and releasing holds.

use super::Decision;
use crate::{
    ids::HoldId,
    subscription::{Event, Hold, HoldKind, HoldScope, Refusal, State},
};

impl Decision<'_> {
    pub(super) fn place_hold(&self, hold: Hold) -> Result<Event, Refusal> {
        self.allow_while_open()?;
        if hold.blocks.is_nothing() {
            return Err(Refusal::HoldBlocksNothing);
        }
        if hold.review_on.is_some_and(|review| review < self.today()) {
            return Err(Refusal::HoldReviewInPast);
        }
        if hold.scope == HoldScope::Vehicle && self.subscription.vehicle.is_none() {
            return Err(Refusal::NoCar);
        }
        if self.subscription.holds.find(hold.id).is_some() {
            return Err(Refusal::HoldAlreadyOpen);
        }
        Ok(Event::HoldPlaced { hold })
    }

    /// The kind that the command names was what the permission was checked for, so it must be the hold's own.
    pub(super) fn release_hold(&self, id: HoldId, kind: HoldKind) -> Result<Event, Refusal> {
        let hold = self.subscription.holds.find(id).filter(|hold| hold.kind == kind).ok_or(Refusal::HoldNotOpen)?;
        Ok(Event::HoldReleased { hold: *hold })
    }

    fn allow_while_open(&self) -> Result<(), Refusal> {
        let open: Vec<State> = State::ALL.iter().copied().filter(|state| state.is_open()).collect();
        self.allow_in(&open, "A hold is placed on a subscription that is open.")
    }
}
