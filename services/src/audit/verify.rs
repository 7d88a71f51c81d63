//! Checking the log: every row, the chain, the tree, the head, every checkpoint. Names the first row that is wrong.

mod notes;
mod report;
mod row;
mod walk;

use sqlx::FromRow;
use uuid::Uuid;

pub use report::{Finding, Kind, Report, StreamReport};
pub(super) use row::{Row, fault};

use super::{Stream, chain::GENESIS, checkpoint, note::PublicKey};
use crate::{Error, Services, db::on};
use notes::Notes;
use walk::Walk;

/// What to check, and with what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Only this stream; all when not told.
    pub stream: Option<Stream>,
    /// Notes kept elsewhere, one after the other.
    pub against: Option<&'a str>,
    /// The key (`name+hash+key`) that all notes, stored and kept elsewhere, must be signed with. This portal's own when
    /// not told; who doesn't trust this machine brings the key along.
    pub public_key: Option<&'a str>,
}

/// Checks all streams, with notes kept elsewhere and a key kept elsewhere if there are any.
pub async fn verify(cx: &Services, against: Option<&str>, public_key: Option<&str>) -> Result<Report, Error> {
    verify_with(cx, Options { stream: None, against, public_key }).await
}

/// Checks what the options say, and keeps what was found for the security page.
pub async fn verify_with(cx: &Services, options: Options<'_>) -> Result<Report, Error> {
    let key = match options.public_key {
        Some(text) => PublicKey::parse(text).ok_or_else(|| {
            Error::invalid_field("pubkey", "The public key can’t be read. It looks like name+hash+key.")
        })?,
        None => checkpoint::own_key(cx),
    };
    let outside = notes::read_outside(options.against)?;
    let streams = Stream::ALL.iter().copied().filter(|stream| options.stream.is_none_or(|only| only == *stream));
    let mut report = Report { streams: Vec::new() };
    for stream in streams {
        let started_at = cx.clock.now();
        let checked = check(cx, stream, &outside, &key).await?;
        // A read-only copy can be checked as well; only the page won't know.
        if let Err(error) = remember(cx, started_at.millis(), &checked).await {
            tracing::warn!(%stream, "what was found could not be kept for the security page");
            error.log();
        }
        report.streams.push(checked);
    }
    Ok(report)
}

async fn remember(cx: &Services, started_at: i64, report: &StreamReport) -> Result<(), Error> {
    let finding = report.first().map(|finding| format!("#{}: {}", finding.seq, finding.words));
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO audit_verification (id, stream, started_at, finished_at, size, is_sound, finding)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(Uuid::now_v7()).bind(&report.stream).bind(started_at).bind(cx.clock.now().millis()).bind(report.size)
        .bind(report.is_sound()).bind(finding.unwrap_or_default())
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

/// The end of a stream, as its head says and as its events do, at one moment.
#[derive(FromRow)]
struct End {
    size: i64,
    chain_hash: Vec<u8>,
    frontier: Vec<u8>,
    signed_size: i64,
    /// One more than the last place that is taken.
    rows: i64,
}

async fn end_of(cx: &Services, stream: Stream) -> Result<End, Error> {
    let mut reading = cx.db.read().await?;
    let end: Option<End> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT h.size, h.chain_hash, h.frontier, h.signed_size,
                COALESCE((SELECT MAX(e.seq) FROM audit_event e WHERE e.stream = h.stream), -1) + 1 AS rows
         FROM audit_head h
         WHERE h.stream = $1")
        .bind(stream.as_str()).fetch_optional(c).await)?;
    if let Some(end) = end {
        return Ok(end);
    }
    let (last,): (Option<i64>,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT MAX(seq) FROM audit_event WHERE stream = $1").bind(stream.as_str()).fetch_one(c).await)?;
    let rows = last.map_or(0, |last| last + 1);
    Ok(End { size: 0, chain_hash: GENESIS.to_vec(), frontier: Vec::new(), signed_size: 0, rows })
}

async fn check(cx: &Services, stream: Stream, outside: &[String], key: &PublicKey) -> Result<StreamReport, Error> {
    // The checkpoints first and the end after: what is signed meanwhile is not missed, only not asked for.
    let notes = Notes::read(cx, stream, outside, key).await?;
    let end = end_of(cx, stream).await?;
    let is_last_signed_there = notes.holds(cx, end.signed_size).await?;
    let mut walk = Walk::new(stream, &notes);
    walk.run(cx, end.size.min(end.rows)).await?;
    let mut findings = notes.findings.clone();
    findings.extend(walk.finish(&end, is_last_signed_there));
    // By place; what stands at the same place stays in the order in which it was found.
    findings.sort_by_key(|finding| finding.seq);
    Ok(StreamReport {
        stream: stream.as_str().to_owned(),
        size: walk.checked(),
        root: hex::encode(walk.root()),
        verified_from: 0,
        checkpoints: notes.count(),
        findings,
    })
}
