//! Text that has been checked: what can be made can be stored, shown and searched.

mod fold;

pub use fold::fold;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text was refused, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    message: std::borrow::Cow<'static, str>,
}

impl Invalid {
    /// A refusal with the sentence people read: what is wrong and what to do.
    pub fn new(message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }

    /// The sentence people read.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}

/// Parses a field that may be left empty.
pub fn optional<T: FromStr<Err = Invalid>>(text: &str) -> Result<Option<T>, Invalid> {
    if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Declares a text type: made only by a check, unchangeable after it.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let check: fn(&str) -> Result<String, Invalid> = $check;
                check(text.trim()).map(Self)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(text: &str) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn bounded(text: &str, least: usize, most: usize, may_break: bool, words: &'static str) -> Result<String, Invalid> {
    let length = text.chars().count();
    let is_clean = !text.chars().any(|c| c.is_control() && !(may_break && matches!(c, '\n' | '\r' | '\t')));
    if (least..=most).contains(&length) && is_clean { Ok(text.to_owned()) } else { Err(Invalid::new(words)) }
}

text! {
    /// The name of a person or a company: 1 to 160 characters on one line.
    Name, |text| bounded(text, 1, 160, false, "Enter a name of 1 to 160 characters on one line.")
}

text! {
    /// Why something was done: 3 to 500 characters.
    Reason, |text| bounded(text, 3, 500, true, "Give a reason of 3 to 500 characters.")
}

text! {
    /// A note: 1 to 4,000 characters.
    NoteBody, |text| bounded(text, 1, 4_000, true, "Write a note of 1 to 4,000 characters.")
}

text! {
    /// A tag: 1 to 40 characters, folded, without commas.
    TagName, |text| {
        let folded = fold(text);
        if folded.contains(',') {
            return Err(Invalid::new("A tag has no comma. Add one tag after the other."));
        }
        bounded(&folded, 1, 40, false, "Enter a tag of 1 to 40 characters.")
    }
}

text! {
    /// The key by which another system knows a record: 1 to 80 visible ASCII characters.
    ExternalKey, |text| {
        if text.chars().all(|c| c.is_ascii_graphic()) && (1..=80).contains(&text.len()) {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("Use 1 to 80 letters, digits and signs without spaces."))
        }
    }
}

text! {
    /// A country: ISO 3166-1 alpha-2, two capital letters.
    CountryCode, |text| {
        let code = text.to_ascii_uppercase();
        if code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase()) {
            Ok(code)
        } else {
            Err(Invalid::new("Enter the country as two letters, like DE."))
        }
    }
}

text! {
    /// The name of an IANA time zone, by its shape; whether it exists is checked where the zones are.
    ZoneName, |text| {
        let is_shaped = text.split('/').all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
        });
        if is_shaped && text.len() <= 64 {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("Enter a time zone like Europe/Berlin."))
        }
    }
}

text! {
    /// A telephone number: digits with an optional plus, spaces and dashes for the eye.
    Phone, |text| {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let is_shaped = text.char_indices().all(|(at, c)| {
            c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '/') || (c == '+' && at == 0)
        });
        if is_shaped && (5..=15).contains(&digits) && text.len() <= 30 {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("Enter a number like +49 30 1234567."))
        }
    }
}

text! {
    /// An e-mail address as mail systems in use accept it (a practical part of RFC 5321); the domain is lower-cased.
    EmailAddress, |text| {
        const WORDS: &str = "Enter an e-mail address like anna@example.org.";
        let (local, domain) = text.rsplit_once('@').ok_or(Invalid::new(WORDS))?;
        let domain = domain.to_lowercase();
        let is_local = (1..=64).contains(&local.len())
            && local.chars().all(|c| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c) || (!c.is_ascii() && c.is_alphanumeric()))
            && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let is_domain = domain.contains('.')
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
            // A last label of digits would be a piece of an IP address.
            && !domain.rsplit('.').next().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
        let address = format!("{local}@{domain}");
        if is_local && is_domain && address.len() <= 254 {
            Ok(address)
        } else {
            Err(Invalid::new(WORDS))
        }
    }
}
