//! A subscription as a decision sees it.

use jiff::civil::Date;

use super::{Holds, MoneyState, Pause, State};
use crate::{
    civil::AnchorDay,
    ids::{SubscriptionId, VehicleId},
    plans::Terms,
    texts::ZoneName,
};

/// Everything about a subscription that its rules look at, as it is at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which one.
    pub id: SubscriptionId,
    /// The version that was read, and that a change is made to.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// Where its money stands.
    pub money_state: MoneyState,
    /// The zone whose civil days count.
    pub zone: ZoneName,
    /// The terms it was signed with.
    pub terms: Terms,
    /// The day of the month on which its periods begin; set with the draft, and never changed by what happens.
    pub anchor_day: AnchorDay,
    /// First day of service: planned until the hand-over, then as it was.
    pub service_from: Option<Date>,
    /// The day on which the car is due back, or came back: the first without service.
    pub service_until: Option<Date>,
    /// First day that is billed.
    pub billing_from: Option<Date>,
    /// First day that is not billed any more.
    pub billing_until: Option<Date>,
    /// The pause that is planned or running.
    pub pause: Option<Pause>,
    /// Pauses that are over, in their order. Those called off, and those that ended on the day they began, are not
    /// among them.
    pub past_pauses: Vec<Pause>,
    /// Open holds on it, its customer and its car.
    pub holds: Holds,
    /// Its car.
    pub vehicle: Option<VehicleId>,
}

/// What a stored subscription contradicts itself in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A date that the state needs is missing.
    #[error("a date that the state needs is missing")]
    DateMissing,
    /// A timeline ends before it begins.
    #[error("a timeline ends before it begins")]
    Reversed,
    /// A pause is open in a state that has none, or is missing in one that is paused.
    #[error("the open pause and the state don't fit")]
    PauseAndState,
    /// Pauses overlap, or reach beyond the service.
    #[error("pauses overlap or reach beyond the service")]
    Pauses,
    /// There is no car where there must be one.
    #[error("there is no car")]
    CarMissing,
}

impl Subscription {
    /// A new draft.
    pub fn draft(id: SubscriptionId, zone: ZoneName, terms: Terms, anchor_day: AnchorDay) -> Self {
        Self {
            id,
            version: 1,
            state: State::Draft,
            money_state: MoneyState::Current,
            zone,
            terms,
            anchor_day,
            service_from: None,
            service_until: None,
            billing_from: None,
            billing_until: None,
            pause: None,
            past_pauses: Vec::new(),
            holds: Holds::default(),
            vehicle: None,
        }
    }

    /// Whether the customer may drive: active or ending, with no open hold that blocks it.
    pub fn is_drivable(&self) -> bool {
        self.state.allows_driving() && self.holds.blocking_driving().is_none()
    }

    /// Whether money may be collected.
    pub fn is_collectable(&self) -> bool {
        self.holds.blocking_billing().is_none()
    }

    /// The pause that is planned and has not begun.
    pub fn planned_pause(&self) -> Option<Pause> {
        self.pause.filter(|_| self.state == State::Active)
    }

    /// Says in what a subscription contradicts itself. Decisions keep it sound; a store that was tampered with may not.
    pub fn check(&self) -> Result<(), Broken> {
        let is_ended = matches!(self.state, State::Ending | State::ReturnDue | State::Returned | State::Closed);
        if (self.state.is_after_hand_over() && (self.service_from.is_none() || self.billing_from.is_none()))
            || (is_ended && (self.service_until.is_none() || self.billing_until.is_none()))
        {
            return Err(Broken::DateMissing);
        }
        if self.state.is_after_hand_over() && self.vehicle.is_none() {
            return Err(Broken::CarMissing);
        }
        let is_reversed =
            |from: Option<Date>, until: Option<Date>| from.zip(until).is_some_and(|(from, until)| until < from);
        if is_reversed(self.service_from, self.service_until) || is_reversed(self.billing_from, self.billing_until) {
            return Err(Broken::Reversed);
        }
        let pause_fits = match self.state {
            State::Paused => self.pause.is_some(),
            State::Active => true,
            _ => self.pause.is_none(),
        };
        if !pause_fits {
            return Err(Broken::PauseAndState);
        }
        self.check_pauses()
    }

    fn check_pauses(&self) -> Result<(), Broken> {
        let mut free_from = self.service_from;
        for pause in self.past_pauses.iter().chain(&self.pause) {
            if free_from.is_none_or(|free_from| pause.service.from() < free_from) {
                return Err(Broken::Pauses);
            }
            free_from = Some(pause.service.until());
        }
        let is_beyond = self.service_until.zip(free_from).is_some_and(|(until, last)| until < last);
        if is_beyond { Err(Broken::Pauses) } else { Ok(()) }
    }
}
