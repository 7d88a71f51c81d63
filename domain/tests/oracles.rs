//! Published worked examples, to the minor unit.
//!
//! The examples of civil days are read by `services/tests/clock_days.rs`: which day an instant belongs to is decided
//! where the time zones are.

#![allow(clippy::unwrap_used, reason = "a fixture that can't be read fails its test")]

use domain::{
    civil::{AnchorDay, CivilPeriod, nth_period_start},
    money::{Currency, Money, Rate},
    proration::{credit, prorate, with_tax},
};
use jiff::civil::Date;
use serde_json::Value;

fn cases(group: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("oracles/money.json")).unwrap();
    let cases = all[group].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "no example in {group}");
    cases
}

fn currency(case: &Value) -> Currency {
    case["currency"].as_str().unwrap().parse().unwrap()
}

fn price(case: &Value) -> Money {
    Money::new(case["price"].as_i64().unwrap(), currency(case))
}

fn date(value: &Value) -> Date {
    value.as_str().unwrap().parse().unwrap()
}

fn period(value: &Value) -> CivilPeriod {
    CivilPeriod::new(date(&value[0]), date(&value[1])).unwrap()
}

#[test]
fn parts_of_a_period_cost_what_was_published() {
    for case in cases("prorate") {
        let (period, used) = (period(&case["period"]), period(&case["used"]));
        let (kind, reckoned) = match case.get("expect") {
            Some(_) => ("expect", prorate(price(&case), period, used)),
            None => ("expect_credit", credit(price(&case), period, used)),
        };
        assert_eq!(reckoned.unwrap().minor(), case[kind].as_i64().unwrap(), "{}", case["id"]);
    }
}

#[test]
fn parts_of_a_period_are_taxed_as_was_published() {
    for case in cases("prorate_with_tax") {
        let fraction = &case["fraction"];
        let tax = case["tax_percent"].as_str().unwrap().parse().unwrap();
        let taxed = with_tax(price(&case), fraction[0].as_i64().unwrap(), fraction[1].as_i64().unwrap(), tax).unwrap();
        let expected = &case["expect"];
        for (amount, name) in [(taxed.net, "net"), (taxed.tax, "tax"), (taxed.total, "total")] {
            assert_eq!(amount.minor(), expected[name].as_i64().unwrap(), "{} {name}", case["id"]);
        }
    }
}

#[test]
fn periods_begin_on_the_published_days() {
    for case in cases("anchor") {
        let anchor = AnchorDay::try_from(case["anchor_day"].as_i64().unwrap()).unwrap();
        for (n, expected) in (0..).zip(case["expect"].as_array().unwrap()) {
            let start = nth_period_start(date(&case["start"]), anchor, n);
            assert_eq!(start, Some(date(expected)), "{} period {n}", case["id"]);
        }
    }
}

#[test]
fn quantities_cost_what_was_published() {
    for case in cases("rate") {
        let rate: Rate = case["unit_price"].as_str().unwrap().parse().unwrap();
        let quantity = case["quantity"].as_str().unwrap().parse().unwrap();
        let cost = rate.times(quantity, currency(&case)).unwrap();
        assert_eq!(cost.minor(), case["expect"].as_i64().unwrap(), "{}", case["id"]);
    }
}

#[test]
fn every_group_of_examples_is_read() {
    let all: Value = serde_json::from_str(include_str!("oracles/money.json")).unwrap();
    let groups: Vec<&str> = all.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(groups, ["about", "anchor", "civil_days", "prorate", "prorate_with_tax", "rate"]);
}
