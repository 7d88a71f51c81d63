//! Proofs (RFC 9162 sections 2.1.3 and 2.1.4): that an event is in a tree, and that a tree holds all of an earlier one.
//!
//! A proof is a list of roots over ranges of leaves. Which ranges is pure arithmetic and stands here; whoever holds the
//! hashes finds the roots.

use std::ops::Range;

use super::node;
use crate::audit::chain::Hash;

/// Where a tree of more than one leaf divides: the largest power of two that is smaller.
const fn half(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The ranges whose roots prove that leaf `index` is in the tree of `size` leaves, from the leaf's neighbour up.
pub fn inclusion_parts(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, size);
    let mut parts = Vec::new();
    while index < end && end - start > 1 {
        let middle = start + half(end - start);
        if index < middle {
            parts.push(middle..end);
            end = middle;
        } else {
            parts.push(start..middle);
            start = middle;
        }
    }
    parts.reverse();
    parts
}

/// The ranges whose roots prove that the tree of `second` leaves begins with the tree of `first` leaves. None are needed
/// when `first` is nothing or all.
pub fn consistency_parts(first: u64, second: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, second);
    let mut parts = Vec::new();
    if first == 0 || first >= second {
        return parts;
    }
    while first < end {
        let middle = start + half(end - start);
        if first <= middle {
            parts.push(middle..end);
            end = middle;
        } else {
            parts.push(start..middle);
            start = middle;
        }
    }
    // What is left is the last subtree of the first tree. When it is the whole of it, the verifier has its root.
    if start > 0 {
        parts.push(start..end);
    }
    parts.reverse();
    parts
}

/// Walks up a path until the next left turn, as both verifications do.
const fn climb(mut index: u64, mut last: u64) -> (u64, u64) {
    while index & 1 == 0 && index != 0 {
        index >>= 1;
        last >>= 1;
    }
    (index, last)
}

/// Whether `path` proves that `leaf` stands at `index` in the tree of `size` leaves with this root.
pub fn is_included(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut index, mut last, mut reached) = (index, size - 1, *leaf);
    for neighbour in path {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            reached = node(neighbour, &reached);
            (index, last) = climb(index, last);
        } else {
            reached = node(&reached, neighbour);
        }
        (index, last) = (index >> 1, last >> 1);
    }
    last == 0 && reached == *root
}

/// Whether `path` proves that the tree of `second` leaves begins with the tree of `first` leaves. Every tree begins with
/// nothing.
pub fn is_consistent(first: u64, first_root: &Hash, second: u64, second_root: &Hash, path: &[Hash]) -> bool {
    if first == 0 || first >= second {
        return first <= second && path.is_empty() && (first == 0 || first_root == second_root);
    }
    // A complete first tree is where the path begins, and the verifier has its root already.
    let known = first.is_power_of_two().then_some(first_root);
    let mut path = known.into_iter().chain(path);
    let Some(beginning) = path.next() else { return false };
    let (mut index, mut last) = (first - 1, second - 1);
    while index & 1 == 1 {
        (index, last) = (index >> 1, last >> 1);
    }
    let (mut first_reached, mut second_reached) = (*beginning, *beginning);
    for neighbour in path {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            first_reached = node(neighbour, &first_reached);
            second_reached = node(neighbour, &second_reached);
            (index, last) = climb(index, last);
        } else {
            second_reached = node(&second_reached, neighbour);
        }
        (index, last) = (index >> 1, last >> 1);
    }
    last == 0 && first_reached == *first_root && second_reached == *second_root
}
