//! What happened to a subscription: the outcome of a decision.

use jiff::civil::Date;

use super::{Hold, Pause, Tone};
use crate::{civil::words, fleet::VehicleState, ids::VehicleId, money::Money};

/// One thing that happened. Applying it needs nothing but itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Approval was asked for.
    Submitted,
    /// Granted; the car is reserved.
    Approved {
        /// Planned first day of service.
        starts_on: Date,
    },
    /// Refused.
    Declined,
    /// Signed.
    Signed,
    /// Paid.
    Paid,
    /// The customer has the car.
    HandedOver {
        /// First day of service and billing.
        on: Date,
        /// Odometer in kilometres.
        odometer_km: i64,
    },
    /// A pause is planned for a later day.
    PausePlanned {
        /// The pause.
        pause: Pause,
    },
    /// A pause has begun, planned before or not.
    Paused {
        /// The pause.
        pause: Pause,
    },
    /// The running pause ends on another day than planned.
    ResumePlanned {
        /// The pause as it is now.
        pause: Pause,
    },
    /// Service goes on.
    Resumed {
        /// The pause as it was; without a day when it ended on the day it began, and then it never was one.
        pause: Pause,
    },
    /// A planned pause was dropped.
    PauseCalledOff {
        /// The pause that will not be.
        pause: Pause,
    },
    /// The customer has another car.
    Swapped {
        /// The car they have now.
        to: VehicleId,
        /// Odometer of the car that came back, in kilometres.
        back_km: i64,
        /// Odometer of the car that went out, in kilometres.
        out_km: i64,
    },
    /// The end is set.
    NoticeGiven {
        /// The day on which the car is due back.
        ends_on: Date,
        /// What ending before the minimum term, or without the days of notice, costs.
        early_end_fee: Option<Money>,
    },
    /// The end was dropped.
    NoticeWithdrawn,
    /// The end has come, and the car is not back.
    ReturnFellDue,
    /// The car is back.
    Returned {
        /// Last day of the customer’s.
        on: Date,
        /// Odometer in kilometres.
        odometer_km: i64,
    },
    /// Settled.
    Closed,
    /// Called off before the hand-over.
    Cancelled {
        /// What it costs.
        fee: Option<Money>,
        /// Whether a car was reserved for it.
        frees_car: bool,
    },
    /// Not paid in time.
    Expired,
    /// A hold was placed.
    HoldPlaced {
        /// The hold.
        hold: Hold,
    },
    /// A hold was released.
    HoldReleased {
        /// The hold.
        hold: Hold,
    },
}

