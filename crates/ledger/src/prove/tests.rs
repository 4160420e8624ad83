#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::consistency::verify_consistency;
use crate::proof::verify_path;
use crate::testing::{Tree, naive_consistency, naive_path, numbered};
use proptest::prelude::*;

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

/// Only the tiles that were announced.
fn announced(tree: &Tree, tiles: &BTreeSet<TileId>) -> HashMap<TileId, Vec<u8>> {
    tiles.iter().map(|id| (*id, tree.tiles[id].clone())).collect()
}

#[test]
fn proofs_hold_across_the_border_of_two_levels() {
    let leaves = numbered(65_800);
    let tree = Tree::of(&leaves);
    let prover = tree.prover();
    for index in [0, 1, 255, 256, 32_768, 65_535, 65_536, 65_799] {
        let path = prover.inclusion(index).unwrap();
        assert_eq!(path, naive_path(usize_of(index), &leaves), "of {index}");
        assert_eq!(
            verify_path(leaves[usize_of(index)], index, &path, &tree.checkpoint()),
            Ok(())
        );
        let tiles = tiles_for_inclusion(&tree.edge, index).unwrap();
        assert!(tiles.len() <= 3, "{tiles:?}");
    }
    for older in [1, 255, 256, 257, 65_535, 65_536, 65_537, 65_800] {
        let proof = prover.consistency(older).unwrap();
        assert_eq!(
            proof,
            naive_consistency(usize_of(older), &leaves, true),
            "from {older}"
        );
    }
}

#[test]
fn a_tree_that_is_not_the_newest_is_proved_too() {
    let leaves = numbered(600);
    let tree = Tree::of(&leaves);
    for newer in [1, 2, 255, 256, 257, 300, 511, 512, 599, 600] {
        for older in [1, 2, 100, 255, 256, 257, 512, 600] {
            let tiles = tiles_for_consistency_between(&tree.edge, older, newer);
            let proof = tree.prover().consistency_between(older, newer);
            if older > newer {
                let beyond = ProveError::Beyond {
                    asked: older,
                    size: newer,
                };
                assert_eq!((tiles, proof), (Err(beyond), Err(beyond)));
                continue;
            }
            let source = announced(&tree, &tiles.unwrap());
            let proof_of_announced = Prover::new(&tree.edge, &source).consistency_between(older, newer);
            let expected = naive_consistency(usize_of(older), &leaves[..usize_of(newer)], true);
            assert_eq!(proof, Ok(expected), "from {older} to {newer}");
            assert_eq!(proof, proof_of_announced);
        }
    }
    assert!(tree.prover().consistency_between(1, 601).is_err());
}

#[test]
fn a_missing_or_damaged_tile_is_named() {
    let mut tree = Tree::of(&numbered(600));
    let id = TileId { level: 0, index: 1 };
    tree.tiles.get_mut(&id).unwrap().pop();
    assert_eq!(tree.prover().inclusion(300), Err(ProveError::Tile(id)));
    tree.tiles.remove(&id);
    assert_eq!(tree.prover().inclusion(300), Err(ProveError::Tile(id)));
    assert!(
        tree.prover().inclusion(599).is_ok(),
        "the edge and the roots are enough"
    );
    assert_eq!(
        tree.prover().inclusion(600),
        Err(ProveError::Beyond {
            asked: 600,
            size: 600
        })
    );
    assert_eq!(
        tree.prover().consistency(601),
        Err(ProveError::Beyond {
            asked: 601,
            size: 600
        })
    );
    assert_eq!(
        tiles_for_inclusion(&tree.edge, 600),
        Err(ProveError::Beyond {
            asked: 600,
            size: 600
        })
    );
    assert_eq!(
        tiles_for_consistency(&tree.edge, 601),
        Err(ProveError::Beyond {
            asked: 601,
            size: 600
        })
    );
}

#[test]
fn the_tree_without_leaves_is_continued_by_every_tree() {
    let (empty, tree) = (Tree::default(), Tree::of(&numbered(3)));
    assert_eq!(tree.prover().consistency(0), Ok(vec![]));
    assert_eq!(empty.prover().consistency(0), Ok(vec![]));
    assert_eq!(
        verify_consistency(&empty.checkpoint(), &tree.checkpoint(), &[]),
        Ok(())
    );
    assert_eq!(
        empty.prover().inclusion(0),
        Err(ProveError::Beyond { asked: 0, size: 0 })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_path_is_the_one_of_the_rfc(size in 1_u64..3_000, at: prop::sample::Index) {
        let leaves = numbered(size);
        let tree = Tree::of(&leaves);
        let index = u64::try_from(at.index(leaves.len())).unwrap();
        let tiles = announced(&tree, &tiles_for_inclusion(&tree.edge, index).unwrap());
        let path = Prover::new(&tree.edge, &tiles).inclusion(index).unwrap();
        prop_assert_eq!(&path, &naive_path(usize_of(index), &leaves));
        let leaf = leaves[usize_of(index)];
        prop_assert!(verify_path(leaf, index, &path, &tree.checkpoint()).is_ok());
        prop_assert!(verify_path(leaf, index + 1, &path, &tree.checkpoint()).is_err());
        prop_assert!(verify_path(NodeHash::EMPTY, index, &path, &tree.checkpoint()).is_err());
    }

    #[test]
    fn every_consistency_proof_is_the_one_of_the_rfc(size in 1_u64..3_000, at: prop::sample::Index) {
        let leaves = numbered(size);
        let (tree, older) = (Tree::of(&leaves), 1 + at.index(leaves.len()));
        let older_tree = Tree::of(&leaves[..older]);
        let asked = u64::try_from(older).unwrap();
        let tiles = announced(&tree, &tiles_for_consistency(&tree.edge, asked).unwrap());
        let proof = Prover::new(&tree.edge, &tiles).consistency(asked).unwrap();
        prop_assert_eq!(&proof, &naive_consistency(older, &leaves, true));
        prop_assert!(verify_consistency(&older_tree.checkpoint(), &tree.checkpoint(), &proof).is_ok());
        let mut forged = older_tree.checkpoint();
        forged.root = NodeHash::EMPTY;
        prop_assert!(verify_consistency(&forged, &tree.checkpoint(), &proof).is_err());
    }
}
