use domain::{
    civil::{CivilPeriod, plus_days},
    money::{Currency, Money, MoneyError, Rate, TaxRate, Taxed},
    proration::{ProrationError, by_fraction, credit, prorate},
};
use proptest::prelude::*;

use crate::fixtures::{day, euros, period};

fn in_currency(minor: i64, code: &str) -> Money {
    Money::new(minor, code.parse().unwrap())
}

#[test]
fn amounts_are_written_with_the_digits_of_their_currency() {
    for (minor, code, written) in [
        (57_900, "EUR", "€\u{A0}579.00"),
        (470, "JPY", "¥\u{A0}470"),
        (-1_250, "GBP", "−£\u{A0}12.50"),
        (5, "KWD", "KWD\u{A0}0.005"),
        (-5, "EUR", "−€\u{A0}0.05"),
        (123_456_789, "EUR", "€\u{A0}1\u{202F}234\u{202F}567.89"),
        (i64::MIN, "JPY", "−¥\u{A0}9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808"),
    ] {
        assert_eq!(in_currency(minor, code).format(), written);
    }
}

#[test]
fn amounts_are_read_as_people_type_them() {
    for (text, minor) in [("579", 57_900), ("579.5", 57_950), (" 579,00 ", 57_900), ("-0.05", -5), ("0", 0)] {
        assert_eq!(Money::parse(text, "EUR".parse().unwrap()), Ok(euros(minor)), "{text}");
    }
    assert_eq!(Money::parse("1.234", "KWD".parse().unwrap()), Ok(in_currency(1_234, "KWD")));
}

#[test]
fn amounts_that_could_mean_another_are_refused() {
    for text in ["", "-", ".5", "1.234", "1,234", "1.2.3", "1 234", "--1", "1-", "1e3", "€ 5", "99999999999999999999"]
    {
        assert!(Money::parse(text, "EUR".parse().unwrap()).is_err(), "{text}");
    }
    assert!(Money::parse("470.0", "JPY".parse().unwrap()).is_err());
    assert!(Money::parse("1,234", "KWD".parse().unwrap()).is_err(), "may be a thousand");
}

#[test]
fn sums_are_checked() {
    assert_eq!(euros(1).plus(in_currency(1, "USD")), Err(MoneyError::TwoCurrencies));
    assert_eq!(euros(i64::MAX).plus(euros(1)), Err(MoneyError::TooLarge));
    assert_eq!(euros(i64::MIN).negated(), Err(MoneyError::TooLarge));
    assert_eq!(euros(-1).minus(euros(i64::MIN)), Ok(euros(i64::MAX)));
}

#[test]
fn ties_go_away_from_zero_on_both_sides() {
    assert_eq!(by_fraction(euros(5), 1, 2), Ok(euros(3)));
    assert_eq!(by_fraction(euros(-5), 1, 2), Ok(euros(-3)));
    assert_eq!(by_fraction(euros(-7), 1, 3), Ok(euros(-2)));
    let rate: Rate = "0.005".parse().unwrap();
    assert_eq!(rate.times(1.into(), "EUR".parse().unwrap()), Ok(euros(1)));
    assert_eq!(rate.times((-1).into(), "EUR".parse().unwrap()), Ok(euros(-1)));
}

#[test]
fn a_tax_is_taken_from_the_rounded_net_and_rounded_once() {
    let vat = TaxRate::from_basis_points(1_900);
    assert_eq!(vat.of(euros(-57_900)), Ok(Taxed { net: euros(-57_900), tax: euros(-11_001), total: euros(-68_901) }));
    assert_eq!(vat.of(euros(i64::MAX)), Err(MoneyError::TooLarge));
    assert_eq!("7.7".parse::<TaxRate>().unwrap().of(euros(100)).unwrap().tax, euros(8));
}

#[test]
fn days_outside_of_the_period_are_refused() {
    let june = period("2026-06-01", "2026-07-01");
    assert_eq!(prorate(euros(1), june, period("2026-06-30", "2026-07-02")), Err(ProrationError::OutsidePeriod));
    let nothing = period("2026-06-01", "2026-06-01");
    assert_eq!(prorate(euros(1), nothing, nothing), Err(ProrationError::EmptyPeriod));
    assert_eq!(by_fraction(euros(i64::MAX), 3, 2), Err(ProrationError::Money(MoneyError::TooLarge)));
    assert_eq!(by_fraction(euros(i64::MAX), i64::MAX, i64::MAX), Ok(euros(i64::MAX)));
}

fn any_currency() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::ALL.to_vec())
}

/// Up to two years from some day, with some days chosen in it.
fn period_with_days() -> impl Strategy<Value = (CivilPeriod, Vec<i64>)> {
    (0..20_000_i64, 1..730_i64).prop_flat_map(|(start, length)| {
        let from = plus_days(day("2000-01-01"), start).unwrap();
        let period = CivilPeriod::between(from, plus_days(from, length).unwrap());
        (Just(period), proptest::collection::vec(0..=length, 1..12))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(minor: i64, currency in any_currency()) {
        let amount = Money::new(minor, currency);
        prop_assert_eq!(Money::parse(&amount.plain(), currency), Ok(amount));
        prop_assert_eq!(currency.as_str().parse(), Ok(currency));
    }

    #[test]
    fn reading_never_fails_badly(text in "\\PC{0,24}", currency in any_currency()) {
        let _ = Money::parse(&text, currency);
    }

    #[test]
    fn used_and_credit_are_what_was_invoiced(minor in -10_000_000..10_000_000_i64, (period, cuts) in period_with_days()) {
        let (one, other) = (cuts[0], cuts[cuts.len() - 1]);
        let at = |days| plus_days(period.from(), days).unwrap();
        let used = CivilPeriod::between(at(one), at(other));
        let invoiced = euros(minor);
        let sum = prorate(invoiced, period, used).unwrap().plus(credit(invoiced, period, used).unwrap());
        prop_assert_eq!(sum, Ok(invoiced));
    }

    #[test]
    fn the_parts_of_a_period_are_the_whole_within_one_unit_each(
        minor in 0..10_000_000_i64,
        (period, mut cuts) in period_with_days(),
    ) {
        cuts.extend([0, period.days()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|cut| {
            let at = |days| plus_days(period.from(), days).unwrap();
            prorate(euros(minor), period, CivilPeriod::between(at(cut[0]), at(cut[1]))).unwrap().minor()
        });
        let count = i64::try_from(cuts.len()).unwrap() - 1;
        let sum: i64 = parts.sum();
        prop_assert!((sum - minor).abs() <= count, "{} parts of {} are {}", count, minor, sum);
    }

    #[test]
    fn a_part_is_never_further_than_half_a_unit_from_the_truth(minor: i64, numerator in 0..1_000_i64, denominator in 1..1_000_i64) {
        prop_assume!(numerator <= denominator);
        let part = i128::from(by_fraction(euros(minor), numerator, denominator).unwrap().minor());
        let error = part * i128::from(denominator) - i128::from(minor) * i128::from(numerator);
        prop_assert!(2 * error.abs() <= i128::from(denominator));
    }
}
