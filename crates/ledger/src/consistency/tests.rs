#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::{Tree, numbered};
use proptest::prelude::*;

#[test]
fn nothing_but_a_continuation_passes() {
    let (older, newer) = (Tree::of(&numbered(5)), Tree::of(&numbered(9)));
    let proof = newer.prover().consistency(5).unwrap();
    let (older, newer) = (older.checkpoint(), newer.checkpoint());
    assert_eq!(verify_consistency(&older, &newer, &proof), Ok(()));
    assert_eq!(
        verify_consistency(&newer, &older, &proof),
        Err(Inconsistent),
        "backwards"
    );
    assert_eq!(
        verify_consistency(&older, &newer, &[]),
        Err(Inconsistent),
        "without a proof"
    );
    let other = Checkpoint {
        origin: "claviger.test/log/2".into(),
        ..newer.clone()
    };
    assert_eq!(
        verify_consistency(&older, &other, &proof),
        Err(Inconsistent),
        "another log"
    );
    assert_eq!(verify_consistency(&newer, &newer, &[]), Ok(()));
    let twin = Checkpoint {
        root: NodeHash::EMPTY,
        ..newer.clone()
    };
    assert_eq!(
        verify_consistency(&newer, &twin, &[]),
        Err(Inconsistent),
        "the same size, another root"
    );
    let odd = Checkpoint {
        size: 0,
        ..newer.clone()
    };
    assert_eq!(
        verify_consistency(&odd, &newer, &[]),
        Err(Inconsistent),
        "no leaves, but a root"
    );
    assert_eq!(
        verify_consistency(&older, &newer, &vec![NodeHash::EMPTY; 65]),
        Err(Inconsistent)
    );
}

proptest! {
    #[test]
    fn no_sizes_make_it_panic(older: u64, newer: u64, hashes in 0_usize..70) {
        let head = |size| Checkpoint { origin: "a".into(), size, root: NodeHash::of_leaf(b"") };
        let proof = vec![NodeHash::EMPTY; hashes];
        let passes = verify_consistency(&head(older), &head(newer), &proof).is_ok();
        prop_assert_eq!(passes, older == newer && older > 0 && hashes == 0);
    }
}
