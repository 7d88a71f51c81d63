//! The tree and its proofs, against the words of RFC 9162 and the test data that implementations of RFC 6962 share.

#![allow(clippy::unwrap_used)]

use std::{ops::Range, slice};

use proptest::prelude::*;
use services::audit::{
    chain::{Hash, leaf},
    merkle::{
        Frontier, node,
        proof::{consistency_parts, inclusion_parts, is_consistent, is_included},
    },
};
use sha2::{Digest, Sha256};

/// The eight leaves of the shared test data.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots over none, one, two … of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn known_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|data| leaf(&hex::decode(data).unwrap())).collect()
}

fn numbered_leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf(&number.to_be_bytes())).collect()
}

/// MTH(D[n]), as section 2.1.1 says it.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        _ => {
            let half = largest_power_of_two_below(leaves.len());
            node(&naive_root(&leaves[..half]), &naive_root(&leaves[half..]))
        }
    }
}

/// PATH(m, D[n]), as section 2.1.3.1 says it.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let half = largest_power_of_two_below(leaves.len());
    let (mut path, neighbour) = if index < half {
        (naive_path(index, &leaves[..half]), naive_root(&leaves[half..]))
    } else {
        (naive_path(index - half, &leaves[half..]), naive_root(&leaves[..half]))
    };
    path.push(neighbour);
    path
}

/// SUBPROOF(m, D[n], b), as section 2.1.4.1 says it.
fn naive_subproof(first: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if is_whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let half = largest_power_of_two_below(leaves.len());
    let (mut path, neighbour) = if first <= half {
        (naive_subproof(first, &leaves[..half], is_whole), naive_root(&leaves[half..]))
    } else {
        (naive_subproof(first - half, &leaves[half..], false), naive_root(&leaves[..half]))
    };
    path.push(neighbour);
    path
}

fn largest_power_of_two_below(leaves: usize) -> usize {
    let mut half = 1;
    while half * 2 < leaves {
        half *= 2;
    }
    half
}

fn root_of(leaves: &[Hash]) -> Hash {
    leaves.iter().copied().collect::<Frontier>().root()
}

fn roots_of(leaves: &[Hash], parts: &[Range<u64>]) -> Vec<Hash> {
    let place = |at: u64| usize::try_from(at).unwrap();
    parts.iter().map(|part| root_of(&leaves[place(part.start)..place(part.end)])).collect()
}

#[test]
fn roots_are_those_of_the_shared_test_data() {
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(hex::encode(root_of(&known_leaves()[..size])), *root, "{size} leaves");
    }
}

