//! Why a command is not carried out, and what to do instead.

use jiff::civil::Date;

use super::{HoldKind, MoneyState, State};
use crate::{civil::words, money::MoneyError, proration::ProrationError};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$inner:meta])* $field:ident: $kind:ty),+ })? = $code:literal, $sentence:literal $([$($argument:tt)+])?;)+) => {
        /// Why a command is not carried out. Each has a code that programs rely on and a sentence for people.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            $($(#[$doc])* #[error($sentence $(, $($argument)+)?)] $name $({ $($(#[$inner])* $field: $kind),+ })?,)+
        }

        impl Refusal {
            /// Every code there is.
            pub const CODES: &'static [&'static str] = &[$($code,)+];

            /// The stable code.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            /// What is wrong and what to do, in one or two sentences.
            pub fn message(&self) -> String {
                self.to_string()
            }
        }
    };
}

refusals! {
    /// The state does not allow it.
    WrongState {
        /// What would have to be the case.
        rule: &'static str,
        /// What is the case.
        state: State
    } = "subscription.wrong_state", "{rule} This one is: {}." [.state.label().to_lowercase()];

    /// A date outside of what contracts are made for.
    DateOutOfRange = "subscription.date_out_of_range", "This date is too far away. Choose one within fifty years.";

    /// The amounts can't be computed from the terms.
    Amount {
        /// What went wrong.
        cause: MoneyError
    } = "subscription.amount_not_computable",
        "The amounts can’t be computed from these terms: {cause}. Have the version of the plan corrected.";

    /// A hold blocks changes.
    ChangesHeld {
        /// Its kind.
        kind: HoldKind
    } = "subscription.changes_held", "A hold blocks changes ({}). Have it released first." [.kind.label().to_lowercase()];

    /// A hold blocks driving.
    DrivingHeld {
        /// Its kind.
        kind: HoldKind
    } = "subscription.driving_held", "A hold blocks driving ({}). Have it released first." [.kind.label().to_lowercase()];

    /// The customer is blocked or closed.
    CustomerNotServed = "subscription.customer_not_served",
        "This customer is blocked or closed. Change the customer’s status first.";

    /// No car is chosen.
    NoCar = "subscription.no_car", "No car is chosen. Choose a car first.";

    /// The reading is lower than the last one.
    OdometerTooLow {
        /// The last trusted reading.
        least: i64
    } = "subscription.odometer_too_low", "The last reading was {least} km. Check the odometer and enter it again.";

    /// The plan is not on offer.
    PlanNotPublished = "subscription.submit.plan_not_published", "This plan is not on offer. Choose a published plan.";

    /// The car is taken.
    CarNotFree = "subscription.approve.car_not_free",
        "The car is not free for the whole time. Choose another car or another start.";

    /// The start has passed.
    StartInPast = "subscription.approve.start_in_past", "The start has passed. Choose today or a later day.";

    /// A hand-over can't be recorded before it happens.
    HandOverInFuture = "subscription.hand_over.in_future",
        "A hand-over is recorded on its day. Enter today or the day on which it was.";

    /// The terms have no pause.
    PauseNotAllowed = "subscription.pause.not_allowed", "This plan does not allow pausing. Offer an end or another plan.";

    /// Money is owed.
    PausePastDue {
        /// Where the money stands.
        money: MoneyState
    } = "subscription.pause.past_due",
        "Payment is not up to date ({}). Settle what is owed, then pause." [.money.label().to_lowercase()];

    /// The pause would begin in the past.
    PauseInPast = "subscription.pause.in_past", "A pause can’t begin in the past. Choose today or a later day.";

    /// The resumption is not after the beginning.
    PauseReversed = "subscription.pause.resume_not_after", "Service must resume after the pause begins. Choose a later day.";

    /// Longer than the terms allow.
    PauseTooLong {
        /// Days allowed.
        days: i64,
        /// The last possible day of the resumption.
        latest: Date
    } = "subscription.pause.too_long",
        "This plan allows a pause of {days} days. Choose a day of resumption up to {}." [words(*.latest)];

    /// There is a planned pause already.
    PauseAlreadyPlanned {
        /// When it begins.
        from: Date
    } = "subscription.pause.already_planned",
        "A pause is planned from {} already. Call it off before planning another." [words(*.from)];

    /// No pause is planned.
    PauseNotPlanned = "subscription.pause.none_planned", "No pause is planned, so there is none to begin or to call off.";

    /// The pause begins later.
    PauseNotDue {
        /// When it begins.
        from: Date
    } = "subscription.pause.not_due", "The pause begins on {}. Nothing has to be done until then." [words(*.from)];

    /// Money is owed.
    ResumePastDue {
        /// Where the money stands.
        money: MoneyState
    } = "subscription.resume.past_due",
        "Payment is not up to date ({}). Settle what is owed, then resume." [.money.label().to_lowercase()];

    /// The resumption would lie in the past.
    ResumeInPast = "subscription.resume.in_past", "Service can’t resume in the past. Choose today or a later day.";

    /// The resumption is on that day already.
    ResumeUnchanged {
        /// The day.
        on: Date
    } = "subscription.resume.same_date", "It will resume on {} already. Choose another day." [words(*.on)];

    /// It is the car they have.
    SwapSameCar = "subscription.swap.same_car", "The customer has this car already. Choose another one.";

    /// The other car is taken, or not on offer.
    SwapCarNotFree = "subscription.swap.car_not_free",
        "That car is not on offer, is promised to somebody else, or may not be driven. Choose another one.";

    /// The reading of the car that came back is lower than its last one.
    SwapBackTooLow {
        /// The last trusted reading.
        least: i64
    } = "subscription.swap.back_too_low", "The car that came back was at {least} km last. Check its odometer and enter it again.";

    /// The reading of the car that went out is lower than its last one.
    SwapOutTooLow {
        /// The last trusted reading.
        least: i64
    } = "subscription.swap.out_too_low", "The car that went out was at {least} km last. Check its odometer and enter it again.";

    /// The end would lie in the past.
    EndInPast = "subscription.notice.in_past", "The end has passed. Choose today or a later day.";

    /// A pause is planned.
    NoticeWithPause {
        /// When it begins.
        from: Date
    } = "subscription.notice.pause_planned",
        "A pause is planned from {}. Call it off, then give notice." [words(*.from)];

    /// The end has come.
    EndPassed = "subscription.notice.end_passed", "The end has come, so notice can’t be withdrawn. Draft a new subscription.";

    /// The car is promised to somebody else.
    CarPromised = "subscription.notice.car_promised",
        "The car is promised to somebody else after the end. Free it first, or draft a subscription with another car.";

    /// The car is due later.
    ReturnNotDue {
        /// When it is due.
        on: Date
    } = "subscription.return.not_due", "The car is due back on {}. Nothing has to be done until then." [words(*.on)];

    /// A return can't be recorded before it happens.
    ReturnInFuture = "subscription.return.in_future",
        "A return is recorded on its day. Enter today or the day on which it was.";

    /// The return would lie before what happened since.
    ReturnTooEarly {
        /// The first day it can have been.
        earliest: Date
    } = "subscription.return.too_early", "The car was out on that day. Enter {} or a later day." [words(*.earliest)];

    /// A hold that blocks nothing holds nothing.
    HoldBlocksNothing = "hold.blocks_nothing", "Say what the hold blocks: driving, changes or billing.";

    /// The review would lie in the past.
    HoldReviewInPast = "hold.review_in_past", "The review date has passed. Choose today or a later day.";

    /// The hold is there already.
    HoldAlreadyOpen = "hold.already_open", "This hold is placed already.";

    /// The hold is not there.
    HoldNotOpen = "hold.not_open", "This hold is not open any more. Reload the page to see the open ones.";
}

