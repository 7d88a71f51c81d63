//! The states of a subscription: where it stands commercially, and where its money stands.

use super::Tone;

crate::text_enum! {
    /// Where a subscription stands in its life.
    pub enum State {
        /// Being written.
        Draft = "draft", "Draft";
        /// Asked for; the car is still on offer.
        Requested = "requested", "Requested";
        /// Granted; the car is reserved.
        Approved = "approved", "Approved";
        /// Signed; the first payment is expected.
        AwaitingPayment = "awaiting_payment", "Awaiting payment";
        /// Paid; the hand-over is planned.
        Scheduled = "scheduled", "Scheduled";
        /// The customer has the car.
        Active = "active", "Active";
        /// Service rests until a date that is known.
        Paused = "paused", "Paused";
        /// The customer has the car, and the end is set.
        Ending = "ending", "Ending";
        /// The end has come, and the car is not back.
        ReturnDue = "return_due", "Return due";
        /// The car is back; the settlement is open.
        Returned = "returned", "Returned";
        /// Settled.
        Closed = "closed", "Closed";
        /// Refused before there was a car.
        Declined = "declined", "Declined";
        /// Not paid in time.
        Expired = "expired", "Expired";
        /// Called off before the hand-over.
        Cancelled = "cancelled", "Cancelled";
    }
}

impl State {
    /// Whether nothing follows any more. Late charges may still reach a closed subscription.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Closed | Self::Declined | Self::Expired | Self::Cancelled)
    }

    /// Whether something is still to happen.
    pub const fn is_open(self) -> bool {
        !self.is_terminal()
    }

    /// Whether there has been no hand-over yet, and there can still be one.
    pub const fn is_before_hand_over(self) -> bool {
        matches!(self, Self::Draft | Self::Requested | Self::Approved | Self::AwaitingPayment | Self::Scheduled)
    }

    /// Whether the customer has the car.
    pub const fn is_car_out(self) -> bool {
        matches!(self, Self::Active | Self::Paused | Self::Ending | Self::ReturnDue)
    }

    /// Whether the car is taken off offer for it, or out with the customer.
    pub const fn is_car_bound(self) -> bool {
        matches!(self, Self::Approved | Self::AwaitingPayment | Self::Scheduled) || self.is_car_out()
    }

    /// Whether the car was handed over at some time.
    pub const fn is_after_hand_over(self) -> bool {
        self.is_car_out() || matches!(self, Self::Returned | Self::Closed)
    }

    /// Whether a car may be driven in this state, as far as the state alone says.
    pub const fn allows_driving(self) -> bool {
        matches!(self, Self::Active | Self::Ending)
    }

    /// How a badge shows it.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Active => Tone::Ok,
            Self::Requested | Self::Approved | Self::Scheduled | Self::Paused | Self::Returned => Tone::Notice,
            Self::AwaitingPayment | Self::Ending => Tone::Warn,
            Self::ReturnDue => Tone::Danger,
            Self::Draft | Self::Closed | Self::Declined | Self::Expired | Self::Cancelled => Tone::Neutral,
        }
    }
}

crate::text_enum! {
    /// Where the money of a subscription stands, beside its state.
    pub enum MoneyState {
        /// Everything due is paid.
        Current = "current", "Current";
        /// An invoice is overdue.
        PastDue = "past_due", "Past due";
        /// Reminders are going out.
        Dunning = "dunning", "Dunning";
        /// Reminders have run out.
        Unpaid = "unpaid", "Unpaid";
        /// Given up.
        WrittenOff = "written_off", "Written off";
    }
}

impl MoneyState {
    /// Whether nothing is owed that should have been paid.
    pub const fn is_current(self) -> bool {
        matches!(self, Self::Current)
    }

    /// How a badge shows it.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Current => Tone::Ok,
            Self::PastDue | Self::Dunning => Tone::Warn,
            Self::Unpaid => Tone::Danger,
            Self::WrittenOff => Tone::Neutral,
        }
    }
}
