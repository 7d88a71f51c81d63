//! The hash chain: it names the first row that is wrong, and can be checked with nothing but SHA-256 and a loop.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What the first event of a stream is chained to.
pub const GENESIS: Hash = [0; 32];

/// The hash of an event's canonical bytes, as a leaf of the tree (RFC 9162 section 2.1.1).
pub fn leaf(payload: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(payload).finalize().into()
}

/// The hash that chains an event to all before it. The first byte keeps it apart from leaves (0) and nodes (1).
pub fn link(previous: &Hash, seq: i64, leaf: &Hash) -> Hash {
    Sha256::new()
        .chain_update([0x02])
        .chain_update(previous)
        .chain_update(seq.to_be_bytes())
        .chain_update(leaf)
        .finalize()
        .into()
}
