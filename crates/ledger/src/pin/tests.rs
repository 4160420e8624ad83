#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::hash::NodeHash;
use crate::testing::{Tree, naive_consistency, numbered};

fn seen(tree: &Tree) -> VerifiedCheckpoint {
    VerifiedCheckpoint {
        checkpoint: tree.checkpoint(),
        cosignatures: Vec::new(),
        unknown: Vec::new(),
    }
}

#[test]
fn a_pin_follows_the_log_and_ignores_older_heads() {
    let leaves = numbered(9);
    let (five, nine) = (Tree::of(leaves.get(..5).unwrap()), Tree::of(&leaves));
    let proof = naive_consistency(5, &leaves, true);
    let pin = Pin::first(&seen(&five));
    let Advance::To(next) = pin.advance(&seen(&nine), &proof).unwrap() else {
        unreachable!("it is newer")
    };
    assert_eq!(*next.checkpoint(), nine.checkpoint());
    assert_eq!(next.advance(&seen(&nine), &[]), Ok(Advance::Stay));
    assert_eq!(
        next.advance(&seen(&five), &proof),
        Ok(Advance::Stay),
        "a late reply is no accusation"
    );
    assert_eq!(
        serde_json::from_str::<Pin>(&serde_json::to_string(&next).unwrap()).unwrap(),
        next
    );
}

#[test]
fn each_contradiction_has_its_own_words() {
    let leaves = numbered(9);
    let mut forked = leaves.clone();
    *forked.get_mut(2).unwrap() = NodeHash::EMPTY;
    let (five, nine) = (Tree::of(leaves.get(..5).unwrap()), Tree::of(&leaves));
    let (five_forked, nine_forked) = (Tree::of(forked.get(..5).unwrap()), Tree::of(&forked));
    let (five, nine) = (Pin::first(&seen(&five)), Pin::first(&seen(&nine)));

    let proof = naive_consistency(5, &forked, true);
    assert_eq!(
        five.advance(&seen(&nine_forked), &proof),
        Err(PinError::Inconsistent { known: 5, shown: 9 })
    );
    assert_eq!(
        five.advance(&seen(&five_forked), &[]),
        Err(PinError::Forked { size: 5 })
    );
    assert_eq!(
        nine.advance(&seen(&five_forked), &proof),
        Err(PinError::Shortened { known: 9, shown: 5 })
    );
    let mut other = seen(&nine_forked);
    other.checkpoint.origin = "claviger.test/log/2".into();
    let error = nine.advance(&other, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the log is `claviger.test/log/2`, and this device has seen `claviger.test/log/1`"
    );
}
