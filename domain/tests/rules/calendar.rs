use domain::civil::{
    AnchorDay, CivilPeriod, anchored_period, days_between, nth_period_start, period_containing, plus_days, words,
};
use jiff::civil::Date;
use proptest::prelude::*;

use crate::fixtures::{day, period};

fn anchor(number: i64) -> AnchorDay {
    AnchorDay::try_from(number).unwrap()
}

#[test]
fn a_short_first_period_leads_to_the_anchor() {
    let starts: Vec<Date> = (0..3).map(|n| nth_period_start(day("2023-08-10"), anchor(1), n).unwrap()).collect();
    assert_eq!(starts, [day("2023-08-10"), day("2023-09-01"), day("2023-10-01")]);
    assert_eq!(
        period_containing(day("2023-08-10"), anchor(1), day("2023-08-20")),
        Some(period("2023-08-10", "2023-09-01"))
    );
    assert_eq!(anchored_period(anchor(1), day("2023-08-20")), Some(period("2023-08-01", "2023-09-01")));
}

#[test]
fn a_contract_has_no_period_before_it_starts() {
    assert_eq!(period_containing(day("2023-08-10"), anchor(1), day("2023-08-09")), None);
}

#[test]
fn the_end_of_the_calendar_is_no_panic() {
    assert_eq!(anchored_period(anchor(31), Date::MAX), None);
    assert_eq!(anchored_period(anchor(31), Date::MIN), None);
    assert_eq!(nth_period_start(day("2026-01-31"), anchor(31), u32::MAX), None);
    assert_eq!(plus_days(Date::MAX, 1), None);
    assert_eq!(plus_days(Date::MAX, i64::MAX), None);
}

#[test]
fn periods_are_half_open() {
    let june = period("2026-06-01", "2026-07-01");
    assert_eq!(june.days(), 30);
    assert!(june.contains(day("2026-06-30")) && !june.contains(day("2026-07-01")));
    assert_eq!(june.overlap(period("2026-07-01", "2026-08-01")), None);
    assert_eq!(june.words(), "1 Jun 2026 – 30 Jun 2026");
    assert_eq!(period("2026-06-01", "2026-06-02").words(), "1 Jun 2026");
    assert!(CivilPeriod::new(day("2026-06-02"), day("2026-06-01")).is_err());
}

#[test]
fn a_day_with_a_change_of_clocks_is_one_day() {
    assert_eq!(days_between(day("2026-03-29"), day("2026-03-30")), 1);
    assert_eq!(days_between(day("2023-03-01"), day("2023-04-01")), 31);
    assert_eq!(days_between(day("2023-04-01"), day("2023-03-01")), -31);
    assert_eq!(words(day("2026-07-03")), "3 Jul 2026");
}

#[test]
fn only_days_of_a_month_are_anchors() {
    assert!([0, 32, -1, i64::MAX].into_iter().all(|number| AnchorDay::try_from(number).is_err()));
    assert!("x".parse::<AnchorDay>().is_err());
    assert_eq!("31".parse::<AnchorDay>(), Ok(anchor(31)));
}

prop_compose! {
    fn any_day()(days in 0..60_000_i64) -> Date { plus_days(day("1970-01-01"), days).unwrap() }
}

proptest! {
    #[test]
    fn starts_follow_each_other_on_the_anchor_or_the_last_day(start in any_day(), number in 1..=31_i64) {
        let mut before = start;
        for n in 1..40 {
            let next = nth_period_start(start, anchor(number), n).unwrap();
            prop_assert!(next > before);
            prop_assert!(days_between(before, next) <= 31);
            prop_assert!(n == 1 || days_between(before, next) >= 28);
            prop_assert_eq!(i64::from(next.day()), number.min(next.days_in_month().into()));
            before = next;
        }
    }

    #[test]
    fn every_day_lies_in_the_period_between_two_starts(start in any_day(), number in 1..=31_i64, later in 0..3_000_i64) {
        let date = plus_days(start, later).unwrap();
        let found = period_containing(start, anchor(number), date).unwrap();
        prop_assert!(found.contains(date));
        let starts: Vec<Date> = (0..110).map(|n| nth_period_start(start, anchor(number), n).unwrap()).collect();
        let at = starts.iter().position(|start| *start == found.from()).unwrap();
        prop_assert_eq!(found.until(), starts[at + 1]);
        prop_assert!(anchored_period(anchor(number), date).unwrap().covers(found));
    }

    #[test]
    fn the_next_anchor_is_the_nearest(date in any_day(), number in 1..=31_i64) {
        let next = anchor(number).on_or_after(date).unwrap();
        prop_assert!((0..=31).contains(&days_between(date, next)));
        prop_assert_eq!(anchored_period(anchor(number), next).unwrap().from(), next);
    }
}
