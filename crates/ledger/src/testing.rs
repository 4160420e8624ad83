//! What the tests of this crate share: the tree of RFC 6962 word by word, and a small log.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crate::checkpoint::Checkpoint;
use crate::edge::{Edge, TileId};
use crate::hash::NodeHash;
use crate::label::Label;
use crate::leaf::{Leaf, Outcome};
use crate::log_key::LogKey;
use crate::proof::InclusionProof;
use crate::prove::Prover;
use crate::subject::{SubjectHead, SubjectLink};
use claviger_crypto::commitment::Opening;
use claviger_crypto::secret::Key256;
use claviger_crypto::signing::ServerKey;
use claviger_model::entropy::Sequence;
use claviger_model::event::EventKind;
use claviger_model::ids::{EventId, OrganizationId, PrincipalId};
use claviger_model::time::Timestamp;
use std::collections::HashMap;

pub const ORIGIN: &str = "claviger.test/log/1";

/// The leaf hashes of the numbers from 0.
pub fn numbered(count: u64) -> Vec<NodeHash> {
    (0..count)
        .map(|number| NodeHash::of_leaf(&number.to_be_bytes()))
        .collect()
}

/// RFC 6962 section 2.1: MTH.
pub fn naive_root(leaves: &[NodeHash]) -> NodeHash {
    match leaves {
        [] => NodeHash::EMPTY,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
            NodeHash::of_children(naive_root(left), naive_root(right))
        }
    }
}

/// RFC 6962 section 2.1.1: PATH.
pub fn naive_path(index: usize, leaves: &[NodeHash]) -> Vec<NodeHash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index - left.len(), right), naive_root(left))
    };
    path.push(sibling);
    path
}

/// RFC 6962 section 2.1.2: SUBPROOF.
pub fn naive_consistency(older: usize, leaves: &[NodeHash], whole: bool) -> Vec<NodeHash> {
    if older == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
    let (mut proof, other) = if older <= left.len() {
        (naive_consistency(older, left, whole), naive_root(right))
    } else {
        (
            naive_consistency(older - left.len(), right, false),
            naive_root(left),
        )
    };
    proof.push(other);
    proof
}

fn largest_power_below(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// A tree with its full tiles.
#[derive(Default, Clone)]
pub struct Tree {
    pub edge: Edge,
    pub tiles: HashMap<TileId, Vec<u8>>,
}

impl Tree {
    pub fn append(&mut self, leaves: &[NodeHash]) {
        for tile in self.edge.append(leaves.iter().copied()) {
            assert!(
                self.tiles.insert(tile.id, tile.hashes).is_none(),
                "{:?} was written twice",
                tile.id
            );
        }
    }

    pub fn of(leaves: &[NodeHash]) -> Self {
        let mut tree = Self::default();
        tree.append(leaves);
        tree
    }

    pub fn prover(&self) -> Prover<'_, HashMap<TileId, Vec<u8>>> {
        Prover::new(&self.edge, &self.tiles)
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: ORIGIN.into(),
            size: self.edge.size(),
            root: self.edge.root(),
        }
    }
}

pub fn log_key(seed: u8) -> LogKey {
    LogKey::new(
        ORIGIN,
        ServerKey::from_seed(&Key256::from_bytes(&[seed; 32])).unwrap(),
    )
    .unwrap()
}

pub fn person(byte: u8) -> PrincipalId {
    PrincipalId::from_bytes([byte; 16])
}

/// A log of leaves that concern people, with their openings.
#[derive(Default)]
pub struct Log {
    pub tree: Tree,
    pub leaves: Vec<Vec<u8>>,
    pub openings: Vec<Vec<(Label, Opening)>>,
    pub heads: HashMap<PrincipalId, SubjectHead>,
}

impl Log {
    /// Appends a leaf that concerns these people.
    pub fn record(&mut self, subjects: &[PrincipalId]) -> u64 {
        let index = self.tree.edge.size();
        let entropy = Sequence::new(index);
        let at = Timestamp::from_millis(1_700_000_000_000 + i64::try_from(index).unwrap());
        let organization = OrganizationId::from_bytes([1; 16]);
        let mut leaf = Leaf::new(
            EventId::random(&entropy),
            EventKind::SecretUsed,
            organization,
            at,
            Outcome::Allowed,
        );
        leaf.subjects = subjects
            .iter()
            .map(|id| SubjectLink::after(*id, self.heads.get(id)))
            .collect();
        let name = Label::new("name").unwrap();
        let opening = Opening::random("payments/stripe", &entropy);
        leaf.commitments.insert(name.clone(), opening.commit("name"));
        let bytes = leaf.to_bytes().unwrap();
        let hash = NodeHash::of_leaf(&bytes);
        for link in &leaf.subjects {
            self.heads.insert(link.id, link.head(hash));
        }
        self.tree.append(&[hash]);
        self.leaves.push(bytes);
        self.openings.push(vec![(name, opening)]);
        index
    }

    pub fn proof(&self, index: u64, key: &LogKey) -> InclusionProof {
        InclusionProof {
            extra: None,
            index,
            hashes: self.tree.prover().inclusion(index).unwrap(),
            checkpoint: self.tree.checkpoint().sign(key).unwrap(),
        }
    }

    pub fn leaf(&self, index: u64) -> &[u8] {
        &self.leaves[usize::try_from(index).unwrap()]
    }
}
