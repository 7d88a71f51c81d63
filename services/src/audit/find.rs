//! One event in full, with its place in the chain and the checkpoint that covers it.

use domain::{ids::EventId, permissions::marker::AuditRead};
use serde_json::Value;
use sqlx::FromRow;

use super::Listed;
use crate::{Error, Services, access::Access, db::on};

/// An event in full.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As listed.
    pub event: Listed,
    /// What it says, parsed.
    pub said: Value,
    /// The exact bytes that were hashed, as text.
    pub canonical: String,
    /// The hash of those bytes, hexadecimal.
    pub leaf_hash: String,
    /// The hash that chains it to all before it, hexadecimal.
    pub chain_hash: String,
    /// The signed note of the first checkpoint that covers it, if one was signed since.
    pub checkpoint: Option<String>,
}

#[derive(FromRow)]
struct Proof {
    payload: Vec<u8>,
    leaf_hash: Vec<u8>,
    chain_hash: Vec<u8>,
}

/// Finds one event.
pub async fn find(cx: &Services, _access: &Access<AuditRead>, id: EventId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let missing = || Error::not_found("audit.not_found", "There is no such event. The address may be wrong.");
    let event: Listed = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, stream, seq, occurred_at, actor_type, actor_id, action, target_type, target_id, outcome, ip, request_id
         FROM audit_event WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?
        .ok_or_else(missing)?;
    let proof: Proof = on!(reading.connection(), c => sqlx::query_as(
        "SELECT payload, leaf_hash, chain_hash FROM audit_event WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    let checkpoint: Option<(String,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT note FROM audit_checkpoint WHERE stream = $1 AND size > $2 ORDER BY size LIMIT 1")
        .bind(&event.stream).bind(event.seq).fetch_optional(c).await)?;
    Ok(Detail {
        said: serde_json::from_slice(&proof.payload).map_err(Error::internal)?,
        canonical: String::from_utf8_lossy(&proof.payload).into_owned(),
        leaf_hash: hex::encode(proof.leaf_hash),
        chain_hash: hex::encode(proof.chain_hash),
        checkpoint: checkpoint.map(|(note,)| note),
        event,
    })
}
