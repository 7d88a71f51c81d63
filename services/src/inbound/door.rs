//! The door: whose a message is, whether it is from them, and keeping it before it is acknowledged.

use domain::{
    Timestamp,
    ids::{InboundId, IntegrationId},
    inbound::Refusal,
    integrations::{InboundScheme, IntegrationKind},
};
use http::HeaderMap;
use secrecy::SecretString;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    payload::{Payload, Subject},
    place,
    verify::verify,
};
use crate::{
    Error, Services,
    db::on,
    keys::Purpose,
    vault::{self, SecretPurpose},
};

/// The largest body that is taken: 256 kB.
pub const LARGEST: usize = 256 << 10;
/// The longest id that a message may have.
const LONGEST_ID: usize = 200;
/// The longest slug there is, and a little more.
const LONGEST_SLUG: usize = 64;

/// An integration's address for messages.
#[derive(Clone, Debug)]
pub struct Door {
    integration: IntegrationId,
    kind: IntegrationKind,
    scheme: InboundScheme,
    is_suspended: bool,
}

/// What became of a message at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept.
    Kept(InboundId),
    /// It had come before, and nothing follows from this one.
    Known,
}

#[derive(FromRow)]
struct DoorRow {
    id: Uuid,
    kind: String,
    inbound_scheme: String,
    is_suspended: bool,
}

/// Finds the door that an address names. One that takes nothing is not there.
pub async fn door(cx: &Services, slug: &str) -> Result<Door, Error> {
    let nowhere = || Error::not_found("inbound.no_such_address", "No messages are taken at this address.");
    if slug.len() > LONGEST_SLUG || slug.contains('\0') {
        return Err(nowhere());
    }
    let mut reading = cx.db.read().await?;
    let row: Option<DoorRow> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id, i.kind, i.inbound_scheme, p.status <> 'active' AS is_suspended
         FROM integration i JOIN partner p ON p.id = i.partner_id
         WHERE i.slug = $1 AND i.inbound_scheme <> 'none' AND i.state <> 'retired'")
        .bind(slug).fetch_optional(c).await)?;
    let row = row.ok_or_else(nowhere)?;
    Ok(Door {
        integration: row.id.into(),
        kind: row.kind.parse().map_err(Error::internal)?,
        scheme: row.inbound_scheme.parse().map_err(Error::internal)?,
        is_suspended: row.is_suspended,
    })
}

/// Checks a message and keeps it. One that is turned away is counted, by why.
pub async fn accept(
    cx: &Services,
    door: &Door,
    headers: &HeaderMap,
    body: &[u8],
    from: &str,
) -> Result<Receipt, Error> {
    let now = cx.clock.now();
    let secrets: Vec<SecretString> = vault::open(cx, door.integration, SecretPurpose::Webhook)
        .await?
        .into_iter()
        .filter(|(_, ends)| ends.is_none_or(|ends| ends > now))
        .map(|(secret, _)| secret)
        .collect();
    match checked(door, &secrets, headers, body, now) {
        Ok((external_id, payload)) => keep(cx, door, &external_id, &payload, body).await,
        Err(refusal) => Err(refuse(cx, door, refusal, from).await),
    }
}

fn checked(
    door: &Door,
    secrets: &[SecretString],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(String, Payload), Refusal> {
    if body.len() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    let named = verify(door.scheme, secrets, headers, body, now)?;
    if door.is_suspended {
        return Err(Refusal::Suspended);
    }
    let payload = Payload::read(body)?;
    let id = named.or_else(|| payload.id().map(str::to_owned)).ok_or(Refusal::Unnamed)?;
    let is_fit = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fit { Ok((id, payload)) } else { Err(Refusal::Unnamed) }
}

async fn keep(cx: &Services, door: &Door, external_id: &str, payload: &Payload, body: &[u8]) -> Result<Receipt, Error> {
    let (id, now) = (InboundId::new(), cx.clock.now().millis());
    let sealed = cx.keys.seal(Purpose::SealPartnerData, &place(id.uuid()), body)?;
    let mut uow = cx.db.begin().await?;
    let subject = Subject::find(uow.connection(), door.kind, payload).await?;
    let kept = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO inbound_message (id, integration_id, external_id, received_at, event_type, subject_key, body,
                                      body_length, state, next_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ready', $4, $4)
         ON CONFLICT (integration_id, external_id) DO NOTHING")
        .bind(id.uuid()).bind(door.integration.uuid()).bind(external_id).bind(now).bind(payload.event_type())
        .bind(subject.key()).bind(sealed).bind(i64::try_from(body.len()).unwrap_or(i64::MAX))
        .execute(c).await.map(|done| done.rows_affected()))?;
    uow.commit_bookkeeping().await?;
    Ok(if kept == 1 { Receipt::Kept(id) } else { Receipt::Known })
}

/// Counts a message that is turned away; answers what its sender is told.
pub async fn refuse(cx: &Services, door: &Door, refusal: Refusal, from: &str) -> Error {
    if let Err(error) = count(cx, door, refusal, from).await {
        error.log();
    }
    match refusal {
        Refusal::Unsigned | Refusal::WrongSignature | Refusal::OutOfTime | Refusal::NoSecret => {
            Error::unauthenticated(refusal.code(), refusal.message())
        }
        Refusal::Suspended => Error::denied(refusal.code(), refusal.message()),
        Refusal::TooLarge => {
            let mut error = Error::unprocessable(refusal.code(), refusal.message());
            error.status = 413;
            error
        }
        Refusal::Malformed | Refusal::Unnamed => Error::unprocessable(refusal.code(), refusal.message()),
    }
}

async fn count(cx: &Services, door: &Door, refusal: Refusal, from: &str) -> Result<(), Error> {
    let now = cx.clock.now().millis();
    let hour = now - now.rem_euclid(Timestamp::HOUR);
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO inbound_refusal (integration_id, hour, reason, count, last_at, last_from)
         VALUES ($1, $2, $3, 1, $4, $5)
         ON CONFLICT (integration_id, hour, reason)
         DO UPDATE SET count = inbound_refusal.count + 1, last_at = excluded.last_at, last_from = excluded.last_from")
        .bind(door.integration.uuid()).bind(hour).bind(refusal.as_str()).bind(now).bind(from)
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
