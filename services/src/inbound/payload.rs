//! What a message says, and which record it is about.

use domain::{
    fleet::{Plate, Vin},
    inbound::Refusal,
    integrations::IntegrationKind,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, on},
};

/// The longest type that is kept.
const LONGEST_TYPE: usize = 100;
/// The longest name of a record that is looked up.
const LONGEST_NAME: usize = 100;

/// A message's body, well-formed.
#[derive(Clone, Debug)]
pub(super) struct Payload(Map<String, Value>);

impl Payload {
    /// Reads a body, which must be a JSON object.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(Refusal::Malformed),
        }
    }

    /// Its own id, where the scheme has it in the body.
    pub(super) fn id(&self) -> Option<&str> {
        self.0.get("id").and_then(Value::as_str)
    }

    /// Its type; empty when it has none that is fit to be shown.
    pub(super) fn event_type(&self) -> &str {
        let is_fit = |name: &&str| {
            name.len() <= LONGEST_TYPE
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        };
        self.0.get("type").and_then(Value::as_str).filter(is_fit).unwrap_or_default()
    }

    /// A field of its data. Stripe has the record itself one deeper, in `object`.
    fn field(&self, name: &str) -> Option<&Value> {
        let data = self.0.get("data")?;
        data.get(name).or_else(|| data.get("object")?.get(name))
    }

    /// A text of its data; empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.field(name).and_then(Value::as_str).map(str::trim).unwrap_or_default()
    }

    /// A whole number of its data.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.field(name).and_then(Value::as_i64)
    }
}

/// The record a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A subscription.
    Subscription(Uuid),
    /// A vehicle.
    Vehicle(Uuid),
    /// It names one that we don't know.
    Unknown(String),
    /// It names none.
    None,
}

impl Subject {
    /// Finds the record that a message of an integration of this kind names.
    pub(super) async fn find(
        connection: Connection<'_>,
        kind: IntegrationKind,
        payload: &Payload,
    ) -> Result<Self, Error> {
        match kind {
            IntegrationKind::Payments => subscription(connection, payload.text("subscription")).await,
            IntegrationKind::Telematics => vehicle(connection, payload.text("vin"), payload.text("plate")).await,
            _ => Ok(Self::None),
        }
    }

    /// By which messages of one subject are told. A name that we don't know stands in it as a digest.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Subscription(id) => format!("subscription:{id}"),
            Self::Vehicle(id) => format!("vehicle:{id}"),
            Self::Unknown(name) => format!("unknown:{}", hex::encode(&Sha256::digest(name.as_bytes())[..12])),
            Self::None => String::new(),
        }
    }
}

fn is_nameable(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.contains('\0')
}

async fn subscription(connection: Connection<'_>, name: &str) -> Result<Subject, Error> {
    if name.is_empty() {
        return Ok(Subject::None);
    }
    if !is_nameable(name) {
        return Ok(Subject::Unknown(name.to_owned()));
    }
    let found: Option<(Uuid,)> = match Uuid::try_parse(name) {
        Ok(id) => on!(connection, c => sqlx::query_as("SELECT id FROM subscription WHERE id = $1")
            .bind(id).fetch_optional(c).await)?,
        Err(_) => on!(connection, c => sqlx::query_as("SELECT id FROM subscription WHERE number = $1")
            .bind(name).fetch_optional(c).await)?,
    };
    Ok(found.map_or_else(|| Subject::Unknown(name.to_owned()), |(id,)| Subject::Subscription(id)))
}

async fn vehicle(connection: Connection<'_>, vin: &str, plate: &str) -> Result<Subject, Error> {
    let name = if vin.is_empty() { plate } else { vin };
    if name.is_empty() {
        return Ok(Subject::None);
    }
    let found: Option<(Uuid,)> = match (Vin::try_from(vin), Plate::try_from(plate)) {
        (Ok(vin), _) => on!(connection, c => sqlx::query_as("SELECT id FROM vehicle WHERE vin = $1")
            .bind(vin.as_str()).fetch_optional(c).await)?,
        (Err(_), Ok(plate)) if vin.is_empty() => on!(connection, c => sqlx::query_as(
            "SELECT id FROM vehicle WHERE plate_key = $1").bind(plate.key()).fetch_optional(c).await)?,
        _ => None,
    };
    Ok(found.map_or_else(|| Subject::Unknown(name.to_owned()), |(id,)| Subject::Vehicle(id)))
}
