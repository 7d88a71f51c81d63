//! Sequencing events: the last statements before a change commits.

use domain::Timestamp;

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

/// Appends entries to their streams. Taking the head's row lock makes writers wait for each other here and nowhere
/// else; a fork would break the unique key on `(stream, chain_prev)` besides.
pub async fn append(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    entries: Vec<Entry>,
) -> Result<(), Error> {
    // Always in the same order, so that two changes that write both streams can't wait for each other in a circle.
    for stream in Stream::ALL {
        let of_stream: Vec<&Entry> = entries.iter().filter(|entry| entry.stream == *stream).collect();
        if !of_stream.is_empty() {
            append_to(connection.again(), *stream, now, actor, &of_stream).await?;
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
    on!(connection.again(), c => sqlx::query(
        "INSERT INTO audit_head (stream, size, chain_hash, frontier) VALUES ($1, 0, $2, $3) ON CONFLICT (stream) DO NOTHING")
        .bind(stream.as_str()).bind(GENESIS.as_slice()).bind(Vec::<u8>::new()).execute(c).await.map(|_| ()))?;
    let (size, chain_hash, frontier): (i64, Vec<u8>, Vec<u8>) = on!(connection.again(), c => sqlx::query_as(
        "UPDATE audit_head SET size = size + $2 WHERE stream = $1 RETURNING size - $2, chain_hash, frontier")
        .bind(stream.as_str()).bind(i64::try_from(entries.len()).unwrap_or(i64::MAX)).fetch_one(c).await)?;
    let damaged = || Error::internal(format!("the head of the audit stream {stream} is damaged"));
    let mut previous: Hash = chain_hash.as_slice().try_into().map_err(|_| damaged())?;
    let mut frontier =
        u64::try_from(size).ok().and_then(|size| Frontier::from_bytes(size, &frontier)).ok_or_else(damaged)?;
    for (seq, entry) in (size..).zip(entries) {
        let payload = record::payload(entry, actor, now, stream.as_str(), seq)?;
        let leaf = leaf(&payload);
        let chained = link(&previous, seq, &leaf);
        on!(connection.again(), c => sqlx::query(
            "INSERT INTO audit_event (stream, seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id,
                                      outcome, ip, request_id, payload, leaf_hash, chain_prev, chain_hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)")
            .bind(stream.as_str()).bind(seq).bind(entry.id().uuid()).bind(now.millis())
            .bind(actor.type_word()).bind(actor.id_word()).bind(entry.action)
            .bind(&entry.target.0).bind(&entry.target.1).bind(entry.outcome.as_str())
            .bind(&actor.trace().ip).bind(&actor.trace().request_id)
            .bind(&payload).bind(leaf.as_slice()).bind(previous.as_slice()).bind(chained.as_slice())
            .execute(c).await.map(|_| ()))?;
        frontier.push(leaf);
        previous = chained;
    }
    on!(connection, c => sqlx::query("UPDATE audit_head SET chain_hash = $2, frontier = $3 WHERE stream = $1")
        .bind(stream.as_str()).bind(previous.as_slice()).bind(frontier.to_bytes()).execute(c).await.map(|_| ()))?;
    Ok(())
}
