//! Sequencing events: the last statements before a change commits.

use domain::Timestamp;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    Entry, Stream,
    chain::{GENESIS, Hash, leaf, link},
    merkle::Frontier,
    record,
};
use crate::{
    Error,
    access::Actor,
    db::{Connection, on},
};

/// Rows in one INSERT: far below what either engine binds at most.
const ROWS: usize = 200;

/// An event with its place and its hashes.
struct Sequenced {
    seq: i64,
    id: Uuid,
    action: &'static str,
    target_type: String,
    target_id: String,
    outcome: &'static str,
    payload: Vec<u8>,
    leaf: Hash,
    previous: Hash,
    chained: Hash,
}

/// The end of a stream, held by the row's lock.
struct Head {
    size: i64,
    chain_hash: Hash,
    frontier: Frontier,
}

/// Appends entries to their streams. Taking the head's row lock makes writers wait for each other here and nowhere
/// else; a fork would break the unique key on `stream` and `chain_prev` besides.
pub async fn append(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    entries: Vec<Entry>,
) -> Result<(), Error> {
    // Always in the same order, so that two changes that write both streams can't wait for each other in a circle.
    for stream in Stream::ALL.iter().copied() {
        let of_stream: Vec<&Entry> = entries.iter().filter(|entry| entry.stream == stream).collect();
        if !of_stream.is_empty() {
            append_to(connection.again(), stream, now, actor, &of_stream).await?;
        }
    }
    Ok(())
}

async fn append_to(
    mut connection: Connection<'_>,
    stream: Stream,
    now: Timestamp,
    actor: &Actor,
    entries: &[&Entry],
) -> Result<(), Error> {
    let count = i64::try_from(entries.len()).map_err(Error::internal)?;
    let Head { size, chain_hash: mut previous, mut frontier } = take(connection.again(), stream, count).await?;
    let mut events = Vec::with_capacity(entries.len());
    for (seq, entry) in (size..).zip(entries) {
        let payload = record::payload(entry, actor, now, seq)?;
        let leaf = leaf(&payload);
        let chained = link(&previous, seq, &leaf);
        frontier.push(leaf);
        events.push(Sequenced {
            seq,
            id: entry.id().uuid(),
            action: entry.action,
            target_type: entry.target.0.clone(),
            target_id: entry.target.1.clone(),
            outcome: entry.outcome.as_str(),
            payload,
            leaf,
            previous,
            chained,
        });
        previous = chained;
    }
    for events in events.chunks(ROWS) {
        insert(connection.again(), stream, now, actor, events).await?;
    }
    on!(connection, c => sqlx::query("UPDATE audit_head SET chain_hash = $2, frontier = $3 WHERE stream = $1")
        .bind(stream.as_str()).bind(previous.as_slice()).bind(frontier.to_bytes()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Takes the head's lock and room for `count` events. Answers the head as it was.
async fn take(mut connection: Connection<'_>, stream: Stream, count: i64) -> Result<Head, Error> {
    let mut head = reserve(connection.again(), stream, count).await?;
    if head.is_none() {
        // The first event of a stream: whoever comes second finds the row of whoever came first.
        on!(connection.again(), c => sqlx::query(
            "INSERT INTO audit_head (stream, size, chain_hash, frontier) VALUES ($1, 0, $2, $3)
             ON CONFLICT (stream) DO NOTHING")
            .bind(stream.as_str()).bind(GENESIS.as_slice()).bind(Vec::<u8>::new()).execute(c).await.map(|_| ()))?;
        head = reserve(connection, stream, count).await?;
    }
    let damaged = || Error::internal(format!("the head of the audit stream {stream} is damaged"));
    let (size, chain_hash, frontier) = head.ok_or_else(damaged)?;
    Ok(Head {
        size,
        chain_hash: chain_hash.as_slice().try_into().map_err(|_| damaged())?,
        frontier: u64::try_from(size)
            .ok()
            .and_then(|size| Frontier::from_bytes(size, &frontier))
            .ok_or_else(damaged)?,
    })
}

type HeadRow = (i64, Vec<u8>, Vec<u8>);

async fn reserve(connection: Connection<'_>, stream: Stream, count: i64) -> Result<Option<HeadRow>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "UPDATE audit_head
         SET size = size + $2
         WHERE stream = $1
         RETURNING size - $2, chain_hash, frontier")
        .bind(stream.as_str()).bind(count).fetch_optional(c).await)?)
}

async fn insert(
    connection: Connection<'_>,
    stream: Stream,
    now: Timestamp,
    actor: &Actor,
    events: &[Sequenced],
) -> Result<(), Error> {
    let (actor_type, actor_id, trace) = (actor.type_word(), actor.id_word(), actor.trace());
    let inserted = on!(connection, c => {
        let mut query = QueryBuilder::new(
            "INSERT INTO audit_event (stream, seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id,
                                      outcome, ip, request_id, payload, leaf_hash, chain_prev, chain_hash) ",
        );
        query.push_values(events, |mut row, event| {
            row.push_bind(stream.as_str()).push_bind(event.seq).push_bind(event.id).push_bind(now.millis())
                .push_bind(actor_type).push_bind(&actor_id).push_bind(event.action)
                .push_bind(&event.target_type).push_bind(&event.target_id).push_bind(event.outcome)
                .push_bind(&trace.ip).push_bind(&trace.request_id).push_bind(event.payload.as_slice())
                .push_bind(event.leaf.as_slice()).push_bind(event.previous.as_slice())
                .push_bind(event.chained.as_slice());
        });
        // One event is the rule and worth a prepared statement; batches of each length would only crowd them out.
        query.build().persistent(events.len() == 1).execute(c).await.map(|_| ())
    });
    inserted.map_err(|error| match &error {
        // Only when somebody has turned the head back: the place or the predecessor is taken.
        sqlx::Error::Database(cause) if cause.is_unique_violation() => {
            Error::internal(format!("the audit stream {stream} would fork: its head does not fit its events ({cause})"))
        }
        _ => error.into(),
    })
}
