//! The canonical bytes of an event (RFC 8785): the same event gives the same bytes everywhere and for ever.

use domain::Timestamp;
use serde_json::{Map, Value, json};

use super::Entry;
use crate::{
    Error,
    access::{Actor, ActorKind},
};

/// The version of the payload's shape.
const VERSION: u32 = 1;

/// What is hashed and kept.
pub(super) fn payload(entry: &Entry, actor: &Actor, at: Timestamp, stream: &str, seq: i64) -> Result<Vec<u8>, Error> {
    let trace = actor.trace();
    let session = match actor.kind() {
        ActorKind::Staff { session, .. } => session.map(|session| session.to_string()).unwrap_or_default(),
        _ => String::new(),
    };
    let changes: Vec<Value> = entry
        .changes
        .iter()
        .map(|change| match &change.values {
            Some((before, after)) => json!({ "field": change.field, "before": before, "after": after }),
            None => json!({ "field": change.field, "personal": true }),
        })
        .collect();
    let details: Map<String, Value> =
        entry.details.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let payload = json!({
        "v": VERSION,
        "stream": stream,
        "seq": seq.to_string(),
        "id": entry.id().to_string(),
        "at": instant(at),
        "actor": { "type": actor.type_word(), "id": actor.id_word(), "session": session },
        "action": entry.action,
        "target": { "type": entry.target.0, "id": entry.target.1 },
        "outcome": entry.outcome.as_str(),
        "reason": entry.reason,
        "request": { "id": trace.request_id, "ip": trace.ip, "user_agent": trace.user_agent },
        "changes": changes,
        "details": details,
    });
    serde_json_canonicalizer::to_vec(&payload).map_err(Error::internal)
}

/// An instant as the log writes it: UTC with milliseconds, RFC 3339.
pub(super) fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}
