//! A contract as a form has it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Timestamp, form,
    partners::{Basis, Field, Rule, RuleKind, Way},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Contract, FieldTerms};
use crate::{
    clock::{ZONE, start_of, zoned},
    error::{FieldError, FormErrors},
};

/// For how long a field may be kept at most, in days: ten years.
const LONGEST_KEPT: i64 = 3_650;
/// Most characters that stay of a value that is cut.
const MOST_KEPT: i64 = 64;

form! {
    /// What a contract says as a whole, as typed.
    pub struct ContractForm {
        is_strict: "Strict",
        valid_from: "Holds from",
        valid_until: "Last day",
        document: "Agreed text",
    }
}

/// What it says of one field, as typed. A box that isn't checked isn't sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// `yes` when it is in the contract.
    pub granted: String,
    /// `yes` when we send it.
    pub sent: String,
    /// `yes` when they read it.
    pub read: String,
    /// `yes` when we receive it.
    pub received: String,
    /// What for.
    pub purpose: String,
    /// On what grounds.
    pub basis: String,
    /// Days.
    pub retention: String,
    /// In what form.
    pub rule: String,
    /// Characters that stay.
    pub keeps: String,
}

/// A contract as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractFields {
    /// Whether a payload with any other field is refused as a whole.
    pub is_strict: bool,
    /// From when it holds.
    pub valid_from: Option<Timestamp>,
    /// Until when it holds.
    pub valid_until: Option<Timestamp>,
    /// Where the agreed text is kept.
    pub document: String,
    /// Each field in it. When it came in and was last used is not for a form to say.
    pub fields: BTreeMap<Field, FieldTerms>,
}

/// Parses everything, and says everything that is wrong at once. What is typed at a field outside the contract is not
/// looked at.
pub fn parse(form: &ContractForm, fields: &BTreeMap<String, FieldForm>) -> Result<ContractFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let from = errors.date("valid_from", &form.valid_from).flatten();
    let last = errors.date("valid_until", &form.valid_until).flatten();
    if let (Some(from), Some(last)) = (from, last)
        && last < from
    {
        errors.push("valid_until", "The last day is before the first.");
    }
    let document = errors.line("document", &form.document, 200).unwrap_or_default();
    let mut known = BTreeMap::new();
    for (name, typed) in fields.iter().filter(|(_, typed)| typed.granted == "yes") {
        match name.parse::<Field>() {
            Ok(field) => {
                known.extend(field_of(&mut errors, name, typed).map(|terms| (field, terms)));
            }
            Err(_) => errors.push("fields", "This form is damaged. Reload the page and try again."),
        }
    }
    let errors = errors.into_fields();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(ContractFields {
        is_strict: form.is_strict == "yes",
        valid_from: from.map(|from| start_of(from, ZONE)),
        valid_until: last.and_then(|last| last.tomorrow().ok()).map(|end| start_of(end, ZONE)),
        document,
        fields: known,
    })
}

/// The name of a part of a field's form, on the wire and in messages.
fn at(field: &str, part: &str) -> String {
    format!("fields[{field}][{part}]")
}

fn field_of(errors: &mut FormErrors, name: &str, typed: &FieldForm) -> Option<FieldTerms> {
    let is = |text: &str| text == "yes";
    let (is_sent, is_read, is_received) = (is(&typed.sent), is(&typed.read), is(&typed.received));
    let has_way = is_sent || is_read || is_received;
    if !has_way {
        errors.push(&at(name, "sent"), "Choose at least one way that it goes, or take it out of the contract.");
    }
    let purpose = errors.line(&at(name, "purpose"), &typed.purpose, 200);
    if purpose.as_deref() == Some("") {
        errors.push(&at(name, "purpose"), "Say what it is needed for.");
    }
    let basis: Option<Basis> = errors.parse(&at(name, "basis"), typed.basis.parse());
    let retention = errors.number(&at(name, "retention"), &typed.retention, 1, LONGEST_KEPT);
    let kind: Option<RuleKind> = errors.parse(&at(name, "rule"), typed.rule.parse());
    let keeps = match kind {
        Some(RuleKind::Truncated) => errors.number(&at(name, "keeps"), &typed.keeps, 1, MOST_KEPT),
        _ => Some(4),
    };
    Some(FieldTerms {
        is_sent,
        is_read,
        is_received,
        purpose: purpose.filter(|purpose| has_way && !purpose.is_empty())?,
        basis: basis?,
        retention_days: retention?,
        rule: Rule::of(kind?, keeps?),
        granted_at: Timestamp(0),
        last_used_at: None,
    })
}

/// A contract as its form shows it: what stands in it as a whole, and each field of the catalogue.
pub fn form_of(contract: &Contract) -> (ContractForm, Vec<(Field, FieldForm)>) {
    let day = |at: Timestamp| zoned(at, ZONE).date().to_string();
    let yes = |is_so: bool| if is_so { "yes".to_owned() } else { String::new() };
    let form = ContractForm {
        is_strict: yes(contract.is_strict),
        valid_from: contract.valid_from.map(day).unwrap_or_default(),
        valid_until: contract.last_day().map(|last| last.to_string()).unwrap_or_default(),
        document: contract.document.clone(),
    };
    let fields = Field::ALL.iter().map(|field| {
        let terms = contract.fields.get(field);
        let way = |way: Way| yes(terms.is_none_or(|terms| terms.allows(way)));
        let keeps = match terms.map(|terms| terms.rule) {
            Some(Rule::Truncated(keeps)) => keeps,
            _ => 4,
        };
        let typed = FieldForm {
            granted: yes(terms.is_some()),
            sent: way(Way::Sent),
            read: way(Way::Read),
            received: way(Way::Received),
            purpose: terms.map(|terms| terms.purpose.clone()).unwrap_or_default(),
            basis: terms.map_or(Basis::Contract, |terms| terms.basis).to_string(),
            retention: terms.map_or(365, |terms| terms.retention_days).to_string(),
            rule: terms.map_or(RuleKind::Plain, |terms| terms.rule.kind()).to_string(),
            keeps: keeps.to_string(),
        };
        (*field, typed)
    });
    (form, fields.collect())
}

impl Contract {
    /// The last day on which it holds; nothing when it is open.
    pub fn last_day(&self) -> Option<Date> {
        self.valid_until.map(|until| zoned(until.plus(-1), ZONE).date())
    }
}

/// The fields that came in, went out, and changed what is said of them: names, in order.
pub(super) fn difference(
    before: &BTreeMap<Field, FieldTerms>,
    after: &BTreeMap<Field, FieldTerms>,
) -> (Vec<&'static str>, Vec<&'static str>, Vec<&'static str>) {
    let same = |one: &FieldTerms, other: &FieldTerms| {
        let bare = |terms: &FieldTerms| FieldTerms { granted_at: Timestamp(0), last_used_at: None, ..terms.clone() };
        bare(one) == bare(other)
    };
    let (old, new): (BTreeSet<Field>, BTreeSet<Field>) =
        (before.keys().copied().collect(), after.keys().copied().collect());
    let words = |fields: Vec<Field>| fields.into_iter().map(Field::as_str).collect();
    (
        words(new.difference(&old).copied().collect()),
        words(old.difference(&new).copied().collect()),
        words(
            new.intersection(&old)
                .copied()
                .filter(|field| match (before.get(field), after.get(field)) {
                    (Some(one), Some(other)) => !same(one, other),
                    _ => false,
                })
                .collect(),
        ),
    )
}
