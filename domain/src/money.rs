//! Amounts: whole minor units of a currency. No floating point anywhere.

mod currency;
mod rate;

pub use currency::Currency;
pub use rate::{Rate, TaxRate, Taxed};

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::texts::Invalid;

/// Divides and rounds to the nearest whole, half away from zero. `None` for a denominator that is not positive.
pub(crate) fn divide_rounding(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    let quotient = numerator / denominator;
    let rest = numerator % denominator;
    // |rest| < denominator, so comparing against what is left of it can't overflow as doubling the rest could.
    if rest.abs() >= denominator - rest.abs() { quotient.checked_add(numerator.signum()) } else { Some(quotient) }
}

/// An amount in whole minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// An amount that no longer fits, or two currencies that don't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// More than 64 bits of minor units.
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("amounts in different currencies can't be added")]
    TwoCurrencies,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_add)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_sub)
    }

    fn combined(self, other: Self, combine: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::TwoCurrencies);
        }
        combine(self.minor, other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge)
    }

    /// The same amount the other way.
    pub fn negated(self) -> Result<Self, MoneyError> {
        self.minor.checked_neg().map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge)
    }

    /// In major units without a sign of the currency: "579.00", "-12.50", "470".
    pub fn plain(self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        if exponent == 0 {
            format!("{sign}{minor}")
        } else {
            format!("{sign}{}.{:0width$}", minor / unit, minor % unit, width = exponent as usize)
        }
    }

    /// As people read it: "€ 1 579.00", "−€ 12.50".
    pub fn format(self) -> String {
        let plain = self.plain();
        let digits = plain.trim_start_matches('-');
        let (whole, rest) =
            digits.split_once('.').map_or((digits, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
        let mut grouped = String::with_capacity(whole.len() + 4);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push('\u{202F}');
            }
            grouped.push(digit);
        }
        let sign = if self.minor < 0 { "−" } else { "" };
        format!("{sign}{}\u{A0}{grouped}{rest}", self.currency.sign())
    }

    /// Reads major units: "579", "579.5", "579.00", also with a comma. More digits than the currency has are refused
    /// rather than rounded, and so is a comma before exactly three digits, which may have been meant for thousands.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Invalid> {
        let refused = || Invalid::new(format!("Enter an amount like {}.", Self::new(57_900, currency).plain()));
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let is_ambiguous = digits.contains(',') && fraction.len() == 3;
        let exponent = currency.exponent() as usize;
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > exponent || is_ambiguous {
            return Err(refused());
        }
        // The fraction filled up to the currency's digits turns major units into minor ones without arithmetic.
        let sign = if negative { "-" } else { "" };
        let minor = format!("{sign}{whole}{fraction:0<exponent$}").parse().map_err(|_| refused())?;
        Ok(Self { minor, currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format())
    }
}
