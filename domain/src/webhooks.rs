//! Webhooks: what is sent to partners' endpoints, when it is tried again, and when that ends.

use crate::Timestamp;

crate::text_enum! {
    /// Where the delivery of an event to an endpoint stands.
    pub enum DeliveryState {
        /// It waits for its time.
        Ready = "ready", "Waiting";
        /// A worker has it.
        Running = "running", "On its way";
        /// The endpoint took it.
        Done = "done", "Delivered";
        /// It was tried as often as there is patience for.
        Dead = "dead", "Given up";
    }
}

crate::text_enum! {
    /// How messages are signed (Standard Webhooks).
    pub enum Scheme {
        /// HMAC-SHA-256 by a secret that both sides know.
        Hmac = "v1", "Shared secret (HMAC)";
        /// Ed25519 by a key of ours; the receiver knows its public half, and there is nothing to keep secret.
        Ed25519 = "v1a", "Public key (Ed25519)";
    }
}

/// How long after each failed attempt the next one is made; milliseconds. After the last, it is given up.
const RETRIES: [i64; 9] = [
    5 * Timestamp::SECOND,
    5 * Timestamp::MINUTE,
    30 * Timestamp::MINUTE,
    2 * Timestamp::HOUR,
    5 * Timestamp::HOUR,
    10 * Timestamp::HOUR,
    14 * Timestamp::HOUR,
    20 * Timestamp::HOUR,
    24 * Timestamp::HOUR,
];

/// An endpoint that took nothing for so long is not tried any more; milliseconds.
pub const PATIENCE: i64 = 5 * Timestamp::DAY;

/// How long after the attempt with this number (the first is 1) the next one is made, in milliseconds; nothing when that
/// was the last. `chance` of 0 to 1,000 moves it by up to a tenth either way, so that what failed together does not come
/// back together.
pub fn retry_after(attempts: i64, chance: i64) -> Option<i64> {
    let wait = *RETRIES.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
    Some(wait + wait / 10 * (chance.clamp(0, 1_000) - 500) / 500)
}

/// A type of event that endpoints can be sent.
#[derive(Clone, Copy, Debug)]
pub struct EventType {
    /// The stable name, `object.verb`.
    pub name: &'static str,
    /// What happened.
    pub about: &'static str,
}

impl EventType {
    /// The kind of record that it is about.
    pub fn object(self) -> &'static str {
        self.name.split_once('.').map_or("", |(object, _)| match object {
            "driver" => "customer",
            "odometer" => "vehicle",
            other => other,
        })
    }
}

const fn event(name: &'static str, about: &'static str) -> EventType {
    EventType { name, about }
}

/// Every type of event, by record and in the order of its life.
pub const CATALOGUE: &[EventType] = &[
    event("customer.created", "A customer was registered."),
    event("customer.updated", "A customer’s record was changed."),
    event("driver.created", "A driver of a customer was added."),
    event("driver.updated", "A driver of a customer was changed."),
    event("vehicle.created", "A vehicle was registered."),
    event("vehicle.updated", "A vehicle’s record was changed."),
    event("odometer.recorded", "A reading of a vehicle’s odometer was recorded."),
    event("plan.created", "A plan was drafted."),
    event("plan.updated", "A plan was changed."),
    event("plan.published", "A version of a plan was published."),
    event("plan.retired", "A plan was taken off offer."),
    event("subscription.drafted", "A subscription was drafted."),
    event("subscription.submitted", "A subscription waits for approval."),
    event("subscription.approved", "A subscription was approved and its car reserved."),
    event("subscription.declined", "A subscription was declined."),
    event("subscription.signed", "The customer signed."),
    event("subscription.paid", "The first payment was recorded."),
    event("subscription.handed_over", "The customer got the car."),
    event("subscription.pause_planned", "A pause was planned for a later day."),
    event("subscription.paused", "A pause began."),
    event("subscription.resume_planned", "The end of a running pause was moved."),
    event("subscription.resumed", "Service goes on."),
    event("subscription.pause_called_off", "A planned pause was dropped."),
    event("subscription.swapped", "The customer got another car."),
    event("subscription.notice_given", "The end was set."),
    event("subscription.notice_withdrawn", "The end was dropped."),
    event("subscription.return_fell_due", "The end has come and the car is not back."),
    event("subscription.returned", "The car came back."),
    event("subscription.closed", "Everything is settled."),
    event("subscription.cancelled", "It was called off before the hand-over."),
    event("subscription.expired", "It was not paid in time."),
    event("subscription.hold_placed", "A hold was placed."),
    event("subscription.hold_released", "A hold was released."),
    event("integration.incident_opened", "A partner does not do what is expected of it."),
    event("integration.incident_closed", "A partner has been well for a while."),
    event("subscription.money_state_changed", "Where its money stands changed."),
];

/// The type of the event by which somebody tries an endpoint out. It is sent to that endpoint alone, subscribed or not.
pub const TEST: EventType = event("webhook_endpoint.tested", "Somebody tried this endpoint out. Nothing happened.");

/// The type with a name.
pub fn event_type(name: &str) -> Option<EventType> {
    CATALOGUE.iter().copied().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_ten_times_over_three_days() {
        let waits: Vec<i64> = (1..).map_while(|attempts| retry_after(attempts, 500)).collect();
        assert_eq!(waits.len(), 9, "and the tenth attempt is the last");
        assert_eq!(waits[..3], [5_000, 300_000, 1_800_000]);
        assert!(waits.is_sorted() && waits.iter().sum::<i64>() > 3 * Timestamp::DAY);
        assert_eq!(retry_after(1, 0), Some(4_500));
        assert_eq!(retry_after(1, 1_000), Some(5_500));
    }

    #[test]
    fn each_type_tells_of_a_record_that_can_be_read() {
        for known in CATALOGUE {
            let object = known.object();
            assert!(["customer", "vehicle", "plan", "subscription", "integration"].contains(&object), "{}", known.name);
            assert_eq!(event_type(known.name).map(|found| found.name), Some(known.name), "named twice");
        }
    }
}
