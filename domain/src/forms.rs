//! Forms: what a person typed, as it was typed, and what is wrong with it.
//!
//! A form holds only text. Parsing it gives checked types or a message for each field; comparing three of them (as it
//! was, as it is now, as I want it) gives the conflict page.

mod conflict;
pub mod customer;
pub mod plan;
pub mod vehicle;

pub use conflict::{Conflict, ConflictField, compare};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    money::{Currency, Money},
    texts::Invalid,
};

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// A message at a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Collects what is wrong, field by field, so that everything is said at once.
#[derive(Debug, Default)]
pub struct FormErrors(Vec<FieldError>);

impl FormErrors {
    /// Keeps the message and answers `None` when a field could not be parsed.
    pub fn parse<T>(&mut self, field: &str, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.push(field, invalid.message())).ok()
    }

    /// Adds a message at a field.
    pub fn push(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// One line of at most `most` characters; may be empty.
    pub fn line(&mut self, field: &str, text: &str, most: usize) -> Option<String> {
        let text = text.trim();
        if text.chars().count() > most {
            self.push(field, format!("Use at most {most} characters."));
            None
        } else if text.chars().any(char::is_control) {
            self.push(field, "Remove line breaks and other control characters.");
            None
        } else {
            Some(text.to_owned())
        }
    }

    /// One line of 1 to `most` characters.
    pub fn required_line(&mut self, field: &str, text: &str, most: usize) -> Option<String> {
        let line = self.line(field, text, most)?;
        if line.is_empty() {
            self.push(field, "Fill this in.");
            return None;
        }
        Some(line)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, field: &str, text: &str, least: i64, most: i64) -> Option<i64> {
        let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.push(field, format!("Enter a whole number from {least} to {most}."));
        }
        number
    }

    /// A civil date as a date field sends it; `Some(None)` when it is empty.
    pub fn date(&mut self, field: &str, text: &str) -> Option<Option<Date>> {
        let text = text.trim();
        if text.is_empty() {
            return Some(None);
        }
        let date = text.parse::<Date>().ok().filter(|date| (1950..=2200).contains(&date.year()));
        if date.is_none() {
            self.push(field, "Enter a date as year-month-day, like 2026-07-03.");
        }
        date.map(Some)
    }

    /// An amount in major units that is not negative.
    pub fn amount(&mut self, field: &str, text: &str, currency: Currency) -> Option<Money> {
        let amount = Money::parse(text.trim(), currency).ok().filter(|amount| amount.minor() >= 0);
        if amount.is_none() {
            self.push(field, format!("Enter an amount in {currency}, like {}.", Money::new(57_900, currency).plain()));
        }
        amount
    }

    /// A percentage from 0 to 100 with at most two decimals, as hundredths of a percent.
    pub fn percent(&mut self, field: &str, text: &str) -> Option<i64> {
        let points = text
            .trim()
            .parse::<Decimal>()
            .ok()
            .map(|percent| percent * Decimal::ONE_HUNDRED)
            .filter(|points| points.is_integer() && (Decimal::ZERO..=Decimal::from(10_000)).contains(points))
            .and_then(|points| i64::try_from(points).ok());
        if points.is_none() {
            self.push(field, "Enter a percentage from 0 to 100 with at most two decimals, like 19 or 7.7.");
        }
        points
    }

    /// A price of one kilometre in major units, with at most six decimals; kept as the decimal it is.
    pub fn rate(&mut self, field: &str, text: &str) -> Option<String> {
        let rate = text
            .trim()
            .parse::<Decimal>()
            .ok()
            .filter(|rate| rate.scale() <= 6 && (Decimal::ZERO..=Decimal::from(1_000)).contains(rate));
        if rate.is_none() {
            self.push(field, "Enter the price of one kilometre, like 0.149.");
        }
        rate.map(|rate| rate.normalize().to_string())
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is wrong.
    pub fn into_fields(self) -> Vec<FieldError> {
        self.0
    }
}

/// A form whose fields can be named and read one by one.
pub trait Form: Default {
    /// Name and label of each field, in the order of the page.
    const FIELDS: &'static [(&'static str, &'static str)];

    /// What stands in a field; empty for a name that isn't there.
    fn value(&self, field: &str) -> &str;

    /// Puts a text into a field; a name that isn't there is passed over.
    fn set(&mut self, field: &str, text: String);
}

/// Declares a form: every field is a text with a label.
#[macro_export]
macro_rules! form {
    ($(#[$outer:meta])* pub struct $name:ident { $($(#[$inner:meta])* $field:ident: $label:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$inner])* #[doc = $label] pub $field: String,)+ }

        impl $crate::forms::Form for $name {
            const FIELDS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), $label),)+];

            fn value(&self, field: &str) -> &str {
                match field {
                    $(stringify!($field) => &self.$field,)+
                    _ => "",
                }
            }

            fn set(&mut self, field: &str, text: String) {
                match field {
                    $(stringify!($field) => self.$field = text,)+
                    _ => {}
                }
            }
        }
    };
}
