//! Field selection: `fields=id,name` leaves out the rest of what may leave. What may leave at all is decided before.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::Value;
use services::FieldError;

use crate::error_page::Problem;

/// The parameter.
pub(super) const PARAMETER: &str = "fields";

/// The fields asked for, when the query names any. What is not among the `known` is refused.
pub(super) fn asked(query: Option<&str>, known: &[String]) -> Result<Option<BTreeSet<String>>, Problem> {
    let values: Vec<String> = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == PARAMETER)
        .map(|(_, value)| value.into_owned())
        .collect();
    let Some(value) = values.first() else { return Ok(None) };
    let names: BTreeSet<String> =
        value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let is_known = names.iter().all(|name| known.contains(name));
    if values.len() > 1 || names.is_empty() || !is_known {
        let mut problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "input.invalid",
            "Some of what was sent doesn't fit; see errors.",
        );
        problem.fields = vec![FieldError::new(
            PARAMETER,
            format!("Name fields once, apart by commas. There are: {}.", known.join(", ")),
        )];
        return Err(problem);
    }
    Ok(Some(names))
}

/// Keeps the fields asked for, the id and the kind; of a list, in each of its things.
pub(super) fn keep(value: &mut Value, asked: &BTreeSet<String>) {
    match value.get_mut("data") {
        Some(Value::Array(things)) => things.iter_mut().for_each(|thing| keep_of(thing, asked)),
        _ => keep_of(value, asked),
    }
}

fn keep_of(thing: &mut Value, asked: &BTreeSet<String>) {
    if let Value::Object(object) = thing {
        object.retain(|name, _| matches!(name.as_str(), "id" | "object") || asked.contains(name));
    }
}
