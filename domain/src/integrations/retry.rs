//! When a call is tried again.

use crate::Timestamp;

/// The first step of the waits within one call; milliseconds.
const BASE: i64 = 100;
/// The longest wait within one call; milliseconds.
const CAP: i64 = 5 * Timestamp::SECOND;

/// How long to wait before the attempt with this number (the second is 2) of one call, in milliseconds: exponential, with
/// full jitter. `chance` of 0 to 1,000 picks from the whole range, so that what failed together doesn't come back together.
pub fn backoff(attempt: u32, chance: i64) -> i64 {
    let most = BASE.saturating_mul(1_i64 << attempt.saturating_sub(2).min(20)).min(CAP);
    most * chance.clamp(0, 1_000) / 1_000
}

/// How long after each failed try of a queued call the next one is made; milliseconds.
const RETRIES: [i64; 9] = [
    10 * Timestamp::SECOND,
    Timestamp::MINUTE,
    5 * Timestamp::MINUTE,
    15 * Timestamp::MINUTE,
    Timestamp::HOUR,
    3 * Timestamp::HOUR,
    8 * Timestamp::HOUR,
    16 * Timestamp::HOUR,
    24 * Timestamp::HOUR,
];

/// How long after the try with this number (the first is 1) of a queued call the next one is made, in milliseconds;
/// nothing when that was the last. `chance` of 0 to 1,000 moves it by up to a tenth either way.
pub fn after_failure(tries: i64, chance: i64) -> Option<i64> {
    let wait = *RETRIES.get(usize::try_from(tries).ok()?.checked_sub(1)?)?;
    Some(wait + wait / 10 * (chance.clamp(0, 1_000) - 500) / 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_within_a_call_double_and_stay_below_five_seconds() {
        let most: Vec<i64> = (2..10).map(|attempt| backoff(attempt, 1_000)).collect();
        assert_eq!(most, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert_eq!(backoff(4, 0), 0);
        assert_eq!(backoff(4, 500), 200);
    }

    #[test]
    fn a_queued_call_is_tried_ten_times_over_two_days() {
        let waits: Vec<i64> = (1..).map_while(|tries| after_failure(tries, 500)).collect();
        assert_eq!(waits.len(), 9);
        assert!(waits.is_sorted() && waits.iter().sum::<i64>() > 2 * Timestamp::DAY);
        assert_eq!((after_failure(1, 0), after_failure(1, 1_000)), (Some(9_000), Some(11_000)));
    }
}
