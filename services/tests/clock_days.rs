//! Which civil day an instant belongs to, by published examples, and that days have their true length where the clocks
//! change.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

use domain::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::Value;
use services::clock::{date_in, start_of};

fn examples() -> Vec<Value> {
    let text = include_str!("../../domain/tests/oracles/money.json");
    let all: Value = serde_json::from_str(text).expect("JSON");
    all["civil_days"].as_array().expect("a list").clone()
}

#[test]
fn the_published_examples_come_out() {
    let examples = examples();
    assert!(!examples.is_empty());
    for example in examples {
        let word = |key: &str| example[key].as_str().expect(key).to_owned();
        let day = |key: &str| {
            let at: jiff::Timestamp = word(key).parse().expect("an instant");
            date_in(Timestamp(at.as_millisecond()), &word("zone"))
        };
        let days = domain::civil::days_between(day("from"), day("to"));
        assert_eq!(days, example["expect_days"].as_i64().expect("days"), "{}", word("id"));
    }
}

#[test]
fn a_day_is_as_long_as_its_clocks_make_it() {
    let hours = |day: Date, zone: &str| {
        let next = domain::civil::plus_days(day, 1).expect("a day");
        start_of(next, zone).since(start_of(day, zone)) / Timestamp::HOUR
    };
    assert_eq!(hours(date(2026, 3, 29), "Europe/Berlin"), 23);
    assert_eq!(hours(date(2026, 10, 25), "Europe/Berlin"), 25);
    assert_eq!(hours(date(2026, 10, 24), "Europe/Berlin"), 24);
    assert_eq!(hours(date(2026, 3, 29), "UTC"), 24);
}

proptest! {
    /// The first instant of a day belongs to it, and the one before does not.
    #[test]
    fn a_day_begins_where_the_one_before_ends(
        days in 0_i64..20_000,
        zone in prop::sample::select(vec!["Europe/Berlin", "Atlantic/Azores", "Pacific/Apia", "America/Sao_Paulo", "UTC"]),
    ) {
        let day = domain::civil::plus_days(date(1980, 1, 1), days).expect("a day");
        // Samoa left this day out altogether.
        prop_assume!(!(zone == "Pacific/Apia" && day == date(2011, 12, 30)));
        let begins = start_of(day, zone);
        prop_assert_eq!(date_in(begins, zone), day);
        prop_assert!(date_in(begins.plus(-1), zone) < day);
    }
}
