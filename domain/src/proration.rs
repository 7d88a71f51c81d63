//! The part of a price that belongs to some of its days.
//!
//! Multiply in 128 bits, then divide once, rounding half away from zero. The denominator is the days of the period
//! that the used days lie in. A credit is what is left of the invoice after rounding the used part, so that the two
//! always add up to what was invoiced.

pub use crate::civil::CivilPeriod;

use crate::money::{Money, MoneyError, TaxRate, Taxed, divide_rounding};

/// Why a price can't be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProrationError {
    /// The period has no days, or the fraction no positive denominator.
    #[error("the period has no days to spread the price over")]
    EmptyPeriod,
    /// Used days outside of the period.
    #[error("the used days lie outside of the period")]
    OutsidePeriod,
    /// The arithmetic of money failed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// `price × numerator ÷ denominator`, rounded once, half away from zero.
pub fn by_fraction(price: Money, numerator: i64, denominator: i64) -> Result<Money, ProrationError> {
    if denominator <= 0 {
        return Err(ProrationError::EmptyPeriod);
    }
    // 64 by 64 bits always fit into 128.
    let product = i128::from(price.minor()) * i128::from(numerator);
    divide_rounding(product, i128::from(denominator))
        .and_then(|minor| i64::try_from(minor).ok())
        .map(|minor| Money::new(minor, price.currency()))
        .ok_or(ProrationError::Money(MoneyError::TooLarge))
}

/// The part of a period's price for the days used in it.
pub fn prorate(price: Money, period: CivilPeriod, used: CivilPeriod) -> Result<Money, ProrationError> {
    if period.is_empty() {
        return Err(ProrationError::EmptyPeriod);
    }
    if !period.covers(used) {
        return Err(ProrationError::OutsidePeriod);
    }
    by_fraction(price, used.days(), period.days())
}

/// What is given back of an invoiced price when only some days were used: invoiced − round(used).
pub fn credit(invoiced: Money, period: CivilPeriod, used: CivilPeriod) -> Result<Money, ProrationError> {
    Ok(invoiced.minus(prorate(invoiced, period, used)?)?)
}

/// A part of a price with its tax: the net is rounded first, the tax is taken from the rounded net.
pub fn with_tax(price: Money, numerator: i64, denominator: i64, tax: TaxRate) -> Result<Taxed, ProrationError> {
    Ok(tax.of(by_fraction(price, numerator, denominator)?)?)
}
