//! Currencies and how many digits each has behind the point.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::texts::Invalid;

/// A currency (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(&'static Row);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Row {
    code: &'static str,
    sign: &'static str,
    /// Digits behind the point: the exponent of ISO 4217.
    exponent: u32,
}

const fn row(code: &'static str, sign: &'static str, exponent: u32) -> Row {
    Row { code, sign, exponent }
}

const ROWS: [Row; 20] = [
    row("EUR", "€", 2),
    row("USD", "$", 2),
    row("GBP", "£", 2),
    row("CHF", "CHF", 2),
    row("SEK", "SEK", 2),
    row("NOK", "NOK", 2),
    row("DKK", "DKK", 2),
    row("PLN", "PLN", 2),
    row("CZK", "CZK", 2),
    row("HUF", "HUF", 2),
    row("RON", "RON", 2),
    row("BGN", "BGN", 2),
    row("TRY", "TRY", 2),
    row("CAD", "CA$", 2),
    row("AUD", "A$", 2),
    row("JPY", "¥", 0),
    row("KRW", "₩", 0),
    row("ISK", "ISK", 0),
    row("KWD", "KWD", 3),
    row("BHD", "BHD", 3),
];

impl Currency {
    /// Every currency known, the most used first.
    pub const ALL: [Self; ROWS.len()] = {
        let mut all = [Self(&ROWS[0]); ROWS.len()];
        let mut at = 0;
        while at < ROWS.len() {
            all[at] = Self(&ROWS[at]);
            at += 1;
        }
        all
    };

    /// The three letters.
    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    /// What stands before an amount.
    pub const fn sign(self) -> &'static str {
        self.0.sign
    }

    /// Digits behind the point.
    pub const fn exponent(self) -> u32 {
        self.0.exponent
    }

    /// Minor units in one major unit.
    pub const fn unit(self) -> i64 {
        10_i64.pow(self.0.exponent)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        ROWS.iter()
            .find(|row| row.code.eq_ignore_ascii_case(text.trim()))
            .map(Self)
            .ok_or_else(|| Invalid::new("Enter a currency as three letters, like EUR."))
    }
}

impl TryFrom<String> for Currency {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0.code.to_owned()
    }
}
