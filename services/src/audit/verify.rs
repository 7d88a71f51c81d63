//! Checking the log: every row, the chain, the tree, the head, every checkpoint. Names the first row that is wrong.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Stream,
    chain::{GENESIS, Hash, leaf, link},
    checkpoint::{self, Checkpoint},
    merkle::Frontier,
    record,
};
use crate::{Error, Services, db::on};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the event says was changed.
    Edited,
    /// An event is not there.
    Missing,
    /// An event stands in another place.
    Reordered,
    /// What lists show is not what the event says.
    ColumnDrift,
    /// The end was cut off, or is not the one that was.
    Truncated,
    /// The log branches from what was signed.
    Fork,
    /// A checkpoint is not signed by the key.
    BadSignature,
}

/// The first thing that is wrong with a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// At which event.
    pub seq: i64,
    /// What.
    pub kind: Kind,
    /// In words.
    pub words: String,
}

/// What a check of one stream found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamReport {
    /// Which stream.
    pub stream: String,
    /// How many events were checked.
    pub size: i64,
    /// The root over them, hexadecimal.
    pub root: String,
    /// How many checkpoints were held against it.
    pub checkpoints: usize,
    /// The first thing that is wrong; nothing when all is sound.
    pub finding: Option<Finding>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Stream by stream.
    pub streams: Vec<StreamReport>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.streams.iter().all(|stream| stream.finding.is_none())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stream in &self.streams {
            match &stream.finding {
                None => writeln!(
                    f,
                    "{}: sound. {} events, {} checkpoints, root {}",
                    stream.stream, stream.size, stream.checkpoints, stream.root
                )?,
                Some(finding) => writeln!(
                    f,
                    "{}: NOT SOUND at event #{} ({:?}): {}",
                    stream.stream, finding.seq, finding.kind, finding.words
                )?,
            }
        }
        write!(f, "{}", if self.is_sound() { "The audit log is sound." } else { "The audit log is NOT sound." })
    }
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    id: Uuid,
    occurred_at: i64,
    actor_type: String,
    actor_id: String,
    action: String,
    target_type: String,
    target_id: String,
    outcome: String,
    ip: String,
    request_id: String,
    payload: Vec<u8>,
    leaf_hash: Vec<u8>,
    chain_prev: Vec<u8>,
    chain_hash: Vec<u8>,
}

/// Checks all streams. `against` are notes kept elsewhere, one after the other; `public_key` is the key they must be
/// signed with, this portal's own when not given.
pub async fn verify(cx: &Services, against: Option<&str>, public_key: Option<&str>) -> Result<Report, Error> {
    let key = match public_key {
        Some(text) => checkpoint::parse_public_key(text).ok_or_else(|| {
            Error::invalid_field("pubkey", "The public key can’t be read. It looks like name+hash+key.")
        })?,
        None => checkpoint::own_key(cx),
    };
    let outside = against.map(checkpoint::notes_of).unwrap_or_default();
    if against.is_some() && outside.is_empty() {
        return Err(Error::invalid_field("against", "There is no checkpoint in this file."));
    }
    let mut streams = Vec::new();
    for stream in Stream::ALL.iter().copied() {
        let started_at = cx.clock.now();
        let report = check(cx, stream, &outside, &key).await?;
        remember(cx, started_at.millis(), &report).await?;
        streams.push(report);
    }
    Ok(Report { streams })
}

