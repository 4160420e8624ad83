//! The tree's edge as this process saw it last, so that its hashes are not computed anew for each commit.

use crate::{Result, StorageError};
use claviger_ledger::edge::Edge;
use std::sync::{Mutex, PoisonError};

/// The last edge, with the bytes that it stands for; another replica's commit makes the bytes differ.
#[derive(Debug, Default)]
pub(crate) struct KnownEdge(Mutex<Option<(Vec<u8>, Edge)>>);

impl KnownEdge {
    /// The edge that these bytes stand for.
    pub(crate) fn edge(&self, bytes: &[u8]) -> Result<Edge> {
        if bytes.is_empty() {
            return Ok(Edge::new());
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, edge)) = known.as_ref().filter(|(of, _)| of == bytes) {
            return Ok(edge.clone());
        }
        Edge::from_bytes(bytes).map_err(|error| StorageError::Corrupt {
            column: "edge".to_owned(),
            source: Box::new(error),
        })
    }

    /// How many leaves the tree had when it was last appended to here; 0 before.
    pub(crate) fn size(&self) -> u64 {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map_or(0, |(_, edge)| edge.size())
    }

    /// Keeps an edge, whether its commit succeeds or not: the bytes tell what it is.
    pub(crate) fn keep(&self, bytes: &[u8], edge: &Edge) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((bytes.to_vec(), edge.clone()));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_ledger::hash::NodeHash;

    #[test]
    fn what_is_known_counts_only_for_its_own_bytes() {
        let known = KnownEdge::default();
        let mut edge = Edge::new();
        edge.append([NodeHash::of_leaf(b"a")]);
        let before = edge.to_bytes();
        known.keep(&before, &edge);
        edge.append([NodeHash::of_leaf(b"b")]);
        assert_eq!(known.edge(&edge.to_bytes()).unwrap(), edge);
        assert_eq!(known.edge(&before).unwrap().size(), 1);
        assert_eq!(known.edge(&[]).unwrap(), Edge::new());
        assert!(known.edge(b"nonsense").is_err());
    }
}
