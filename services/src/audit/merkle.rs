//! The Merkle tree (RFC 9162 section 2.1), grown leaf by leaf from its frontier: the roots of its complete subtrees,
//! largest first, at most 64 hashes. Proofs stand in [`proof`].

pub mod proof;

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::chain::Hash;

/// The frontier of a tree of `size` leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

/// An inner node over two subtrees.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over adjoining complete subtrees, largest first, as [`subtrees`] cuts a range; for none the hash of nothing.
pub fn root_over(roots: &[Hash]) -> Hash {
    let mut roots = roots.iter().rev();
    match roots.next() {
        None => Sha256::digest([]).into(),
        Some(smallest) => roots.fold(*smallest, |right, left| node(left, &right)),
    }
}

/// Cuts a range of leaves that begins where a subtree of its length may begin into complete subtrees, largest first.
pub fn subtrees(leaves: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let mut start = leaves.start;
    std::iter::from_fn(move || {
        let left = leaves.end.checked_sub(start).filter(|left| *left > 0)?;
        let begin = start;
        start += 1 << left.ilog2();
        Some(begin..start)
    })
}

impl Frontier {
    /// Reads a stored frontier; nothing when the bytes don't fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let roots: Vec<Hash> = bytes.chunks(32).map(|chunk| chunk.try_into().ok()).collect::<Option<_>>()?;
        (roots.len() == size.count_ones() as usize).then_some(Self { size, roots })
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf: O(log n) hashes at worst, one on average.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        // Each trailing one of the size is a complete subtree that the new one joins.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node(&left, &root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// The root of the whole tree; for no leaves the hash of nothing.
    pub fn root(&self) -> Hash {
        root_over(&self.roots)
    }

    /// The root over exactly these leaves, if they are one of its complete subtrees.
    pub fn root_of(&self, leaves: &Range<u64>) -> Option<Hash> {
        subtrees(0..self.size).position(|subtree| subtree == *leaves).and_then(|at| self.roots.get(at).copied())
    }
}

impl FromIterator<Hash> for Frontier {
    fn from_iter<Leaves: IntoIterator<Item = Hash>>(leaves: Leaves) -> Self {
        leaves.into_iter().fold(Self::default(), |mut frontier, leaf| {
            frontier.push(leaf);
            frontier
        })
    }
}
