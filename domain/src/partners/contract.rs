//! What a data-sharing contract says of one field: which way it goes, on what grounds, and in what form.

use jiff::civil::Date;

crate::text_enum! {
    /// Why a field may be shared (GDPR, article 6).
    pub enum Basis {
        /// It is needed for the contract with the person.
        Contract = "contract", "Contract";
        /// A law demands it.
        LegalObligation = "legal_obligation", "Legal obligation";
        /// The person has agreed to it.
        Consent = "consent", "Consent";
        /// It serves an interest that weighs more than the person's.
        LegitimateInterest = "legitimate_interest", "Legitimate interest";
    }
}

crate::text_enum! {
    /// Which way a field goes.
    pub enum Way {
        /// To the partner, when we call it.
        Sent = "sent", "We send it";
        /// To the partner, when it calls our API.
        Read = "read", "They read it";
        /// From the partner to us.
        Received = "received", "We receive it";
    }
}

crate::text_enum! {
    /// By what something left.
    pub enum Via {
        /// Our own call to the partner.
        Gateway = "gateway", "Our call";
        /// The partner's call to us.
        Api = "api", "Partner API";
        /// A message to one of the partner's endpoints.
        Webhook = "webhook", "Webhook";
    }
}

crate::text_enum! {
    /// In what form a field leaves.
    pub enum RuleKind {
        /// As it is.
        Plain = "plain", "As it is";
        /// All but its last two characters hidden.
        Masked = "masked", "Masked, but for the last 2 characters";
        /// A keyed hash: equal values stay equal, and nobody can tell which.
        Hashed = "hashed", "Hashed with a key of ours";
        /// Its beginning; of a date the year.
        Truncated = "truncated", "Cut to its first characters, a date to its year";
    }
}

/// In what form a field leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// As it is.
    #[default]
    Plain,
    /// All but its last two characters hidden.
    Masked,
    /// A keyed hash.
    Hashed,
    /// Its first characters, this many; of a date the year.
    Truncated(usize),
}

/// What stands for hidden characters. Always the same, so that it doesn't tell how many there are.
const MASK: &str = "•••";
/// A shorter value is hidden whole: two of its characters would tell too much of it.
const LEAST_MASKED: usize = 6;

impl Rule {
    /// From its kind and, for a cut, the characters that stay.
    pub fn of(kind: RuleKind, keeps: i64) -> Self {
        match kind {
            RuleKind::Plain => Self::Plain,
            RuleKind::Masked => Self::Masked,
            RuleKind::Hashed => Self::Hashed,
            RuleKind::Truncated => Self::Truncated(usize::try_from(keeps).unwrap_or(0)),
        }
    }

    /// Its kind.
    pub const fn kind(self) -> RuleKind {
        match self {
            Self::Plain => RuleKind::Plain,
            Self::Masked => RuleKind::Masked,
            Self::Hashed => RuleKind::Hashed,
            Self::Truncated(_) => RuleKind::Truncated,
        }
    }

    /// A text in the form in which it leaves. `hash` makes the keyed hash; where it can't, nothing leaves.
    pub fn text(self, value: &str, hash: impl FnOnce(&str) -> Option<String>) -> Option<String> {
        match self {
            Self::Plain => Some(value.to_owned()),
            Self::Masked => {
                let length = value.chars().count();
                let shown: String =
                    if length < LEAST_MASKED { String::new() } else { value.chars().skip(length - 2).collect() };
                Some(format!("{MASK}{shown}"))
            }
            Self::Hashed => hash(value),
            Self::Truncated(keeps) => Some(match year_of(value) {
                Some(year) => year.to_owned(),
                None => value.chars().take(keeps).collect(),
            }),
        }
    }

    /// A whole number in the form in which it leaves as a number: cut, its first digits and zeros. Masked or hashed it is
    /// none any more, and doesn't leave.
    pub fn number(self, value: i64) -> Option<i64> {
        match self {
            Self::Plain => Some(value),
            Self::Masked | Self::Hashed => None,
            Self::Truncated(keeps) => {
                let digits = value.unsigned_abs().to_string().len();
                let dropped = u32::try_from(digits.saturating_sub(keeps)).unwrap_or(u32::MAX);
                Some(10_i64.checked_pow(dropped).map_or(0, |unit| value / unit * unit))
            }
        }
    }
}

/// The year of a date, or of an instant that begins with one.
fn year_of(value: &str) -> Option<&str> {
    let day = value.get(..10)?;
    let is_instant = value.len() == 10 || matches!(value.as_bytes().get(10), Some(b'T' | b' '));
    (is_instant && day.parse::<Date>().is_ok()).then(|| value.get(..4)).flatten()
}

#[cfg(test)]
mod tests {
    use super::Rule;

    fn left(rule: Rule, value: &str) -> String {
        rule.text(value, |value| Some(format!("#{}", value.len()))).unwrap_or_default()
    }

    #[test]
    fn a_mask_tells_the_last_two_characters_and_not_how_many_there_are() {
        assert_eq!(left(Rule::Masked, "WVWZZZ1KZ8W000042"), "•••42");
        assert_eq!(left(Rule::Masked, "Zoë Müller-Ö"), "•••-Ö");
        assert_eq!(left(Rule::Masked, "short"), "•••");
        assert_eq!(left(Rule::Masked, ""), "•••");
    }

    #[test]
    fn a_cut_keeps_the_beginning_and_of_a_date_the_year() {
        assert_eq!(left(Rule::Truncated(3), "B-KF 1234"), "B-K");
        assert_eq!(left(Rule::Truncated(9), "Öde"), "Öde");
        assert_eq!(left(Rule::Truncated(6), "1988-04-17"), "1988");
        assert_eq!(left(Rule::Truncated(6), "1988-04-17T10:00:00Z"), "1988");
        assert_eq!(left(Rule::Truncated(6), "1988-04-17-33"), "1988-0");
    }

    #[test]
    fn a_hash_that_can_not_be_made_leaves_nothing() {
        assert_eq!(Rule::Hashed.text("value", |_| None), None);
        assert_eq!(left(Rule::Hashed, "value"), "#5");
    }

    #[test]
    fn a_number_is_cut_to_its_first_digits_and_never_masked() {
        assert_eq!(Rule::Truncated(2).number(48_213), Some(48_000));
        assert_eq!(Rule::Truncated(2).number(-48_213), Some(-48_000));
        assert_eq!(Rule::Truncated(9).number(48_213), Some(48_213));
        assert_eq!(Rule::Truncated(0).number(i64::MIN), Some(0));
        assert_eq!((Rule::Masked.number(7), Rule::Hashed.number(7), Rule::Plain.number(7)), (None, None, Some(7)));
    }
}
