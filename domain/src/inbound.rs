//! Messages in from partners: where one stands, why one is turned away, and how news of payments moves where the money
//! of a subscription stands.

use crate::{Timestamp, subscription::MoneyState};

crate::text_enum! {
    /// Where a message stands.
    pub enum MessageState {
        /// It waits for its time, or for an earlier one about the same record.
        Ready = "ready", "Waiting";
        /// A worker has it.
        Running = "running", "Being worked off";
        /// What it says was done.
        Done = "done", "Done";
        /// It can't be worked off, and somebody has to decide.
        Parked = "parked", "Parked";
        /// Nothing is done about it.
        Ignored = "ignored", "Not used";
    }
}

crate::text_enum! {
    /// Why a message is turned away at the door.
    pub enum Refusal {
        /// A header of its signature is missing, or is there twice.
        Unsigned = "unsigned", "Not signed";
        /// No secret of ours makes this signature.
        WrongSignature = "wrong_signature", "Wrong signature";
        /// It was signed too long ago, or in the future.
        OutOfTime = "out_of_time", "Too old, or from the future";
        /// We have no secret to check it by.
        NoSecret = "no_secret", "No secret set";
        /// It is larger than we take.
        TooLarge = "too_large", "Too large";
        /// It is not a JSON object.
        Malformed = "malformed", "Not well-formed";
        /// It has no id of its own.
        Unnamed = "unnamed", "Without an id";
        /// Its partner is suspended.
        Suspended = "suspended", "Partner suspended";
    }
}

impl Refusal {
    /// Stable, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "inbound.unsigned",
            Self::WrongSignature => "inbound.wrong_signature",
            Self::OutOfTime => "inbound.out_of_time",
            Self::NoSecret => "inbound.no_secret",
            Self::TooLarge => "inbound.too_large",
            Self::Malformed => "inbound.malformed",
            Self::Unnamed => "inbound.unnamed",
            Self::Suspended => "inbound.suspended",
        }
    }

    /// What the sender is told.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unsigned => {
                "The message is not signed as agreed: a header of its signature is missing or given twice."
            }
            Self::WrongSignature => {
                "The signature does not fit the message. Sign the bytes of the body as they are sent."
            }
            Self::OutOfTime => "The message was signed more than five minutes ago, or ahead of our clock.",
            Self::NoSecret => "No secret is set to check this message by. Ask whoever looks after the integration.",
            Self::TooLarge => "The message is larger than the 256 kB that are taken.",
            Self::Malformed => "The body must be a JSON object.",
            Self::Unnamed => "The message needs an id of 1 to 200 visible characters, so that a repeat can be told.",
            Self::Suspended => "Nothing is taken from this partner at the moment.",
        }
    }
}

/// How far the time of a signature may be from ours, in milliseconds.
pub const TOLERANCE: i64 = 5 * Timestamp::MINUTE;
/// A message that failed so often is parked.
pub const MOST_ATTEMPTS: i64 = 5;
/// How long after each failed attempt the next one is made; milliseconds.
const WAITS: [i64; 4] = [10 * Timestamp::SECOND, Timestamp::MINUTE, 10 * Timestamp::MINUTE, Timestamp::HOUR];

/// How long after the attempt with this number (the first is 1) the next one is made, in milliseconds; nothing when that
/// was the last.
pub fn retry_after(attempts: i64) -> Option<i64> {
    WAITS.get(usize::try_from(attempts).ok()?.checked_sub(1)?).copied()
}

crate::text_enum! {
    /// What a payments partner tells of a subscription's money.
    pub enum MoneyEvent {
        /// A payment came in.
        PaymentSucceeded = "payment.succeeded", "Payment received";
        /// An invoice is paid in full.
        InvoicePaid = "invoice.paid", "Invoice paid";
        /// A payment could not be collected.
        PaymentFailed = "payment.failed", "Payment failed";
        /// A reminder went out.
        Dunning = "payment.dunning", "Reminder sent";
        /// The customer's bank took a payment back.
        ChargedBack = "payment.charged_back", "Payment charged back";
    }
}

impl MoneyEvent {
    /// Whether money came in.
    pub const fn is_payment(self) -> bool {
        matches!(self, Self::PaymentSucceeded | Self::InvoicePaid)
    }

    /// Where the money stands afterwards. Money that comes in settles; bad news never makes it better than it was.
    pub fn moves(self, before: MoneyState) -> MoneyState {
        match self {
            Self::PaymentSucceeded | Self::InvoicePaid => MoneyState::Current,
            Self::PaymentFailed => before.max(MoneyState::PastDue),
            Self::Dunning => before.max(MoneyState::Dunning),
            Self::ChargedBack => before.max(MoneyState::Unpaid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_five_times_with_growing_waits() {
        let waits: Vec<i64> = (1..).map_while(retry_after).collect();
        assert_eq!(i64::try_from(waits.len()), Ok(MOST_ATTEMPTS - 1));
        assert!(waits.is_sorted());
        assert_eq!(retry_after(0), None);
    }

    #[test]
    fn bad_news_never_makes_the_money_better_and_a_payment_settles() {
        for before in MoneyState::ALL.iter().copied() {
            for event in MoneyEvent::ALL.iter().copied() {
                let after = event.moves(before);
                assert!(if event.is_payment() { after.is_current() } else { after >= before && !after.is_current() });
            }
        }
        assert_eq!(MoneyEvent::PaymentFailed.moves(MoneyState::Current), MoneyState::PastDue);
        assert_eq!(MoneyEvent::PaymentFailed.moves(MoneyState::Dunning), MoneyState::Dunning);
        assert_eq!(MoneyEvent::ChargedBack.moves(MoneyState::WrittenOff), MoneyState::WrittenOff);
    }
}
