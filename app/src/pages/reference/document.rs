//! The OpenAPI document as the reference shows it. Server only.

use domain::permissions::marker::AccessRead;
use leptos::prelude::*;
use serde_json::{Map, Value};
use services::Error;

use super::{
    reads::{OperationGroup, OperationLine, OperationView, ReferenceView},
    tried,
};
use crate::{
    calls::Calls,
    context::{answer as answered, asked, session},
    error::AppError,
    views::{Cell, Row},
};

/// The API beside this portal.
pub(super) fn calls() -> Result<Calls, Error> {
    use_context().ok_or_else(|| Error::internal("a server function ran outside a request"))
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Every operation with its path and method, in the order of the paths.
pub(super) fn operations(document: &Value) -> Vec<(OperationLine, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths
        .into_iter()
        .flatten()
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, operation)| {
                let line = OperationLine {
                    id: text(operation, "operationId"),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    summary: text(operation, "summary"),
                    scope: text(operation, "x-scope"),
                    is_deprecated: operation.get("deprecated").and_then(Value::as_bool).unwrap_or_default(),
                };
                (line, operation)
            })
        })
        .collect()
}

pub(super) async fn answer(wanted: String) -> Result<ReferenceView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        actor.authorize::<AccessRead>()?;
        let document = calls()?.document;
        let all = operations(document);
        let groups = groups(document, &all);
        let operation = match wanted.as_str() {
            "" => None,
            id => {
                let (line, operation) = all.iter().find(|(line, _)| line.id == id).ok_or_else(|| {
                    Error::not_found("reference.not_found", "There is no such operation. Choose one from the list.")
                })?;
                let tried = tried::take(&cx, &session()?, id).await?;
                Some(OperationView { tried, ..whole(document, line, operation) })
            }
        };
        let version = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
        Ok(ReferenceView { version: version.to_owned(), groups, operation })
    })
    .await
}

fn groups(document: &Value, all: &[(OperationLine, &Value)]) -> Vec<OperationGroup> {
    let tags = document.get("tags").and_then(Value::as_array).into_iter().flatten();
    tags.map(|tag| {
        let name = text(tag, "name");
        let is_under = |operation: &Value| operation.pointer("/tags/0").and_then(Value::as_str) == Some(name.as_str());
        let operations = all.iter().filter(|(_, operation)| is_under(operation)).map(|(line, _)| line.clone());
        OperationGroup { description: text(tag, "description"), operations: operations.collect(), name }
    })
    .collect()
}

fn whole(document: &Value, line: &OperationLine, operation: &Value) -> OperationView {
    let request = operation.pointer("/requestBody/content/application~1json/schema");
    let done = operation.get("responses").and_then(Value::as_object).and_then(|all| all.values().next());
    let response = done.and_then(|done| done.pointer("/content/application~1json/schema"));
    OperationView {
        line: line.clone(),
        description: text(operation, "description"),
        limit_class: text(operation, "x-limit-class"),
        parameters: parameters(operation),
        request: request.map(|schema| fields(document, schema)).unwrap_or_default(),
        response: response.map(|schema| fields(document, schema)).unwrap_or_default(),
        statuses: statuses(operation),
        example: request.map(|schema| pretty(&example(document, schema))).unwrap_or_default(),
        tried: None,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn plain(cells: Vec<Cell>) -> Row {
    Row { href: String::new(), mark: String::new(), cells }
}

fn parameters(operation: &Value) -> Vec<Row> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters
        .map(|parameter| {
            let is_required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
            let place = text(parameter, "in");
            plain(vec![
                Cell::Code(text(parameter, "name")),
                Cell::Text(if is_required { format!("{place}, required") } else { place }),
                Cell::Text(parameter.get("schema").map(kind).unwrap_or_default()),
                Cell::Text(text(parameter, "description")),
            ])
        })
        .collect()
}

fn statuses(operation: &Value) -> Vec<Row> {
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    responses
        .map(|(status, response)| plain(vec![Cell::Code(status.clone()), Cell::Text(text(response, "description"))]))
        .collect()
}

/// What a `$ref` stands for.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// The fields of an object, or of each thing in a list.
fn fields(document: &Value, schema: &Value) -> Vec<Row> {
    let schema = resolved(document, schema);
    let schema = schema.pointer("/properties/data/items").map_or(schema, |items| resolved(document, items));
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let is_required = |name: &str| {
        schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name))
    };
    properties
        .iter()
        .map(|(name, field)| {
            let kind = kind(resolved(document, field));
            let kind = if is_required(name) { format!("{kind}, required") } else { kind };
            plain(vec![Cell::Code(name.clone()), Cell::Text(kind), Cell::Text(meaning(document, field))])
        })
        .collect()
}

/// What a field is for, with the words it can have when they are many.
fn meaning(document: &Value, field: &Value) -> String {
    let words = text(field, "description");
    let set = resolved(document, field).get("enum").and_then(Value::as_array);
    let set: Vec<&str> = set.into_iter().flatten().filter_map(Value::as_str).collect();
    if set.len() > 5 { format!("{words} One of: {}.", set.join(", ")) } else { words }
}

/// A type in words.
fn kind(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return if words.len() > 5 { "a word of a set".to_owned() } else { words.join(" | ") };
    }
    if schema.get("oneOf").is_some() {
        return "one of several".to_owned();
    }
    let format = text(schema, "format");
    let name = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => "object".to_owned(),
    };
    if format.is_empty() || format == "int64" { name } else { format }
}

/// A body to begin with: every field that is required.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema.pointer("/oneOf/0") {
        return example(document, first);
    }
    if let Some(word) = schema.pointer("/enum/0") {
        return word.clone();
    }
    if let Some(shown) = schema.get("example") {
        return shown.clone();
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let fields =
            required.filter_map(|name| properties.get(name).map(|field| (name.to_owned(), example(document, field))));
        return Value::Object(fields.collect());
    }
    match (kind(schema).as_str(), text(schema, "format").as_str()) {
        ("integer", _) => schema.get("minimum").cloned().unwrap_or(0.into()),
        ("boolean", _) => true.into(),
        ("array", _) => Value::Array(Vec::new()),
        (_, "uuid") => "00000000-0000-0000-0000-000000000000".into(),
        (_, "date") => "2026-12-01".into(),
        (_, "date-time") => "2026-12-01T08:00:00Z".into(),
        (_, "email") => "anna@example.org".into(),
        _ => "".into(),
    }
}
