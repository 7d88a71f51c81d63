//! Roots over ranges of a stored stream: from the head's frontier as far as it holds them, and where it doesn't, from
//! the leaf hashes of the events. What comes out is only as good as the database; who uses it checks it against a signed
//! root.

use std::ops::Range;

use super::{
    Stream,
    chain::Hash,
    merkle::{Frontier, root_over, subtrees},
};
use crate::{Error, Services, db::on};

/// Leaf hashes read at a time.
const PAGE: u64 = 1_000;

/// The tree of a stream at some moment.
#[derive(Debug)]
pub(super) struct Tree {
    stream: Stream,
    frontier: Frontier,
}

impl Tree {
    /// The tree with this frontier.
    pub(super) const fn new(stream: Stream, frontier: Frontier) -> Self {
        Self { stream, frontier }
    }

    /// The tree as it is now; nothing while the stream is empty or when its head is damaged.
    pub(super) async fn now(cx: &Services, stream: Stream) -> Result<Option<Self>, Error> {
        let mut reading = cx.db.read().await?;
        let head: Option<(i64, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT size, frontier FROM audit_head WHERE stream = $1")
            .bind(stream.as_str()).fetch_optional(c).await)?;
        let frontier = head.and_then(|(size, bytes)| Frontier::from_bytes(u64::try_from(size).ok()?, &bytes));
        Ok(frontier.map(|frontier| Self::new(stream, frontier)))
    }

    /// How many events it has.
    pub(super) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// How many events have to be read to find the roots over these ranges.
    pub(super) fn unread(&self, ranges: &[Range<u64>]) -> u64 {
        ranges
            .iter()
            .cloned()
            .flat_map(subtrees)
            .filter(|subtree| self.frontier.root_of(subtree).is_none())
            .map(|subtree| subtree.end - subtree.start)
            .sum()
    }

    /// The roots over these ranges; nothing when an event is missing.
    pub(super) async fn roots(&self, cx: &Services, ranges: Vec<Range<u64>>) -> Result<Option<Vec<Hash>>, Error> {
        let mut roots = Vec::with_capacity(ranges.len());
        for range in ranges {
            let mut parts = Vec::new();
            for subtree in subtrees(range) {
                let Some(root) = self.root(cx, subtree).await? else { return Ok(None) };
                parts.push(root);
            }
            roots.push(root_over(&parts));
        }
        Ok(Some(roots))
    }

    async fn root(&self, cx: &Services, subtree: Range<u64>) -> Result<Option<Hash>, Error> {
        if let Some(root) = self.frontier.root_of(&subtree) {
            return Ok(Some(root));
        }
        let mut frontier = Frontier::default();
        let mut next = subtree.start;
        while next < subtree.end {
            let end = subtree.end.min(next + PAGE);
            let Some(leaves) = leaves(cx, self.stream, next..end).await? else { return Ok(None) };
            for leaf in leaves {
                frontier.push(leaf);
            }
            next = end;
        }
        Ok(Some(frontier.root()))
    }
}

async fn leaves(cx: &Services, stream: Stream, range: Range<u64>) -> Result<Option<Vec<Hash>>, Error> {
    let (Ok(start), Ok(end)) = (i64::try_from(range.start), i64::try_from(range.end)) else { return Ok(None) };
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Vec<u8>,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT leaf_hash
         FROM audit_event
         WHERE stream = $1 AND seq >= $2 AND seq < $3
         ORDER BY seq")
        .bind(stream.as_str()).bind(start).bind(end).fetch_all(c).await)?;
    let hashes: Option<Vec<Hash>> = rows.into_iter().map(|(hash,)| hash.try_into().ok()).collect();
    Ok(hashes.filter(|hashes| hashes.len() as u64 == range.end - range.start))
}
