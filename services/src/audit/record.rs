//! The canonical bytes of an event (RFC 8785): the same event gives the same bytes everywhere and for ever.

use std::{borrow::Cow, collections::BTreeMap};

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, entry::FieldChange};
use crate::{
    Error,
    access::{Actor, ActorKind},
};

/// The version of the payload's shape.
const VERSION: u32 = 1;

/// What a client calls itself is kept up to so many characters; the rest tells nobody anything.
const USER_AGENT: usize = 512;

/// The largest whole number that every reader of JSON holds exactly (RFC 8785 section 3.2.2.3).
const EXACT: u64 = (1 << 53) - 1;

#[derive(Serialize)]
struct Payload<'a> {
    v: u32,
    stream: &'a str,
    seq: String,
    id: String,
    at: String,
    actor: ActorPart<'a>,
    action: &'a str,
    target: TargetPart<'a>,
    outcome: &'a str,
    reason: &'a str,
    request: RequestPart<'a>,
    changes: Vec<ChangePart>,
    details: BTreeMap<&'a str, Value>,
}

#[derive(Serialize)]
struct ActorPart<'a> {
    r#type: &'a str,
    id: String,
    session: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    on_behalf_of: &'a str,
}

#[derive(Serialize)]
struct TargetPart<'a> {
    r#type: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct RequestPart<'a> {
    id: &'a str,
    ip: &'a str,
    user_agent: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ChangePart {
    Kept { field: &'static str, before: Value, after: Value },
    Personal { field: &'static str, personal: bool },
}

impl From<&FieldChange> for ChangePart {
    fn from(change: &FieldChange) -> Self {
        match &change.values {
            Some((before, after)) => {
                Self::Kept { field: change.field, before: exact(before.clone()), after: exact(after.clone()) }
            }
            None => Self::Personal { field: change.field, personal: true },
        }
    }
}

/// What is hashed and kept.
pub(super) fn payload(entry: &Entry, actor: &Actor, at: Timestamp, seq: i64) -> Result<Vec<u8>, Error> {
    let trace = actor.trace();
    let session = match actor.kind() {
        ActorKind::Staff { session, .. } => session.map(|session| session.to_string()).unwrap_or_default(),
        _ => String::new(),
    };
    let payload = Payload {
        v: VERSION,
        stream: entry.stream.as_str(),
        seq: seq.to_string(),
        id: entry.id().to_string(),
        at: instant(at),
        actor: ActorPart { r#type: actor.type_word(), id: actor.id_word(), session, on_behalf_of: &entry.on_behalf_of },
        action: entry.action,
        target: TargetPart { r#type: &entry.target.0, id: &entry.target.1 },
        outcome: entry.outcome.as_str(),
        reason: &entry.reason,
        request: RequestPart {
            id: &trace.request_id,
            ip: &trace.ip,
            user_agent: trace.user_agent.chars().take(USER_AGENT).collect(),
        },
        changes: entry.changes.iter().map(ChangePart::from).collect(),
        details: entry.details.iter().map(|(key, value)| (*key, exact(value.clone()))).collect(),
    };
    serde_json_canonicalizer::to_vec(&payload).map_err(Error::internal)
}

/// JSON's numbers are doubles to most readers: what a double can't hold exactly is written as text.
fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none_or(|whole| whole.unsigned_abs() > EXACT) => {
            Value::String(number.to_string())
        }
        Value::Array(values) => values.into_iter().map(exact).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, exact(value))).collect(),
        other => other,
    }
}

/// An instant as the log writes it: UTC with milliseconds, RFC 3339.
pub(super) fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

/// What an event says of itself, as far as columns hold copies of it.
#[derive(Debug, Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow)]
    pub(super) stream: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) seq: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) at: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) actor: SaidOf<'a>,
    #[serde(borrow)]
    pub(super) action: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) target: SaidOf<'a>,
    #[serde(borrow)]
    pub(super) outcome: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) request: SaidFrom<'a>,
}

/// Who or what, by type and id.
#[derive(Debug, Deserialize)]
pub(super) struct SaidOf<'a> {
    #[serde(borrow)]
    pub(super) r#type: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
}

/// Which request, from where.
#[derive(Debug, Deserialize)]
pub(super) struct SaidFrom<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) ip: Cow<'a, str>,
}

impl<'a> Said<'a> {
    /// Reads the canonical bytes; nothing when they aren't an event.
    pub(super) fn read(payload: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok()
    }

    /// Its place in its stream.
    pub(super) fn place(&self) -> Option<i64> {
        self.seq.parse().ok()
    }
}
