//! Contracts in words.

use domain::{
    Timestamp,
    partners::{Field, Rule, Way},
    subscription::Tone,
};
use services::contracts::FieldTerms;

use crate::{views::Badge, words};

/// A contract that ends within this time is shown as ending, in milliseconds.
pub(super) const SOON: i64 = 60 * Timestamp::DAY;

/// Whether a contract holds.
pub(super) fn standing(from: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Badge {
    match (from, until) {
        (_, Some(until)) if until <= now => Badge::new(Tone::Danger, "Ran out"),
        (Some(from), _) if from > now => Badge::new(Tone::Notice, "Not yet"),
        (_, Some(until)) if until.since(now) < SOON => Badge::new(Tone::Warn, "Ends soon"),
        _ => Badge::new(Tone::Ok, "In force"),
    }
}

/// A field of the catalogue in words; one that is in none as it is called.
pub(super) fn field(name: &str) -> String {
    name.parse().map_or_else(|_| name.to_owned(), |field: Field| field.label().to_owned())
}

/// Fields of the catalogue in words.
pub(super) fn fields(names: &[String]) -> String {
    names.iter().map(|name| field(name)).collect::<Vec<_>>().join(", ")
}

/// Which ways a field goes.
pub(super) fn ways(terms: &FieldTerms) -> String {
    let ways: Vec<&str> = Way::ALL.iter().filter(|way| terms.allows(**way)).map(|way| way.label()).collect();
    ways.join(", ")
}

/// In what form it leaves.
pub(super) fn rule(rule: Rule) -> String {
    match rule {
        Rule::Plain => "As it is".to_owned(),
        Rule::Masked => "Masked".to_owned(),
        Rule::Hashed => "Hashed".to_owned(),
        Rule::Truncated(keeps) => format!("First {keeps} characters, or the year"),
    }
}

/// A number of days.
pub(super) fn days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{} days", words::grouped(days)) }
}