#[test]
fn proofs_are_those_of_the_shared_test_data() {
    let leaves = known_leaves();
    let path = |parts: &[Range<u64>]| roots_of(&leaves, parts).iter().map(hex::encode).collect::<Vec<_>>();
    assert_eq!(
        path(&inclusion_parts(0, 8)),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        path(&consistency_parts(6, 8)),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
}

#[test]
fn every_proof_of_every_small_tree_is_the_naive_one_and_holds() {
    for size in 0..=40_u64 {
        let leaves = numbered_leaves(size);
        let root = naive_root(&leaves);
        assert_eq!(root_of(&leaves), root);
        for (place, hash) in leaves.iter().enumerate() {
            let index = place as u64;
            let path = roots_of(&leaves, &inclusion_parts(index, size));
            assert_eq!(path, naive_path(place, &leaves), "leaf {index} of {size}");
            assert!(is_included(hash, index, size, &path, &root), "leaf {index} of {size}");
        }
        for (place, _) in leaves.iter().enumerate() {
            let first = place as u64 + 1;
            let path = roots_of(&leaves, &consistency_parts(first, size));
            assert_eq!(path, naive_subproof(place + 1, &leaves, true), "{first} of {size}");
            let first_root = naive_root(&leaves[..=place]);
            assert!(is_consistent(first, &first_root, size, &root, &path), "{first} of {size}");
        }
    }
}

#[test]
fn every_tree_begins_with_nothing_and_with_itself() {
    let root = root_of(&numbered_leaves(5));
    let nothing = root_of(&[]);
    assert!(is_consistent(0, &nothing, 5, &root, &[]));
    assert!(is_consistent(5, &root, 5, &root, &[]));
    assert!(!is_consistent(5, &nothing, 5, &root, &[]));
    assert!(!is_consistent(6, &root, 5, &root, &[]));
    assert!(!is_consistent(3, &root, 5, &root, &[]), "a proof is needed");
    assert!(!is_included(&nothing, 0, 0, &[], &nothing), "nothing is in an empty tree");
    assert!(!is_included(&root, 0, 5, &[], &root), "the root itself is no leaf");
}

#[test]
fn a_frontier_that_does_not_fit_its_size_is_not_read() {
    let frontier: Frontier = numbered_leaves(11).into_iter().collect();
    let bytes = frontier.to_bytes();
    assert_eq!(Frontier::from_bytes(11, &bytes), Some(frontier));
    assert_eq!(Frontier::from_bytes(12, &bytes), None);
    assert_eq!(Frontier::from_bytes(11, &bytes[..95]), None);
    assert_eq!(Frontier::from_bytes(0, &[]), Some(Frontier::default()));
}

proptest! {
    #[test]
    fn a_stored_frontier_goes_on_where_it_was(first in 0_u64..600, more in 0_u64..600) {
        let leaves = numbered_leaves(first + more);
        let (before, after) = leaves.split_at(usize::try_from(first).unwrap());
        let frontier: Frontier = before.iter().copied().collect();
        let mut frontier = Frontier::from_bytes(first, &frontier.to_bytes()).unwrap();
        for leaf in after {
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.root(), naive_root(&leaves));
        prop_assert_eq!(frontier.size(), first + more);
    }

    #[test]
    fn a_frontier_knows_its_complete_subtrees_and_no_others(size in 1_u64..600, start in 0_u64..600, length in 1_u64..600) {
        let leaves = numbered_leaves(size);
        let frontier: Frontier = leaves.iter().copied().collect();
        let part = start..start + length;
        if let Some(root) = frontier.root_of(&part) {
            prop_assert!(length.is_power_of_two() && start % length == 0 && start + length <= size);
            prop_assert_eq!(vec![root], roots_of(&leaves, slice::from_ref(&part)));
        }
        let first = 0..1 << size.ilog2();
        prop_assert_eq!(frontier.root_of(&first), roots_of(&leaves, slice::from_ref(&first)).first().copied());
    }

    #[test]
    fn an_inclusion_proof_holds_for_nothing_else(size in 2_u64..300, index in 0_u64..300, flip in 0_usize..4_096) {
        let index = index % size;
        let leaves = numbered_leaves(size);
        let root = naive_root(&leaves);
        let place = usize::try_from(index).unwrap();
        let path = roots_of(&leaves, &inclusion_parts(index, size));
        prop_assert_eq!(&path, &naive_path(place, &leaves));
        prop_assert!(is_included(&leaves[place], index, size, &path, &root));
        let other = (index + 1) % size;
        prop_assert!(!is_included(&leaves[usize::try_from(other).unwrap()], index, size, &path, &root));
        prop_assert!(!is_included(&leaves[place], other, size, &path, &root));
        let mut bent = path.clone();
        let hash = flip % bent.len();
        bent[hash][flip % 32] ^= 1;
        prop_assert!(!is_included(&leaves[place], index, size, &bent, &root));
        prop_assert!(!is_included(&leaves[place], index, size, &path[1..], &root));
        prop_assert!(!is_included(&leaves[place], index, size, &[path.as_slice(), &[root]].concat(), &root));
    }

    #[test]
    fn a_consistency_proof_holds_for_nothing_else(second in 2_u64..300, first in 1_u64..300, flip in 0_usize..4_096) {
        let first = first % (second - 1) + 1;
        let leaves = numbered_leaves(second);
        let cut = usize::try_from(first).unwrap();
        let (before, root) = (naive_root(&leaves[..cut]), naive_root(&leaves));
        let path = roots_of(&leaves, &consistency_parts(first, second));
        prop_assert_eq!(&path, &naive_subproof(cut, &leaves, true));
        prop_assert!(is_consistent(first, &before, second, &root, &path));
        if path.is_empty() {
            return Ok(());
        }
        let mut bent = path.clone();
        let hash = flip % bent.len();
        bent[hash][flip % 32] ^= 1;
        prop_assert!(!is_consistent(first, &before, second, &root, &bent));
        prop_assert!(!is_consistent(first, &root, second, &root, &path));
        prop_assert!(!is_consistent(first, &before, second, &before, &path));
        prop_assert!(!is_consistent(first, &before, second, &root, &[path.as_slice(), &[root]].concat()));
    }
}
