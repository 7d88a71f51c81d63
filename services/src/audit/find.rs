//! One event in full, with its place in the chain and the proof that a signed checkpoint covers it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{ids::EventId, permissions::marker::AuditRead};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Listed, Stream, chain,
    checkpoint::{self, Checkpoint},
    merkle::proof,
    tree::Tree,
    verify::{Row, fault},
};
use crate::{Error, Services, access::Access, db::on};

/// A page reads at most so many events to prove one. [`prove`] reads as many as it takes.
const READ_FOR_PAGE: u64 = 16_384;

/// An event in full.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As listed.
    pub event: Listed,
    /// What it says, parsed; nothing when it can't be.
    pub said: Value,
    /// Fields before and after.
    pub changes: Vec<Change>,
    /// The exact bytes that were hashed, as text.
    pub canonical: String,
    /// The hash of those bytes, hexadecimal.
    pub leaf_hash: String,
    /// The chain hash of the event before it, hexadecimal.
    pub chain_prev: String,
    /// The hash that chains it to all before it, hexadecimal.
    pub chain_hash: String,
    /// What is wrong with this row by itself: its hashes or columns don't fit what it says.
    pub fault: Option<String>,
    /// The signed note of the first checkpoint that covers it, if one was signed since.
    pub checkpoint: Option<String>,
    /// The proof that this checkpoint covers it.
    pub proof: Proof,
    /// The event before it in its stream.
    pub previous: Option<EventId>,
    /// The event after it in its stream.
    pub next: Option<EventId>,
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field.
    pub field: String,
    /// What it was and what it became; nothing for personal data, of which only the change is kept.
    pub values: Option<(Value, Value)>,
}

/// Whether a signed checkpoint is shown to cover an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is: the proof as text (C2SP tlog-proof), which anybody can check without us.
    Proven(String),
    /// No checkpoint was signed since.
    Unsigned,
    /// The log is too long to prove it while somebody waits for a page; ask [`prove`].
    Long,
    /// It is not what was signed: check the whole log.
    Broken,
}

/// Finds one event.
pub async fn find(cx: &Services, _access: &Access<AuditRead>, id: EventId) -> Result<Detail, Error> {
    let row = read(cx, id).await?;
    let (previous, next) = neighbours(cx, &row).await?;
    let checkpoint = covering(cx, &row).await?;
    let proof = inclusion(cx, &row, checkpoint.as_deref(), READ_FOR_PAGE).await?;
    let said: Value = serde_json::from_slice(&row.payload).unwrap_or_default();
    Ok(Detail {
        changes: said["changes"].as_array().into_iter().flatten().map(change).collect(),
        said,
        canonical: String::from_utf8_lossy(&row.payload).into_owned(),
        leaf_hash: hex::encode(&row.leaf_hash),
        chain_prev: hex::encode(&row.chain_prev),
        chain_hash: hex::encode(&row.chain_hash),
        fault: fault(&row).map(|(_, words)| words),
        checkpoint,
        proof,
        previous,
        next,
        event: listed(row),
    })
}

/// The proof of one event (C2SP tlog-proof), for a download. May read the whole log.
pub async fn prove(cx: &Services, _access: &Access<AuditRead>, id: EventId) -> Result<String, Error> {
    let row = read(cx, id).await?;
    let checkpoint = covering(cx, &row).await?;
    match inclusion(cx, &row, checkpoint.as_deref(), u64::MAX).await? {
        Proof::Proven(text) => Ok(text),
        Proof::Unsigned => Err(Error::refused(
            "audit.not_signed",
            "No checkpoint covers this event yet. One is signed within a minute or so; try again then.",
        )),
        Proof::Long | Proof::Broken => Err(Error::refused(
            "audit.not_proven",
            "This event is not what was signed. Check the whole log, and compare with a checkpoint kept elsewhere.",
        )),
    }
}

async fn read(cx: &Services, id: EventId) -> Result<Row, Error> {
    let mut reading = cx.db.read().await?;
    let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT stream, seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id, outcome, ip,
                request_id, payload, leaf_hash, chain_prev, chain_hash
         FROM audit_event
         WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("audit.not_found", "There is no such event. The address may be wrong."))
}

async fn neighbours(cx: &Services, row: &Row) -> Result<(Option<EventId>, Option<EventId>), Error> {
    let mut reading = cx.db.read().await?;
    let found: Vec<(i64, Uuid)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT seq, id FROM audit_event WHERE stream = $1 AND seq IN ($2, $3)")
        .bind(&row.stream).bind(row.seq - 1).bind(row.seq + 1).fetch_all(c).await)?;
    let at = |wanted: i64| found.iter().find(|(seq, _)| *seq == wanted).map(|(_, id)| EventId::from(*id));
    Ok((at(row.seq - 1), at(row.seq + 1)))
}

async fn covering(cx: &Services, row: &Row) -> Result<Option<String>, Error> {
    let mut reading = cx.db.read().await?;
    let found: Option<(String,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT note FROM audit_checkpoint WHERE stream = $1 AND size > $2 ORDER BY size LIMIT 1")
        .bind(&row.stream).bind(row.seq).fetch_optional(c).await)?;
    Ok(found.map(|(note,)| note))
}

async fn inclusion(cx: &Services, row: &Row, note: Option<&str>, most: u64) -> Result<Proof, Error> {
    let Some(note) = note else { return Ok(Proof::Unsigned) };
    let (Ok(stream), Ok(index)) = (row.stream.parse::<Stream>(), u64::try_from(row.seq)) else {
        return Ok(Proof::Broken);
    };
    let Ok(checkpoint) = Checkpoint::open(note, &checkpoint::own_key(cx)) else { return Ok(Proof::Broken) };
    let Some(tree) = Tree::now(cx, stream).await?.filter(|tree| tree.size() >= checkpoint.size) else {
        return Ok(Proof::Broken);
    };
    let parts = proof::inclusion_parts(index, checkpoint.size);
    if tree.unread(&parts) > most {
        return Ok(Proof::Long);
    }
    let Some(path) = tree.roots(cx, parts).await? else { return Ok(Proof::Broken) };
    let leaf = chain::leaf(&row.payload);
    if !checkpoint.is_of(stream) || !proof::is_included(&leaf, index, checkpoint.size, &path, &checkpoint.root) {
        return Ok(Proof::Broken);
    }
    let hashes: String = path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    Ok(Proof::Proven(format!("c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{note}")))
}

fn change(said: &Value) -> Change {
    let is_personal = said["personal"] == Value::Bool(true);
    Change {
        field: said["field"].as_str().unwrap_or_default().to_owned(),
        values: (!is_personal).then(|| (said["before"].clone(), said["after"].clone())),
    }
}

fn listed(row: Row) -> Listed {
    Listed {
        id: row.id,
        stream: row.stream,
        seq: row.seq,
        occurred_at: row.occurred_at,
        actor_type: row.actor_type,
        actor_id: row.actor_id,
        action: row.action,
        target_type: row.target_type,
        target_id: row.target_id,
        outcome: row.outcome,
        ip: row.ip,
        request_id: row.request_id,
    }
}
