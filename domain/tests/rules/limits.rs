use domain::limits::{Asked, Window, ask, parse_windows, write_windows};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;

/// Calls at the given instants; answers which pass.
fn run(windows: &[Window], at: &[i64]) -> Vec<bool> {
    let mut tats = vec![0; windows.len()];
    at.iter()
        .map(|now| match ask(*now, windows, &tats) {
            Asked::Passes(next) => {
                tats = next;
                true
            }
            Asked::Refused { by, retry_after } => {
                assert!(!by.is_empty() && retry_after >= 1);
                false
            }
        })
        .collect()
}

fn window() -> impl Strategy<Value = Window> {
    (1_u32..500, 1_u32..4_000).prop_map(|(quota, seconds)| Window::new(quota, seconds).unwrap())
}

proptest! {
    #[test]
    fn at_one_instant_exactly_the_quota_passes(window in window()) {
        let passed = run(&[window], &vec![7 * SECOND; window.quota() as usize * 2 + 3]);
        prop_assert_eq!(passed.iter().filter(|passes| **passes).count(), window.quota() as usize);
    }

    #[test]
    fn in_any_stretch_no_more_passes_than_the_quota_and_what_came_back(
        window in window(),
        steps in prop::collection::vec(0_i64..5 * SECOND, 1..200),
    ) {
        let mut now = SECOND;
        let at: Vec<i64> = steps.iter().map(|step| { now += step; now }).collect();
        let passed: Vec<i64> = at.iter().zip(run(&[window], &at)).filter(|(_, passes)| *passes).map(|(at, _)| *at).collect();
        for (first, from) in passed.iter().enumerate() {
            for (last, until) in passed.iter().enumerate().skip(first) {
                let count = i128::try_from(last - first + 1).unwrap();
                let back = i128::from(until - from) * i128::from(window.quota()) / (i128::from(window.seconds()) * i128::from(SECOND));
                prop_assert!(count <= i128::from(window.quota()) + back, "{} passed between {} and {}", count, from, until);
            }
        }
    }

    #[test]
    fn a_refused_call_takes_nothing_from_any_window(loose in window(), seconds in 1_u32..100) {
        // The strict window refuses everything after its first call; the loose one must not notice the refusals.
        let strict = Window::new(1, seconds).unwrap();
        let now = 9 * SECOND;
        let Asked::Passes(tats) = ask(now, &[strict, loose], &[0, 0]) else { panic!("the first call passes") };
        for _ in 0..50 {
            let refused = matches!(ask(now, &[strict, loose], &tats), Asked::Refused { .. });
            prop_assert!(refused);
        }
        prop_assert_eq!(loose.state(now, tats[1]).calls, loose.quota() - 1);
    }

    #[test]
    fn who_waits_as_long_as_told_passes(window in window(), extra in 1_usize..5) {
        let now = 3 * SECOND;
        let mut tats = vec![0];
        for _ in 0..window.quota() {
            if let Asked::Passes(next) = ask(now, &[window], &tats) { tats = next; }
        }
        for _ in 0..extra {
            if let Asked::Refused { retry_after, .. } = ask(now, &[window], &tats) {
                let later = now + i64::try_from(retry_after).unwrap() * SECOND;
                let passes = matches!(ask(later, &[window], &tats), Asked::Passes(_));
                prop_assert!(passes);
            }
        }
    }

    #[test]
    fn windows_are_read_as_they_are_written(quota in 1_u32..1_000, seconds in 1_u32..86_401) {
        let windows = vec![Window::new(quota, seconds).unwrap()];
        prop_assert_eq!(parse_windows(&write_windows(&windows)).unwrap(), windows);
    }
}

#[test]
fn the_state_says_what_is_left() {
    let window = Window::new(100, 60).unwrap();
    assert_eq!(window.state(0, 0).calls, 100);
    let Asked::Passes(tats) = ask(SECOND, &[window], &[0]) else { panic!("it passes") };
    let left = window.state(SECOND, tats[0]);
    assert_eq!((left.calls, left.seconds), (99, 1));
}

#[test]
fn windows_that_make_no_sense_are_refused() {
    for wrong in
        ["", "10", "10/", "10/1x", "0/1s", "x/1s", "10/0s", "5/1m, 6/1m", "1/1s,2/2s,3/3s,4/4s,5/5s", "10/99999999d"]
    {
        assert!(parse_windows(wrong).is_err(), "{wrong}");
    }
    assert_eq!(write_windows(&parse_windows("50000/1d, 10/s 300/m").unwrap()), "10/1s, 300/1m, 50000/1d");
}
