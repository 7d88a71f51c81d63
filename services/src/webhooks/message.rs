//! What is sent: which event, when, and which record it is about.

use domain::{Timestamp, webhooks::EventType};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;

/// The body of a message. The event's id is that of the partner API's events, and the message's own.
pub fn body(event: Uuid, kind: &str, at: Timestamp, object: &str, object_id: Uuid) -> String {
    let at = clock::zoned(at, "UTC").timestamp();
    json!({
        "type": kind,
        "timestamp": format!("{at:.3}"),
        "data": { "id": event, "subject": { "type": object, "id": object_id } },
    })
    .to_string()
}

/// A message of a type as it could be.
pub fn example(kind: EventType) -> String {
    let at = Timestamp(1_795_428_000_000);
    let id = |last: u128| Uuid::from_u128(0x019a_b0f0_0000_7000_8000_0000_0000_0000 + last);
    let text = body(id(1), kind.name, at, kind.object(), id(2));
    serde_json::from_str(&text).ok().and_then(|value: Value| serde_json::to_string_pretty(&value).ok()).unwrap_or(text)
}

/// What a message of a type looks like, as JSON Schema (draft 2020-12).
pub fn schema(kind: EventType) -> Value {
    let id = |about: &str| json!({ "type": "string", "format": "uuid", "description": about });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.name,
        "description": kind.about,
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": { "const": kind.name },
            "timestamp": { "type": "string", "format": "date-time", "description": "When it happened." },
            "data": {
                "type": "object",
                "required": ["id", "subject"],
                "properties": {
                    "id": id("The event, as GET /api/v1/events names it."),
                    "subject": {
                        "type": "object",
                        "required": ["type", "id"],
                        "properties": { "type": { "const": kind.object() }, "id": id("Read the record by this id.") },
                    },
                },
            },
        },
    })
}
