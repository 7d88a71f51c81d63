//! Cutting a payload down to what a contract lets pass.

use serde_json::{Map, Value};

use super::Terms;

/// Fields that say nothing of a person or a car which the record's id doesn't.
const NEUTRAL: &[&str] = &["id", "number", "from", "until", "on", "at", "state", "kind", "reference", "currency"];

/// A payload after the contract.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shaped {
    /// What may pass.
    pub payload: Value,
    /// The fields of the catalogue in it, in order.
    pub passed: Vec<String>,
    /// The fields that were taken out, in order: names only.
    pub withheld: Vec<String>,
}

/// Takes out of a payload every field that the contract doesn't name. What is in no catalogue passes for nobody.
pub fn shape(terms: &Terms, payload: &Value) -> Shaped {
    let mut shaped = Shaped { payload: Value::Object(Map::new()), ..Shaped::default() };
    let Value::Object(records) = payload else {
        if !payload.is_null() {
            shaped.withheld.push("(all)".to_owned());
        }
        return shaped;
    };
    let mut kept = Map::new();
    for (record, fields) in records {
        let Value::Object(fields) = fields else {
            shaped.withheld.push(record.clone());
            continue;
        };
        let mut through = Map::new();
        for (field, value) in fields {
            let name = format!("{record}.{field}");
            let is_cleared = name.parse().is_ok_and(|field| terms.clearance.has(field));
            let is_neutral = NEUTRAL.contains(&field.as_str()) && !value.is_object() && !value.is_array();
            if is_cleared {
                shaped.passed.push(name);
            } else if !is_neutral {
                shaped.withheld.push(name);
                continue;
            }
            through.insert(field.clone(), value.clone());
        }
        kept.insert(record.clone(), Value::Object(through));
    }
    shaped.payload = Value::Object(kept);
    shaped
}
