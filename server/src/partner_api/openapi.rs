//! The OpenAPI 3.1 document, made of the operations and the types that they read and write.

use std::sync::OnceLock;

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{api_version::ApiVersion, credentials::PATTERN, permissions::Permission};
use serde_json::{Map, Value, json};

use super::{
    operation::{Described, Operation, described},
    page::LONGEST,
    problem::ProblemDocument,
    v1,
};

/// Serves the document. It is the same for everybody.
pub(super) async fn serve() -> Response {
    let mut response = Json(document()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(make)
}

fn make() -> Value {
    let routes = v1::routes();
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    add(&mut schemas, &described::<ProblemDocument>());
    for route in &routes {
        let operation = &route.operation;
        for described in [&operation.request, &operation.response.1].into_iter().flatten() {
            add(&mut schemas, described);
        }
        let path = paths.entry(format!("/api/v1{}", operation.path)).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = described_operation(operation);
    }
    let tags: Vec<Value> =
        v1::TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keyfob partner API",
            "version": ApiVersion::NEWEST.as_str(),
            "description": "What partners and internal systems call. Live credentials work on the business, test credentials on a sandbox with data of its own. The version is pinned by the credential and can be overridden by the header Keyfob-Version. A creating call can carry an Idempotency-Key; sent again with it, it gets the same answer for 24 hours.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "security": [{ "api_key": [] }, { "oauth": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": format!("An API key, `{PATTERN}`."),
                },
                "oauth": {
                    "type": "oauth2",
                    "description": "An access token by client credentials (RFC 6749 section 4.4).",
                    "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": scopes() } },
                },
            },
        },
    })
}

fn scopes() -> Value {
    let scopes = Permission::scopes().map(|scope| (scope.as_str().to_owned(), json!(scope.description())));
    Value::Object(scopes.collect())
}

fn add(schemas: &mut Map<String, Value>, described: &Described) {
    for (name, schema) in &described.schemas {
        if !schemas.contains_key(name) {
            schemas.insert(name.clone(), tidy(serde_json::to_value(schema).unwrap_or_default()));
        }
    }
}

/// What the types can't say: that `fields` may leave out all but the id, and that a choice takes nothing unknown either.
fn tidy(mut schema: Value) -> Value {
    // A type around another type is that other type.
    if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        schema = only.clone();
    }
    match &mut schema {
        Value::Object(object) => {
            if object.get("properties").is_some_and(|properties| properties.get("object").is_some()) {
                object.insert("required".to_owned(), json!(required(object)));
            }
            if let Some(Value::Array(choices)) = object.get_mut("oneOf") {
                for choice in choices.iter_mut().filter_map(Value::as_object_mut) {
                    if choice.contains_key("properties") {
                        choice.insert("additionalProperties".to_owned(), json!(false));
                    }
                }
            }
            for value in object.values_mut() {
                *value = tidy(value.take());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = tidy(value.take())),
        _ => {}
    }
    schema
}

fn required(object: &Map<String, Value>) -> Vec<&'static str> {
    let has = |name: &str| object.get("properties").is_some_and(|properties| properties.get(name).is_some());
    ["object", "id"].into_iter().filter(|name| has(name)).collect()
}

/// The fields of what an operation answers with, or of each thing in its list.
pub(super) fn fields_of(described: &Described) -> Vec<String> {
    let main = described.schemas.iter().find(|(name, _)| *name == described.name);
    let schema = main.map(|(_, schema)| tidy(serde_json::to_value(schema).unwrap_or_default())).unwrap_or_default();
    let of = schema.pointer("/properties/data/items").unwrap_or(&schema);
    let fields = of.get("properties").and_then(Value::as_object);
    fields.map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

fn reference(described: &Described) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", described.name) })
}

