//! What somebody, or the clock, wants to be done.

use jiff::civil::Date;

use super::{Hold, HoldKind};
use crate::{
    ids::{HoldId, VehicleId},
    permissions::Permission,
};

/// One thing to be done to a subscription. The reason for it is kept by whoever carries it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask for approval.
    Submit,
    /// Grant it, and reserve the car.
    Approve {
        /// Planned first day of service.
        starts_on: Date,
    },
    /// Refuse it.
    Decline,
    /// The customer has signed.
    RecordSignature,
    /// The customer has paid what is due at the start.
    RecordPayment,
    /// The customer has got the car.
    HandOver {
        /// On which day.
        on: Date,
        /// Odometer in kilometres.
        odometer_km: i64,
    },
    /// Let service rest.
    Pause {
        /// First day without service.
        from: Date,
        /// Day of the resumption.
        until: Date,
    },
    /// The day of a planned pause has come (system).
    BeginPause,
    /// End the pause on a day: today, or a later one, which replaces the planned day.
    Resume {
        /// Day of the resumption.
        on: Date,
    },
    /// Drop a planned pause.
    CallOffPause,
    /// The customer has got another car for the one they had, today.
    Swap {
        /// The car they have now.
        to: VehicleId,
        /// Odometer of the car that came back, in kilometres.
        back_km: i64,
        /// Odometer of the car that went out, in kilometres.
        out_km: i64,
    },
    /// Set the end.
    GiveNotice {
        /// The day on which the car is due back; the first that is not billed.
        ends_on: Date,
    },
    /// Drop the end.
    WithdrawNotice,
    /// The day of the end has come, and the car is not back (system).
    BeginReturn,
    /// The car is back.
    Return {
        /// On which day.
        on: Date,
        /// Odometer in kilometres.
        odometer_km: i64,
    },
    /// Everything is settled.
    Close,
    /// Call it off before the hand-over.
    Cancel,
    /// It was not paid in time (system).
    Expire,
    /// Place a hold.
    PlaceHold {
        /// The hold, with the id it will have.
        hold: Hold,
    },
    /// Release a hold.
    ReleaseHold {
        /// Which one.
        id: HoldId,
        /// Its kind, which says who may.
        kind: HoldKind,
    },
}

impl Command {
    /// What somebody must hold to give it. The system's own commands name what a person would need to step in.
    pub const fn required_permission(self) -> Permission {
        match self {
            Self::Submit => Permission::SubscriptionsWrite,
            Self::Approve { .. } | Self::Decline => Permission::SubscriptionsApprove,
            Self::RecordSignature | Self::RecordPayment | Self::Close | Self::Expire => Permission::SubscriptionsSettle,
            Self::HandOver { .. } | Self::Swap { .. } | Self::Return { .. } | Self::BeginReturn => {
                Permission::SubscriptionsHandOver
            }
            Self::Pause { .. } | Self::BeginPause | Self::Resume { .. } | Self::CallOffPause => {
                Permission::SubscriptionsPause
            }
            Self::GiveNotice { .. } | Self::WithdrawNotice | Self::Cancel => Permission::SubscriptionsEnd,
            Self::PlaceHold { hold } => hold.kind.permission(),
            Self::ReleaseHold { kind, .. } => kind.permission(),
        }
    }

    /// A short stable name, for addresses and for the preview's canonical text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve { .. } => "approve",
            Self::Decline => "decline",
            Self::RecordSignature => "record_signature",
            Self::RecordPayment => "record_payment",
            Self::HandOver { .. } => "hand_over",
            Self::Pause { .. } => "pause",
            Self::BeginPause => "begin_pause",
            Self::Resume { .. } => "resume",
            Self::CallOffPause => "call_off_pause",
            Self::Swap { .. } => "swap",
            Self::GiveNotice { .. } => "give_notice",
            Self::WithdrawNotice => "withdraw_notice",
            Self::BeginReturn => "begin_return",
            Self::Return { .. } => "return",
            Self::Close => "close",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::PlaceHold { .. } => "place_hold",
            Self::ReleaseHold { .. } => "release_hold",
        }
    }

    /// What a button says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submit => "Submit for approval",
            Self::Approve { .. } => "Approve",
            Self::Decline => "Decline",
            Self::RecordSignature => "Record signature",
            Self::RecordPayment => "Record payment",
            Self::HandOver { .. } => "Hand over",
            Self::Pause { .. } => "Pause subscription",
            Self::BeginPause => "Begin the planned pause",
            Self::Resume { .. } => "Resume subscription",
            Self::CallOffPause => "Call off the pause",
            Self::Swap { .. } => "Swap the car",
            Self::GiveNotice { .. } => "Give notice",
            Self::WithdrawNotice => "Withdraw notice",
            Self::BeginReturn => "Mark as due back",
            Self::Return { .. } => "Record return",
            Self::Close => "Close subscription",
            Self::Cancel => "Cancel subscription",
            Self::Expire => "Let it expire",
            Self::PlaceHold { .. } => "Place hold",
            Self::ReleaseHold { .. } => "Release hold",
        }
    }

    /// Whether only the clock gives it.
    pub const fn is_system(self) -> bool {
        matches!(self, Self::BeginPause | Self::BeginReturn | Self::Expire)
    }

    /// Whether it decides something, and so is stopped by a hold on changes. What only records a fact is not.
    pub const fn is_change(self) -> bool {
        match self {
            Self::Submit
            | Self::Approve { .. }
            | Self::Pause { .. }
            | Self::BeginPause
            | Self::Resume { .. }
            | Self::CallOffPause
            | Self::GiveNotice { .. }
            | Self::WithdrawNotice
            | Self::Close
            | Self::Cancel => true,
            Self::Decline
            | Self::RecordSignature
            | Self::RecordPayment
            | Self::HandOver { .. }
            | Self::Swap { .. }
            | Self::BeginReturn
            | Self::Return { .. }
            | Self::Expire
            | Self::PlaceHold { .. }
            | Self::ReleaseHold { .. } => false,
        }
    }

    /// Every date that somebody typed.
    pub(super) fn dates(self) -> impl Iterator<Item = Date> {
        let (one, other) = match self {
            Self::Approve { starts_on: date }
            | Self::HandOver { on: date, .. }
            | Self::Resume { on: date }
            | Self::GiveNotice { ends_on: date }
            | Self::Return { on: date, .. } => (Some(date), None),
            Self::Pause { from, until } => (Some(from), Some(until)),
            Self::PlaceHold { hold } => (hold.review_on, None),
            _ => (None, None),
        };
        one.into_iter().chain(other)
    }
}
