//! Signing. Never a checkpoint that does not hold all of the last one: who has signed two that contradict each other has
//! said that the log was rewritten.

use std::fmt;

use domain::Timestamp;
use sqlx::FromRow;

use super::{Checkpoint, key_name, notes_of, origin, own_key, signing_key};
use crate::{
    Error, Services,
    audit::{
        Stream,
        merkle::{Frontier, proof},
        note,
        tree::Tree,
    },
    db::on,
};

/// A checkpoint is signed when so many events came since the last one …
const EVENTS: i64 = 1_000;
/// … or when there are new ones and so much time has passed.
const PAUSE: i64 = Timestamp::MINUTE;

/// The notes that were signed, as text: keep them elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed(pub Vec<String>);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.join("\n").trim_end())
    }
}

/// When to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Where enough has come, or enough time has passed. For rounds.
    Due,
    /// Wherever anything has come: before the portal stops, before an export, when somebody asks.
    Asked,
}

/// The end of a stream, what was signed last, and how far the stored checkpoints go.
#[derive(FromRow)]
struct Head {
    size: i64,
    frontier: Vec<u8>,
    signed_size: i64,
    signed_at: Option<i64>,
    note: Option<String>,
    newest: Option<i64>,
}

/// Signs a checkpoint of every stream that has grown since its last one.
pub async fn sign(cx: &Services) -> Result<Signed, Error> {
    sign_with(cx, Why::Asked, None).await
}

/// Signs where a checkpoint is due. Called regularly.
pub async fn sign_if_due(cx: &Services) -> Result<Signed, Error> {
    sign_with(cx, Why::Due, None).await
}

/// Signs, with `kept` being the notes that the caller keeps outside the database: nothing is signed that contradicts
/// them, even when the database has been made to forget them.
pub async fn sign_with(cx: &Services, why: Why, kept: Option<&str>) -> Result<Signed, Error> {
    let kept = kept.map(notes_of).unwrap_or_default();
    let mut signed = Signed::default();
    let mut refused = None;
    for stream in Stream::ALL.iter().copied() {
        // What is wrong with one stream must not keep the others from being signed.
        match sign_stream(cx, stream, why, &kept).await {
            Ok(note) => signed.0.extend(note),
            Err(error) => {
                tracing::error!(target: "audit.checkpoint", %stream, "not signed; run `keyfob audit verify`");
                refused = refused.or(Some(error));
            }
        }
    }
    refused.map_or(Ok(signed), Err)
}

async fn sign_stream(cx: &Services, stream: Stream, why: Why, kept: &[String]) -> Result<Option<String>, Error> {
    let now = cx.clock.now();
    let Some(head) = read(cx, stream).await? else { return Ok(None) };
    let grown = head.size - head.signed_size;
    let rested = now.since(Timestamp(head.signed_at.unwrap_or(i64::MIN)));
    let is_due = why == Why::Asked || grown >= EVENTS || rested >= PAUSE;
    // A log that shrank, or whose checkpoints don't fit its head, goes on and is refused.
    let is_settled = grown == 0 && head.newest.unwrap_or(0) == head.signed_size;
    if is_settled || (grown > 0 && !is_due) {
        return Ok(None);
    }
    let checkpoint = next(cx, stream, &head, kept).await?;
    let note = note::sign(key_name(cx), &signing_key(cx), &checkpoint.to_string());
    if !store(cx, stream, &head, &checkpoint, &note, now).await? {
        return Ok(None);
    }
    tracing::info!(target: "audit.checkpoint", %stream, size = head.size, note, "signed");
    Ok(Some(note))
}

async fn read(cx: &Services, stream: Stream) -> Result<Option<Head>, Error> {
    let mut reading = cx.db.read().await?;
    // One statement, so that another node's checkpoint is seen whole or not at all.
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT h.size, h.frontier, h.signed_size, p.signed_at, p.note,
                (SELECT MAX(n.size) FROM audit_checkpoint n WHERE n.stream = h.stream) AS newest
         FROM audit_head h
         LEFT JOIN audit_checkpoint p ON p.stream = h.stream AND p.size = h.signed_size
         WHERE h.stream = $1")
        .bind(stream.as_str()).fetch_optional(c).await)?)
}

/// The checkpoint to sign, after the proof that it holds all of the last one.
async fn next(cx: &Services, stream: Stream, head: &Head, kept: &[String]) -> Result<Checkpoint, Error> {
    let refused = |why: &str| Error::internal(format!("no checkpoint of the audit stream {stream} was signed: {why}"));
    let frontier = u64::try_from(head.size)
        .ok()
        .and_then(|size| Frontier::from_bytes(size, &head.frontier))
        .ok_or_else(|| refused("its head is damaged"))?;
    let (size, root) = (frontier.size(), frontier.root());
    if head.newest.unwrap_or(0) != head.signed_size {
        return Err(refused("its head and its stored checkpoints name different last ones"));
    }
    let key = own_key(cx);
    let last = match (&head.note, head.signed_size) {
        (None, 0) => None,
        (None, _) => return Err(refused("the last checkpoint is gone")),
        (Some(note), _) => {
            Some(Checkpoint::open(note, &key).map_err(|_| refused("the last checkpoint is not signed by our key"))?)
        }
    };
    let mut known: Vec<Checkpoint> = kept.iter().filter_map(|note| Checkpoint::open(note, &key).ok()).collect();
    known.retain(|checkpoint| checkpoint.is_of(stream));
    // The latest of those kept outside vouches for those before it.
    let outside = known.into_iter().max_by_key(|checkpoint| checkpoint.size);
    let tree = Tree::new(stream, frontier);
    for earlier in [last, outside].into_iter().flatten() {
        if earlier.size > size {
            return Err(refused("it is shorter than what was signed"));
        }
        let path = tree
            .roots(cx, proof::consistency_parts(earlier.size, size))
            .await?
            .ok_or_else(|| refused("an event is missing"))?;
        if !proof::is_consistent(earlier.size, &earlier.root, size, &root, &path) {
            return Err(refused("it does not begin with what was signed"));
        }
    }
    Ok(Checkpoint { origin: origin(cx, stream), size, root })
}

/// Keeps the note. Answers whether it was the one: another node may have been faster.
async fn store(
    cx: &Services,
    stream: Stream,
    head: &Head,
    checkpoint: &Checkpoint,
    note: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let mut uow = cx.db.begin().await?;
    let is_ours = on!(uow.connection(), c => sqlx::query(
        "UPDATE audit_head
         SET signed_size = $3, signed_root = $4
         WHERE stream = $1 AND signed_size = $2 AND size >= $3")
        .bind(stream.as_str()).bind(head.signed_size).bind(head.size).bind(checkpoint.root.as_slice())
        .execute(c).await.map(|done| done.rows_affected() == 1))?;
    if is_ours {
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO audit_checkpoint (stream, size, signed_at, root, note) VALUES ($1, $2, $3, $4, $5)")
            .bind(stream.as_str()).bind(head.size).bind(now.millis()).bind(checkpoint.root.as_slice()).bind(note)
            .execute(c).await.map(|_| ()))?;
        uow.commit_bookkeeping().await?;
    }
    Ok(is_ours)
}
