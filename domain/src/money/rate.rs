//! Decimals that meet money: prices by the unit, and taxes. Each multiplies whole numbers and divides once.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

use super::{Currency, Money, MoneyError, divide_rounding};
use crate::texts::Invalid;

/// A price for one unit of something (a kilometre, a kilowatt-hour) in major units, with as many decimals as it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Decimal);

impl Rate {
    /// The price of a quantity, rounded once to the minor unit, half away from zero.
    pub fn times(self, quantity: Decimal, currency: Currency) -> Result<Money, MoneyError> {
        scaled(self.0, quantity, i128::from(currency.unit()), 1).map(|minor| Money::new(minor, currency))
    }
}

/// A tax in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxRate(pub Decimal);

/// A line with its tax. `total` is the sum of the two, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taxed {
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// Both.
    pub total: Money,
}

impl Taxed {
    /// An amount that bears no tax, like a deposit.
    pub const fn untaxed(net: Money) -> Self {
        Self { net, tax: Money::zero(net.currency()), total: net }
    }
}

impl TaxRate {
    /// A tax in hundredths of a percent, as the database holds it.
    pub fn from_basis_points(points: i64) -> Self {
        Self(Decimal::new(points, 2))
    }

    /// The tax of a rounded net, rounded once itself.
    pub fn of(self, net: Money) -> Result<Taxed, MoneyError> {
        let tax = scaled(self.0, Decimal::from(net.minor()), 1, 100)?;
        let tax = Money::new(tax, net.currency());
        Ok(Taxed { net, tax, total: net.plus(tax)? })
    }
}

/// `one × other × times ÷ per` as a whole number, exact until the one division that rounds.
fn scaled(one: Decimal, other: Decimal, times: i128, per: i128) -> Result<i64, MoneyError> {
    let (one, other) = (one.normalize(), other.normalize());
    let product = one.mantissa().checked_mul(other.mantissa()).and_then(|product| product.checked_mul(times));
    let divisor = 10_i128.checked_pow(one.scale() + other.scale()).and_then(|power| power.checked_mul(per));
    product
        .zip(divisor)
        .and_then(|(product, divisor)| divide_rounding(product, divisor))
        .and_then(|minor| i64::try_from(minor).ok())
        .ok_or(MoneyError::TooLarge)
}

macro_rules! decimal_text {
    ($name:ident, $words:literal) => {
        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Decimal::from_str_exact(text.trim()).map(Self).map_err(|_| Invalid::new($words))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.normalize().fmt(f)
            }
        }
    };
}

decimal_text!(Rate, "Enter a price like 0.149.");
decimal_text!(TaxRate, "Enter a percentage like 19 or 7.7.");
