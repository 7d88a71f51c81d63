//! Cutting a payload down to what a contract lets pass.

use domain::partners::{Field, Rule};
use serde_json::{Map, Value};

use super::Terms;
use crate::Error;

/// Fields that say nothing of a person or a car which the record's id doesn't.
const NEUTRAL: &[&str] = &["id", "number", "from", "until", "on", "at", "state", "kind", "reference", "currency"];
/// The longest value of a neutral field: an id with a word before it.
const LONGEST_NEUTRAL: usize = 64;
/// How deep a field that passes in another form is looked into; what lies deeper does not pass.
const DEEPEST: usize = 8;
/// What stands in the place of a name that is none of a field.
const UNNAMED: &str = "(other)";

/// A payload after the contract.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shaped {
    /// What may pass; empty when the whole is refused.
    pub payload: Value,
    /// The fields of the catalogue in it, in order.
    pub passed: Vec<String>,
    /// The fields that were taken out, in order: names only.
    pub withheld: Vec<String>,
    /// Whether the whole is refused, because the contract is strict and something had to be taken out.
    pub is_refused: bool,
}

impl Shaped {
    /// The refusal, when the whole is refused.
    pub fn refusal(&self) -> Option<Error> {
        self.is_refused.then(|| {
            Error::refused(
                "contract.strict",
                format!(
                    "The contract with this partner lets these fields not pass, and is strict, so nothing was sent: {}.",
                    self.withheld.join(", ")
                ),
            )
        })
    }
}

/// Takes out of a payload every field that the contract doesn't name, and gives the others the form that it names. What is
/// in no catalogue passes for nobody. A strict contract refuses the whole instead.
pub fn shape(terms: &Terms, payload: &Value) -> Shaped {
    let mut shaped = Shaped { payload: Value::Object(Map::new()), ..Shaped::default() };
    match payload {
        Value::Object(records) => {
            let kept = records.iter().filter_map(|(record, fields)| {
                record_of(terms, record, fields, &mut shaped.passed, &mut shaped.withheld)
            });
            shaped.payload = Value::Object(kept.collect());
        }
        Value::Null => {}
        _ => shaped.withheld.push("(all)".to_owned()),
    }
    shaped.withheld.dedup();
    if terms.is_strict && !shaped.withheld.is_empty() {
        shaped.is_refused = true;
        shaped.passed.clear();
        shaped.payload = Value::Object(Map::new());
    }
    shaped
}

fn record_of(
    terms: &Terms,
    record: &str,
    fields: &Value,
    passed: &mut Vec<String>,
    withheld: &mut Vec<String>,
) -> Option<(String, Value)> {
    let Value::Object(fields) = fields else {
        withheld.push(named(record));
        return None;
    };
    if !is_name(record) {
        withheld.push(UNNAMED.to_owned());
        return None;
    }
    let mut through = Map::new();
    for (field, value) in fields {
        let name = format!("{record}.{field}");
        let known: Option<Field> = name.parse().ok().filter(|field| terms.clearance.has(*field));
        let formed = match known {
            Some(known) => in_form(terms, known, value, 0),
            None => Some(value.clone()).filter(|value| is_neutral(field, value)),
        };
        match formed {
            Some(formed) => {
                through.insert(field.clone(), formed);
                passed.extend(known.map(|known| known.as_str().to_owned()));
            }
            None => withheld.push(if is_name(field) { name } else { format!("{record}.{UNNAMED}") }),
        }
    }
    Some((record.to_owned(), Value::Object(through)))
}

/// A value in the form in which it may pass.
fn in_form(terms: &Terms, field: Field, value: &Value, depth: usize) -> Option<Value> {
    if terms.rule(field) == Rule::Plain {
        return Some(value.clone());
    }
    if depth > DEEPEST {
        return None;
    }
    match value {
        Value::Null => Some(Value::Null),
        Value::String(text) if text.is_empty() => Some(Value::String(String::new())),
        Value::String(text) => terms.text(field, text).map(Value::String),
        Value::Number(number) => match number.as_i64().and_then(|number| terms.number(field, number)) {
            Some(number) => Some(Value::from(number)),
            None => terms.text(field, &number.to_string()).map(Value::String),
        },
        Value::Bool(is_so) => terms.text(field, if *is_so { "true" } else { "false" }).map(Value::String),
        Value::Array(values) => {
            let formed: Option<Vec<Value>> =
                values.iter().map(|value| in_form(terms, field, value, depth + 1)).collect();
            formed.map(Value::Array)
        }
        // A key that is no name could say what the value may not.
        Value::Object(parts) => {
            let parts: Option<Map<String, Value>> = parts
                .iter()
                .filter(|(name, _)| is_name(name))
                .map(|(name, part)| in_form(terms, field, part, depth + 1).map(|part| (name.clone(), part)))
                .collect();
            parts.map(Value::Object)
        }
    }
}

/// Whether a field says nothing that its record's id doesn't: by its name, and by what a value of that name looks like.
fn is_neutral(field: &str, value: &Value) -> bool {
    let all = |text: &str, fits: fn(u8) -> bool| text.len() <= LONGEST_NEUTRAL && text.bytes().all(fits);
    NEUTRAL.contains(&field)
        && match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => match field {
                "from" | "until" | "on" | "at" => all(text, |byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte)),
                "state" | "kind" | "currency" => {
                    all(text, |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
                }
                _ => all(text, |byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte)),
            },
            Value::Array(_) | Value::Object(_) => false,
        }
}

/// Whether a key is the name of a field or of a kind of record, and can be told to anybody.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
}

fn named(text: &str) -> String {
    if is_name(text) { text.to_owned() } else { UNNAMED.to_owned() }
}
