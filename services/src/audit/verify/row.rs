//! One row by itself: whether its hashes and its columns fit what it says.

use domain::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::Kind;
use crate::audit::{
    Stream,
    chain::{self, Hash},
    record::{self, Said},
};

/// A stored event, whole.
#[derive(Debug, FromRow)]
pub(in crate::audit) struct Row {
    pub(in crate::audit) stream: String,
    pub(in crate::audit) seq: i64,
    pub(in crate::audit) id: Uuid,
    pub(in crate::audit) occurred_at: i64,
    pub(in crate::audit) actor_type: String,
    pub(in crate::audit) actor_id: String,
    pub(in crate::audit) action: String,
    pub(in crate::audit) target_type: String,
    pub(in crate::audit) target_id: String,
    pub(in crate::audit) outcome: String,
    pub(in crate::audit) ip: String,
    pub(in crate::audit) request_id: String,
    pub(in crate::audit) payload: Vec<u8>,
    pub(in crate::audit) leaf_hash: Vec<u8>,
    pub(in crate::audit) chain_prev: Vec<u8>,
    pub(in crate::audit) chain_hash: Vec<u8>,
}

/// What is wrong with a row by itself, and in which words. Its place among others is [`super::walk`]'s.
pub(in crate::audit) fn fault(row: &Row) -> Option<(Kind, String)> {
    let leaf = chain::leaf(&row.payload);
    if row.leaf_hash != leaf {
        return Some((Kind::Edited, "what this event says does not fit its leaf hash".to_owned()));
    }
    let Some(said) = Said::read(&row.payload) else {
        return Some((Kind::Edited, "what this event says can’t be read".to_owned()));
    };
    if !is_chained(row, &row.chain_prev, &leaf) {
        return Some((Kind::Edited, "the chain hash of this event does not fit what it says".to_owned()));
    }
    drifted(row, &said)
        .map(|column| (Kind::ColumnDrift, format!("the column {column} does not say what the event says")))
}

/// Whether the row's chain hash is what follows from a predecessor and its own leaf.
pub(super) fn is_chained(row: &Row, previous: &[u8], leaf: &Hash) -> bool {
    <&Hash>::try_from(previous).is_ok_and(|previous| row.chain_hash == chain::link(previous, row.seq, leaf))
}

/// Where the event says it stands: its stream and its place.
pub(super) fn place(said: &Said<'_>) -> Option<(Stream, i64)> {
    Some((said.stream.parse().ok()?, said.place()?))
}

/// The first column that says something else than the event does.
fn drifted(row: &Row, said: &Said<'_>) -> Option<&'static str> {
    let (id, at) = (row.id.to_string(), record::instant(Timestamp(row.occurred_at)));
    let seq = row.seq.to_string();
    let pairs = [
        ("stream", row.stream.as_str(), &said.stream),
        ("seq", seq.as_str(), &said.seq),
        ("id", id.as_str(), &said.id),
        ("occurred_at", at.as_str(), &said.at),
        ("actor_type", row.actor_type.as_str(), &said.actor.r#type),
        ("actor_id", row.actor_id.as_str(), &said.actor.id),
        ("action", row.action.as_str(), &said.action),
        ("target_type", row.target_type.as_str(), &said.target.r#type),
        ("target_id", row.target_id.as_str(), &said.target.id),
        ("outcome", row.outcome.as_str(), &said.outcome),
        ("ip", row.ip.as_str(), &said.request.ip),
        ("request_id", row.request_id.as_str(), &said.request.id),
    ];
    pairs.into_iter().find(|(_, column, event)| *column != event.as_ref()).map(|(name, ..)| name)
}
