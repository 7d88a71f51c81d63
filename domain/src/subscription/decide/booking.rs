//! From the draft to the hand-over.

use jiff::civil::Date;

use super::Decision;
use crate::{
    customers::CustomerStatus,
    plans::PlanStatus,
    subscription::{Event, Refusal, State},
};

impl Decision<'_> {
    pub(super) fn submit(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Draft], "Only a draft can be submitted.")?;
        self.allow_customer()?;
        if self.context.plan != PlanStatus::Published {
            return Err(Refusal::PlanNotPublished);
        }
        Ok(Event::Submitted)
    }

    pub(super) fn approve(&self, starts_on: Date) -> Result<Event, Refusal> {
        self.allow_in(&[State::Requested], "Only a request can be approved.")?;
        self.allow_customer()?;
        if starts_on < self.today() {
            return Err(Refusal::StartInPast);
        }
        if self.subscription.vehicle.is_none() {
            return Err(Refusal::NoCar);
        }
        if !self.is_car_free() {
            return Err(Refusal::CarNotFree);
        }
        Ok(Event::Approved { starts_on })
    }

    pub(super) fn decline(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Requested], "Only a request can be declined.")?;
        Ok(Event::Declined)
    }

    pub(super) fn record_signature(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Approved], "Only an approved subscription can be signed.")?;
        Ok(Event::Signed)
    }

    pub(super) fn record_payment(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::AwaitingPayment], "A first payment is recorded once the terms are signed.")?;
        Ok(Event::Paid)
    }

    pub(super) fn hand_over(&self, on: Date, odometer_km: i64) -> Result<Event, Refusal> {
        self.allow_in(&[State::Scheduled], "A car is handed over once the first payment is in.")?;
        if self.subscription.vehicle.is_none() {
            return Err(Refusal::NoCar);
        }
        self.allow_driving()?;
        if on > self.today() {
            return Err(Refusal::HandOverInFuture);
        }
        self.allow_reading(odometer_km)?;
        Ok(Event::HandedOver { on, odometer_km })
    }

    /// A fee is owed only once the terms that name it are signed.
    pub(super) fn cancel(&self) -> Result<Event, Refusal> {
        let before_hand_over =
            [State::Draft, State::Requested, State::Approved, State::AwaitingPayment, State::Scheduled];
        self.allow_in(&before_hand_over, "A subscription is cancelled before the hand-over; after it, give notice.")?;
        let state = self.subscription.state;
        let is_signed = matches!(state, State::AwaitingPayment | State::Scheduled);
        let fee = self.subscription.terms.cancel_fee;
        Ok(Event::Cancelled { fee: (is_signed && fee.minor() > 0).then_some(fee), frees_car: state.is_car_bound() })
    }

    pub(super) fn expire(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::AwaitingPayment], "Only an offer that awaits payment can expire.")?;
        Ok(Event::Expired)
    }

    fn allow_customer(&self) -> Result<(), Refusal> {
        match self.context.customer {
            CustomerStatus::Prospect | CustomerStatus::Active => Ok(()),
            CustomerStatus::Blocked | CustomerStatus::Closed => Err(Refusal::CustomerNotServed),
        }
    }
}