impl Refusal {
    /// The field of the command's form that it is about, by the name the command has for it; `None` when it is about
    /// the whole.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::StartInPast => Some("starts_on"),
            Self::OdometerTooLow { .. } => Some("odometer_km"),
            Self::PauseInPast => Some("from"),
            Self::PauseReversed | Self::PauseTooLong { .. } => Some("until"),
            Self::HandOverInFuture
            | Self::ResumeInPast
            | Self::ResumeUnchanged { .. }
            | Self::ReturnInFuture
            | Self::ReturnTooEarly { .. } => Some("on"),
            Self::SwapSameCar | Self::SwapCarNotFree => Some("to"),
            Self::SwapBackTooLow { .. } => Some("back_km"),
            Self::SwapOutTooLow { .. } => Some("out_km"),
            Self::EndInPast => Some("ends_on"),
            Self::HoldBlocksNothing => Some("blocks"),
            Self::HoldReviewInPast => Some("review_on"),
            _ => None,
        }
    }
}

impl From<MoneyError> for Refusal {
    fn from(cause: MoneyError) -> Self {
        Self::Amount { cause }
    }
}

impl From<ProrationError> for Refusal {
    fn from(error: ProrationError) -> Self {
        match error {
            ProrationError::Money(cause) => Self::Amount { cause },
            ProrationError::EmptyPeriod | ProrationError::OutsidePeriod => Self::DateOutOfRange,
        }
    }
}
