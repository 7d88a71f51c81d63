//! Another car in the same subscription.

use super::Decision;
use crate::{
    ids::VehicleId,
    subscription::{Event, HoldScope, Refusal, State},
};

impl Decision<'_> {
    /// A hold on the car that comes back is often the very reason for the swap; any other that blocks driving or changes
    /// stops it.
    pub(super) fn swap(&self, to: VehicleId, back_km: i64, out_km: i64) -> Result<Event, Refusal> {
        self.allow_in(&[State::Active, State::Ending], "A car is swapped while the customer may drive.")?;
        if self.subscription.vehicle == Some(to) {
            return Err(Refusal::SwapSameCar);
        }
        let others = self.subscription.holds.outside(HoldScope::Vehicle);
        if let Some(hold) = others.blocking_changes() {
            return Err(Refusal::ChangesHeld { kind: hold.kind });
        }
        if let Some(hold) = others.blocking_driving() {
            return Err(Refusal::DrivingHeld { kind: hold.kind });
        }
        let next = self.context.next_car.as_ref().filter(|car| car.is_free).ok_or(Refusal::SwapCarNotFree)?;
        let least = self.context.car.as_ref().map_or(0, |car| car.odometer_km);
        if back_km < least {
            return Err(Refusal::SwapBackTooLow { least });
        }
        if out_km < next.odometer_km {
            return Err(Refusal::SwapOutTooLow { least: next.odometer_km });
        }
        Ok(Event::Swapped { to, back_km, out_km })
    }
}
