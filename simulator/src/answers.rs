//! What partners answer when all is well.

use serde_json::{Value, json};

use crate::roster::{Operation, Partner};

/// The answer to an operation. `number` is that of the deed, `path` is below the partner's own, and `at` is the time in
/// milliseconds.
pub(crate) fn answer(partner: &Partner, operation: &Operation, path: &str, number: u64, at: i64) -> Value {
    let reference = format!("{}-{number:06}", partner.prefix);
    match operation.name {
        "cover.start" | "cover.resume" | "cover.transfer" => policy(&reference, "active"),
        "cover.suspend" => policy(&reference, "suspended"),
        "cover.end" => policy(&reference, "ended"),
        "tracker.pair" => json!({"tracker": {"reference": reference, "state": "paired"}}),
        "tracker.unpair" => json!({"tracker": {"reference": reference, "state": "unpaired"}}),
        "odometer.read" => {
            let vin = path.split('/').nth(2).unwrap_or_default();
            json!({"vehicle": {"odometer": odometer(vin)}, "reading": {"at": instant(at)}})
        }
        "charge.create" => json!({"charge": {"reference": reference, "state": "succeeded"}}),
        "refund.create" => json!({"refund": {"reference": reference, "state": "succeeded"}}),
        "licence.check" => json!({"check": {"reference": reference, "state": "passed"}}),
        "assistance.request" => json!({"callout": {"reference": reference, "state": "on_the_way"}}),
        "slot.book" => json!({"slot": {"reference": reference, "state": "booked", "from": instant(at + 259_200_000)}}),
        "tag.register" => json!({"tag": {"reference": reference, "state": "registered"}}),
        _ => json!({"state": "well"}),
    }
}

fn policy(reference: &str, state: &str) -> Value {
    json!({"policy": {"reference": reference, "state": state}})
}

/// A number of kilometres that is always the same for a car.
fn odometer(vin: &str) -> u64 {
    let sum = vin.bytes().fold(7_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 90_001);
    4_000 + sum
}

/// An instant as partners write it (RFC 3339).
pub(crate) fn instant(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
