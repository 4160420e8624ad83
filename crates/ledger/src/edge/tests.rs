#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::testing::{Tree, naive_root, numbered};
use proptest::prelude::*;

/// The tree of eight leaves that certificate transparency's own implementations test with.
#[test]
fn known_answers() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut edge = Edge::new();
    assert_eq!(edge.root(), NodeHash::EMPTY);
    for (leaf, root) in leaves.into_iter().zip(roots) {
        assert!(edge.append([NodeHash::of_leaf(leaf)]).is_empty());
        let hex: String = edge
            .root()
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, root);
    }
}

#[test]
fn tiles_fill_at_their_borders_and_once_only() {
    let leaves = numbered(65_800);
    let mut tree = Tree::default();
    let mut done = 0;
    for border in [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_800] {
        tree.append(&leaves[done..border]);
        done = border;
        assert_eq!(tree.edge.size(), u64::try_from(border).unwrap());
        assert_eq!(tree.edge.root(), naive_root(&leaves[..border]), "at {border}");
        assert_eq!(tree.tiles.len(), border / 256 + border / 65_536, "at {border}");
        assert_eq!(
            Edge::from_bytes(&tree.edge.to_bytes()).as_ref(),
            Ok(&tree.edge),
            "at {border}"
        );
    }
    let first: Vec<u8> = leaves[..256].iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    assert_eq!(tree.tiles[&TileId { level: 0, index: 0 }], first);
    assert_eq!(
        tree.tiles[&TileId { level: 1, index: 0 }][..32],
        *naive_root(&leaves[..256]).as_bytes()
    );
    assert!(tree.tiles.values().all(|tile| tile.len() == FULL_TILE));
    assert_eq!(
        tree.tiles
            .keys()
            .filter(|id| id.level == 0)
            .map(|id| id.index)
            .max(),
        Some(256)
    );
}

#[test]
fn other_bytes_are_no_edge() {
    let bytes = Tree::of(&numbered(300)).edge.to_bytes();
    assert_eq!(bytes.len(), 1 + 8 + 32 * (300 - 256 + 1));
    assert_eq!(Edge::from_bytes(&[]), Err(ParseEdgeError::Length));
    assert_eq!(
        Edge::from_bytes(&[&[2], &bytes[1..]].concat()),
        Err(ParseEdgeError::UnknownVersion)
    );
    assert_eq!(
        Edge::from_bytes(&bytes[..bytes.len() - 1]),
        Err(ParseEdgeError::Length)
    );
    assert_eq!(
        Edge::from_bytes(&[bytes.as_slice(), &[0]].concat()),
        Err(ParseEdgeError::Length)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_batches_give_the_root_of_the_rfc(batches in prop::collection::vec(0_usize..900, 0..8)) {
        let leaves = numbered(u64::try_from(batches.iter().sum::<usize>()).unwrap());
        let (mut edge, mut done) = (Edge::new(), 0);
        for batch in batches {
            edge.append(leaves[done..done + batch].iter().copied());
            done += batch;
            edge = Edge::from_bytes(&edge.to_bytes()).unwrap();
        }
        prop_assert_eq!(edge.root(), naive_root(&leaves));
    }

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>, size: u16) {
        let _ = Edge::from_bytes(&bytes);
        let _ = Edge::from_bytes(&[&[1, 0, 0, 0, 0, 0, 0], size.to_be_bytes().as_slice(), &bytes].concat());
    }
}
