//! What an event makes of a subscription. Never fails and never decides: that was done before.

use super::{Event, HoldScope, State, Subscription};

impl Subscription {
    /// The subscription after an event. The version stays the one that was read; the store counts it up.
    #[must_use]
    pub fn apply(&self, event: &Event) -> Self {
        let mut after = self.clone();
        match *event {
            Event::Submitted => after.state = State::Requested,
            Event::Approved { starts_on } => {
                after.state = State::Approved;
                after.service_from = Some(starts_on);
                after.billing_from = Some(starts_on);
            }
            Event::Declined => after.state = State::Declined,
            Event::Signed => after.state = State::AwaitingPayment,
            Event::Paid => after.state = State::Scheduled,
            Event::HandedOver { on, .. } => {
                after.state = State::Active;
                after.service_from = Some(on);
                after.billing_from = Some(on);
            }
            Event::PausePlanned { pause } => after.pause = Some(pause),
            Event::Paused { pause } | Event::ResumePlanned { pause } => {
                after.state = State::Paused;
                after.pause = Some(pause);
            }
            Event::Resumed { pause } => {
                after.state = State::Active;
                after.pause = None;
                // Resumed on the day it began: there was no pause.
                if !pause.service.is_empty() {
                    after.past_pauses.push(pause);
                }
            }
            Event::PauseCalledOff { .. } => after.pause = None,
            Event::Swapped { to, .. } => {
                after.vehicle = Some(to);
                // What holds the car stays with the car.
                after.holds = after.holds.outside(HoldScope::Vehicle);
            }
            Event::NoticeGiven { ends_on, .. } => {
                after.state = State::Ending;
                after.service_until = Some(ends_on);
                after.billing_until = Some(ends_on);
            }
            Event::NoticeWithdrawn => {
                after.state = State::Active;
                after.service_until = None;
                after.billing_until = None;
            }
            Event::ReturnFellDue => after.state = State::ReturnDue,
            Event::Returned { on, .. } => {
                after.state = State::Returned;
                after.service_until = Some(on);
                // Who brings the car back early has agreed to pay until the end; who is late pays for the days.
                after.billing_until = after.billing_until.max(Some(on));
            }
            Event::Closed => after.state = State::Closed,
            Event::Cancelled { .. } => after.state = State::Cancelled,
            Event::Expired => after.state = State::Expired,
            Event::HoldPlaced { hold } => after.holds = after.holds.with(hold),
            Event::HoldReleased { hold } => after.holds = after.holds.without(hold.id),
        }
        after
    }

    /// The subscription after several events.
    #[must_use]
    pub fn apply_all(&self, events: &[Event]) -> Self {
        events.iter().fold(self.clone(), |subscription, event| subscription.apply(event))
    }
}