fn described_operation(operation: &Operation) -> Value {
    let scope = operation.scope.map(Permission::as_str);
    let scopes: Vec<&str> = scope.into_iter().collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters(operation),
        "responses": responses(operation),
        "security": [{ "api_key": [] }, { "oauth": scopes }],
        "x-scope": scope,
        "x-limit-class": operation.class.as_str(),
    });
    if !operation.description.is_empty() {
        described["description"] = json!(operation.description);
    }
    if let Some(request) = &operation.request {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(request) } },
        });
    }
    if operation.retirement.is_some() {
        described["deprecated"] = json!(true);
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let mut parameters = Vec::new();
    let names = operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    for name in names {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
            "description": "The id.",
        }));
    }
    for parameter in operation.query {
        let schema: Value = serde_json::from_str(parameter.schema).unwrap_or_default();
        parameters.push(json!({
            "name": parameter.name, "in": "query", "required": false, "description": parameter.description, "schema": schema,
        }));
    }
    if operation.is_list {
        parameters.push(json!({
            "name": "limit", "in": "query", "required": false, "description": "How many at once; 50 unless said.",
            "schema": { "type": "integer", "minimum": 1, "maximum": LONGEST },
        }));
        parameters.push(json!({
            "name": "cursor", "in": "query", "required": false, "description": "The `next` of the page before.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[A-Za-z0-9_-]+$" },
        }));
    }
    if operation.method == "GET" && !operation.fields.is_empty() {
        let names = operation.fields.join("|");
        parameters.push(json!({
            "name": "fields", "in": "query", "required": false,
            "description": "Leaves out all but the id and these fields, apart by commas.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 500, "pattern": format!("^({names})(,({names})){{0,20}}$") },
        }));
    }
    let header = |name: &str, description: &str, schema: Value, required: bool| json!({ "name": name, "in": "header", "required": required, "description": description, "schema": schema });
    parameters.push(header(
        "Keyfob-Version",
        "The version that this document describes, whatever the credential's.",
        json!({ "type": "string", "const": ApiVersion::NEWEST.as_str() }),
        false,
    ));
    if operation.creates {
        let schema =
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^([!#-~]+|\"[!#-~]+\")$" });
        parameters.push(header("Idempotency-Key", "Makes one of a call that is sent again.", schema, false));
    }
    if operation.takes_if_match {
        let schema = json!({ "type": "string", "pattern": "^\"[!#-+.-~-]+\"$" });
        parameters.push(header("If-Match", "The ETag of the version that was read.", schema, true));
    }
    if operation.has_etag && operation.method == "GET" {
        let schema = json!({ "type": "string", "pattern": "^(W/)?\"[!#-+.-~-]+\"$" });
        parameters.push(header("If-None-Match", "The ETag of what you have already.", schema, false));
    }
    parameters
}

fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    let (status, body) = &operation.response;
    let mut done = json!({ "description": "Done.", "headers": headers(operation) });
    if let Some(body) = body {
        done["content"] = json!({ "application/json": { "schema": reference(body) } });
    }
    responses.insert(status.to_string(), done);
    if operation.has_etag && operation.method == "GET" {
        responses.insert(
            "304".to_owned(),
            json!({ "description": "It is what you have already.", "headers": headers(operation) }),
        );
    }
    for status in refusals(operation) {
        let problem = json!({ "$ref": "#/components/schemas/ProblemDocument" });
        let mut response = json!({
            "description": words(status),
            "content": { "application/problem+json": { "schema": problem } },
        });
        if matches!(status, 429 | 503) {
            response["headers"] =
                json!({ "Retry-After": { "description": "Seconds.", "schema": { "type": "integer" } } });
        }
        if status == 401 {
            response["headers"] = json!({ "WWW-Authenticate": { "description": "How to authenticate.", "schema": { "type": "string" } } });
        }
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn headers(operation: &Operation) -> Value {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let mut headers = json!({
        "Keyfob-Version": text("The version of the API that this answer is in."),
        "X-Request-Id": text("Names this call."),
        "RateLimit": text("What is left of each limit (draft-ietf-httpapi-ratelimit-headers)."),
        "RateLimit-Policy": text("The limits of this call."),
    });
    if operation.has_etag {
        headers["ETag"] = text("The version of the record.");
    }
    if operation.retirement.is_some() {
        headers["Deprecation"] = text("Since when it is deprecated (RFC 9745).");
        headers["Sunset"] = text("From when it answers 410 (RFC 8594).");
    }
    headers
}

/// Every status an operation can refuse with.
pub(super) fn refusals(operation: &Operation) -> Vec<u16> {
    // 400: a version or a key that can't be read. 410: a version past its sunset.
    let mut statuses = vec![400, 401, 403, 408, 410, 422, 429, 500, 503];
    statuses.extend_from_slice(operation.refusals);
    if operation.names_something() {
        statuses.push(404);
    }
    if operation.takes_if_match {
        statuses.extend([412, 428]);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "The request can't be read.",
        401 => "No valid credential.",
        403 => "The credential may not do this, or not from here.",
        404 => "There is no such thing, or none that you may know of.",
        408 => "The request took too long to arrive.",
        409 => "The rules, or another call, stand against it.",
        410 => "This version or address was taken out of service.",
        412 => "It was changed since it was read.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        422 => "Something that was sent is wrong; `errors` says what.",
        428 => "If-Match is missing.",
        429 => "More calls than a limit allows.",
        503 => "Something is away for the moment.",
        _ => "Something went wrong on our side.",
    }
}
