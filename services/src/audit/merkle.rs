//! The Merkle tree (RFC 9162 section 2.1), grown leaf by leaf from its frontier: the roots of its complete subtrees,
//! largest first, at most 64 hashes.

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

    /// Adds a leaf: O(log n) hashes at worst, two on average.
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
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(smallest) => roots.fold(*smallest, |right, left| node(left, &right)),
        }
    }
}