impl Event {
    /// The stable name, for the audit log and the timeline.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Submitted => "subscription.submitted",
            Self::Approved { .. } => "subscription.approved",
            Self::Declined => "subscription.declined",
            Self::Signed => "subscription.signed",
            Self::Paid => "subscription.paid",
            Self::HandedOver { .. } => "subscription.handed_over",
            Self::PausePlanned { .. } => "subscription.pause_planned",
            Self::Paused { .. } => "subscription.paused",
            Self::ResumePlanned { .. } => "subscription.resume_planned",
            Self::Resumed { .. } => "subscription.resumed",
            Self::PauseCalledOff { .. } => "subscription.pause_called_off",
            Self::Swapped { .. } => "subscription.swapped",
            Self::NoticeGiven { .. } => "subscription.notice_given",
            Self::NoticeWithdrawn => "subscription.notice_withdrawn",
            Self::ReturnFellDue => "subscription.return_fell_due",
            Self::Returned { .. } => "subscription.returned",
            Self::Closed => "subscription.closed",
            Self::Cancelled { .. } => "subscription.cancelled",
            Self::Expired => "subscription.expired",
            Self::HoldPlaced { .. } => "subscription.hold_placed",
            Self::HoldReleased { .. } => "subscription.hold_released",
        }
    }

    /// What happened, and when, in words. A later day is told as the future it is.
    pub fn summary(&self) -> String {
        match self {
            Self::Submitted => "Submitted for approval".to_owned(),
            Self::Approved { starts_on } => format!("Approved; will start on {}", words(*starts_on)),
            Self::Declined => "Declined".to_owned(),
            Self::Signed => "Signed; payment is awaited".to_owned(),
            Self::Paid => "Paid; the hand-over can take place".to_owned(),
            Self::HandedOver { on, odometer_km } => format!("Handed over on {} at {odometer_km} km", words(*on)),
            Self::PausePlanned { pause } => {
                format!("Will pause on {} and resume on {}", words(pause.service.from()), words(pause.service.until()))
            }
            Self::Paused { pause } => format!("Paused; will resume on {}", words(pause.service.until())),
            Self::ResumePlanned { pause } => format!("Will resume on {}", words(pause.service.until())),
            Self::Resumed { pause } => format!("Resumed on {}", words(pause.service.until())),
            Self::PauseCalledOff { pause } => format!("Called off the pause from {}", words(pause.service.from())),
            Self::Swapped { back_km, out_km, .. } => {
                format!("Swapped the car: one came back at {back_km} km, the other went out at {out_km} km")
            }
            Self::NoticeGiven { ends_on, early_end_fee: None } => {
                format!("Notice given; will end on {}", words(*ends_on))
            }
            Self::NoticeGiven { ends_on, early_end_fee: Some(fee) } => {
                format!("Notice given; will end early on {} for a fee of {fee}", words(*ends_on))
            }
            Self::NoticeWithdrawn => "Notice withdrawn; goes on without an end".to_owned(),
            Self::ReturnFellDue => "Ended; the car is due back".to_owned(),
            Self::Returned { on, odometer_km } => format!("Returned on {} at {odometer_km} km", words(*on)),
            Self::Closed => "Closed".to_owned(),
            Self::Cancelled { fee: None, .. } => "Cancelled before the hand-over".to_owned(),
            Self::Cancelled { fee: Some(fee), .. } => format!("Cancelled before the hand-over for a fee of {fee}"),
            Self::Expired => "Expired unpaid".to_owned(),
            Self::HoldPlaced { hold } => {
                format!("{} hold placed; blocks {}", hold.kind.label(), hold.blocks.words())
            }
            Self::HoldReleased { hold } => format!("{} hold released", hold.kind.label()),
        }
    }

    /// The state that the car it had until then gets by it, if any. A car that met with an accident or was stolen meanwhile keeps that.
    pub const fn vehicle_state(&self) -> Option<VehicleState> {
        match self {
            Self::Approved { .. } => Some(VehicleState::Reserved),
            Self::Paid => Some(VehicleState::Allocated),
            Self::HandedOver { .. } => Some(VehicleState::OnSubscription),
            Self::Returned { .. } | Self::Swapped { .. } => Some(VehicleState::Inspection),
            Self::Cancelled { frees_car: true, .. } | Self::Expired => Some(VehicleState::Available),
            _ => None,
        }
    }

    /// How a timeline shows it.
    pub const fn tone(&self) -> Tone {
        match self {
            Self::HandedOver { .. } | Self::Resumed { .. } | Self::Paid | Self::HoldReleased { .. } => Tone::Ok,
            Self::Submitted
            | Self::Approved { .. }
            | Self::Signed
            | Self::PausePlanned { .. }
            | Self::Paused { .. }
            | Self::ResumePlanned { .. }
            | Self::PauseCalledOff { .. }
            | Self::Swapped { .. }
            | Self::NoticeWithdrawn
            | Self::Returned { .. } => Tone::Notice,
            Self::NoticeGiven { .. } | Self::HoldPlaced { .. } => Tone::Warn,
            Self::ReturnFellDue => Tone::Danger,
            Self::Declined | Self::Closed | Self::Cancelled { .. } | Self::Expired => Tone::Neutral,
        }
    }
}
