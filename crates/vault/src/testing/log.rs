//! A small log of one organization, with the history of its people.

use claviger_crypto::{secret::Key256, signing::ServerKey};
use claviger_ledger::{
    checkpoint::Checkpoint,
    edge::{Edge, TileId},
    hash::NodeHash,
    leaf::{Leaf, Outcome},
    log_key::LogKey,
    prove::Prover,
    subject::{SubjectHead, SubjectLink},
};
use claviger_model::{
    entropy::Sequence,
    event::EventKind,
    ids::{EventId, OrganizationId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::{
    log::{HistoryCall, HistoryEntry, HistoryReply},
    wire::Bytes,
};
use std::collections::HashMap;

pub(crate) const ORGANIZATION: OrganizationId = OrganizationId::from_bytes([0x11; 16]);

/// A log.
#[derive(Clone)]
pub(crate) struct Log {
    /// Of its key.
    pub(crate) seed: u8,
    edge: Edge,
    tiles: HashMap<TileId, Vec<u8>>,
    heads: HashMap<PrincipalId, SubjectHead>,
    /// Verbatim leaves, by index.
    pub(crate) leaves: Vec<Vec<u8>>,
}

impl Log {
    /// An empty log, signed with the key of a seed.
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            seed,
            edge: Edge::new(),
            tiles: HashMap::new(),
            heads: HashMap::new(),
            leaves: Vec::new(),
        }
    }

    pub(crate) fn key(&self) -> LogKey {
        let secret = ServerKey::from_seed(&Key256::from_bytes(&[self.seed; 32])).unwrap();
        LogKey::new("claviger.test/log/1", secret).unwrap()
    }

    /// A plain leaf that concerns a person.
    pub(crate) fn record(&mut self, person: PrincipalId) -> u64 {
        let index = u64::try_from(self.leaves.len()).unwrap();
        let at = Timestamp::from_millis(1_700_000_000_000 + i64::try_from(index).unwrap());
        let event = EventId::random(&Sequence::new(index));
        self.append(
            Leaf::new(event, EventKind::SignedIn, ORGANIZATION, at, Outcome::Allowed),
            person,
        )
    }

    /// Any leaf; its place in the person's history is filled in.
    pub(crate) fn append(&mut self, mut leaf: Leaf, person: PrincipalId) -> u64 {
        let index = self.edge.size();
        leaf.subjects = vec![SubjectLink::after(person, self.heads.get(&person))];
        let bytes = leaf.to_bytes().unwrap();
        let hash = NodeHash::of_leaf(&bytes);
        for link in &leaf.subjects {
            self.heads.insert(link.id, link.head(hash));
        }
        for tile in self.edge.append([hash]) {
            self.tiles.insert(tile.id, tile.hashes);
        }
        self.leaves.push(bytes);
        index
    }

    pub(crate) fn checkpoint(&self) -> String {
        let head = Checkpoint {
            origin: "claviger.test/log/1".to_owned(),
            size: self.edge.size(),
            root: self.edge.root(),
        };
        head.sign(&self.key()).unwrap()
    }

    pub(crate) fn proof(&self, index: u64) -> Vec<Bytes> {
        bytes(Prover::new(&self.edge, &self.tiles).inclusion(index).unwrap())
    }

    pub(crate) fn head(&self, person: PrincipalId) -> u64 {
        self.heads.get(&person).map_or(0, |head| head.seq)
    }

    /// What an honest server answers.
    pub(crate) fn history(&self, person: PrincipalId, call: &HistoryCall, page: usize) -> HistoryReply {
        let own = (0..).zip(&self.leaves).filter_map(|(index, leaf)| {
            let seq = Leaf::parse(leaf).unwrap().link_of(person)?.seq;
            (seq > call.after).then(|| HistoryEntry {
                leaf: leaf.clone().into(),
                index,
                proof: self.proof(index),
                openings: Vec::new(),
            })
        });
        let mut entries: Vec<HistoryEntry> = own.collect();
        let more = entries.len() > page;
        entries.truncate(page);
        let consistency = match call.pinned {
            0 => Vec::new(),
            pinned if pinned >= self.edge.size() => Vec::new(),
            pinned => bytes(Prover::new(&self.edge, &self.tiles).consistency(pinned).unwrap()),
        };
        HistoryReply {
            subject: person,
            entries,
            head: self.head(person),
            checkpoint: self.checkpoint(),
            consistency,
            more,
        }
    }
}

fn bytes(hashes: Vec<NodeHash>) -> Vec<Bytes> {
    hashes.iter().map(|hash| (*hash.as_bytes()).into()).collect()
}