async fn remember(cx: &Services, started_at: i64, report: &StreamReport) -> Result<(), Error> {
    let finding = report.finding.as_ref().map(|finding| format!("#{}: {}", finding.seq, finding.words));
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO audit_verification (id, stream, started_at, finished_at, size, is_sound, finding)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(Uuid::now_v7()).bind(&report.stream).bind(started_at).bind(cx.clock.now().millis()).bind(report.size)
        .bind(report.finding.is_none()).bind(finding.unwrap_or_default())
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

/// The checkpoints a stream is held against, by size; or the first that can't be trusted.
async fn checkpoints(
    cx: &Services,
    stream: Stream,
    outside: &[String],
    key: &ed25519_dalek::VerifyingKey,
) -> Result<Result<BTreeMap<u64, Hash>, Finding>, Error> {
    let mut reading = cx.db.read().await?;
    let stored: Vec<(i64, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT size, note FROM audit_checkpoint WHERE stream = $1 ORDER BY size").bind(stream.as_str()).fetch_all(c).await)?;
    let own = checkpoint::own_key(cx);
    let suffix = format!("/{stream}");
    let mut roots: BTreeMap<u64, Hash> = BTreeMap::new();
    let all = stored.iter().map(|(_, note)| (note, &own)).chain(outside.iter().map(|note| (note, key)));
    for (note, key) in all {
        let Some((Checkpoint { origin, size, root }, is_signed)) = checkpoint::open_note(note, key) else {
            return Ok(Err(finding(0, Kind::BadSignature, "a checkpoint can’t be read")));
        };
        if !origin.ends_with(&suffix) {
            continue;
        }
        let seq = i64::try_from(size).unwrap_or(i64::MAX);
        if !is_signed {
            return Ok(Err(finding(seq, Kind::BadSignature, "the checkpoint of this size is not signed by the key")));
        }
        if roots.insert(size, root).is_some_and(|earlier| earlier != root) {
            return Ok(Err(finding(seq, Kind::Fork, "two signed checkpoints of this size have different roots")));
        }
    }
    Ok(Ok(roots))
}

fn finding(seq: i64, kind: Kind, words: impl Into<String>) -> Finding {
    Finding { seq, kind, words: words.into() }
}

async fn check(
    cx: &Services,
    stream: Stream,
    outside: &[String],
    key: &ed25519_dalek::VerifyingKey,
) -> Result<StreamReport, Error> {
    let mut report = StreamReport {
        stream: stream.as_str().to_owned(),
        size: 0,
        root: String::new(),
        checkpoints: 0,
        finding: None,
    };
    let roots = match checkpoints(cx, stream, outside, key).await? {
        Ok(roots) => roots,
        Err(found) => {
            report.finding = Some(found);
            return Ok(report);
        }
    };
    report.checkpoints = roots.len();
    let mut reading = cx.db.read().await?;
    // The head first: what is appended while we read is not missed, only not asked for.
    let head: Option<(i64, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT size, chain_hash FROM audit_head WHERE stream = $1").bind(stream.as_str()).fetch_optional(c).await)?;
    let (size, head_hash) = head.unwrap_or((0, GENESIS.to_vec()));
    let mut walk = Walk { stream, next: 0, previous: GENESIS, frontier: Frontier::default(), roots: &roots };
    while walk.next < size && report.finding.is_none() {
        let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id, outcome, ip, request_id,
                    payload, leaf_hash, chain_prev, chain_hash
             FROM audit_event
             WHERE stream = $1 AND seq >= $2 AND seq < $3
             ORDER BY seq
             LIMIT $4")
            .bind(stream.as_str()).bind(walk.next).bind(size).bind(PAGE).fetch_all(c).await)?;
        if rows.is_empty() {
            report.finding = Some(finding(walk.next, Kind::Missing, "this event and all after it are gone"));
        }
        report.finding = report.finding.or_else(|| rows.iter().find_map(|row| walk.step(row)));
    }
    report.size = walk.next;
    report.root = hex::encode(walk.frontier.root());
    if report.finding.is_none() {
        report.finding = walk.end(size, &head_hash);
    }
    Ok(report)
}

/// The state of a check on its way through a stream.
struct Walk<'a> {
    stream: Stream,
    next: i64,
    previous: Hash,
    frontier: Frontier,
    roots: &'a BTreeMap<u64, Hash>,
}

impl Walk<'_> {
    fn step(&mut self, row: &Row) -> Option<Finding> {
        let seq = self.next;
        if row.seq != seq {
            return Some(finding(
                seq,
                Kind::Missing,
                format!("this event is gone; the next one there is #{}", row.seq),
            ));
        }
        let computed = leaf(&row.payload);
        if row.leaf_hash != computed {
            return Some(finding(seq, Kind::Edited, "what this event says does not fit its hash"));
        }
        let Ok(said) = serde_json::from_slice::<Value>(&row.payload) else {
            return Some(finding(seq, Kind::Edited, "what this event says can’t be read"));
        };
        if said["seq"].as_str() != Some(seq.to_string().as_str()) || said["stream"] != self.stream.as_str() {
            let belongs = said["seq"].as_str().unwrap_or("?");
            return Some(finding(seq, Kind::Reordered, format!("the event that stands here belongs at #{belongs}")));
        }
        if row.chain_prev != self.previous || row.chain_hash != link(&self.previous, seq, &computed) {
            return Some(finding(seq, Kind::Edited, "this event is not chained to the one before it"));
        }
        if let Some(column) = drifted(row, &said) {
            return Some(finding(
                seq,
                Kind::ColumnDrift,
                format!("the column {column} does not say what the event says"),
            ));
        }
        self.previous = link(&self.previous, seq, &computed);
        self.frontier.push(computed);
        self.next += 1;
        let size = self.frontier.size();
        self.roots
            .get(&size)
            .filter(|root| **root != self.frontier.root())
            .map(|_| finding(seq, Kind::Fork, format!("the first {size} events are not those that were signed")))
    }

    fn end(&self, size: i64, head_hash: &[u8]) -> Option<Finding> {
        if head_hash != self.previous {
            return Some(finding(size, Kind::Truncated, "the last event is not the one the log ended with"));
        }
        let last_signed = self.roots.keys().next_back().copied().unwrap_or(0);
        (last_signed > self.frontier.size()).then(|| {
            finding(size, Kind::Truncated, format!("{last_signed} events were signed and only {size} are there"))
        })
    }
}

/// The first column that says something else than the event does.
fn drifted(row: &Row, said: &Value) -> Option<&'static str> {
    let pairs = [
        ("id", row.id.to_string(), &said["id"]),
        ("occurred_at", record::instant(domain::Timestamp(row.occurred_at)), &said["at"]),
        ("actor_type", row.actor_type.clone(), &said["actor"]["type"]),
        ("actor_id", row.actor_id.clone(), &said["actor"]["id"]),
        ("action", row.action.clone(), &said["action"]),
        ("target_type", row.target_type.clone(), &said["target"]["type"]),
        ("target_id", row.target_id.clone(), &said["target"]["id"]),
        ("outcome", row.outcome.clone(), &said["outcome"]),
        ("ip", row.ip.clone(), &said["request"]["ip"]),
        ("request_id", row.request_id.clone(), &said["request"]["id"]),
    ];
    pairs.into_iter().find(|(_, column, event)| event.as_str() != Some(column)).map(|(name, ..)| name)
}
