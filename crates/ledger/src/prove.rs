//! Proofs from the edge and the full tiles below it. The mathematics is the one of `tlog_tiles`; this finds the hashes.
//!
//! A proof touches a tile per level at most, and [`Prover`] keeps those it has read, so that many proofs of one commit
//! cost little more than one. Storage is asynchronous and this is not: ask [`tiles_for_inclusion`] or
//! [`tiles_for_consistency`] which tiles will be read, fetch them into a map, and prove from the map.

use crate::edge::{Edge, FULL_TILE, TileId, read_tile};
use crate::hash::NodeHash;
use crate::tile::TileRows;
use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use tlog_tiles::{Error as TlogError, Hash, HashReader, prove_record, prove_tree, split_stored_hash_index};

/// Gives the 8,192 bytes of a full tile; nothing when it is not there.
pub trait TileSource {
    /// Looks a full tile up.
    fn full_tile(&self, id: TileId) -> Option<Vec<u8>>;
}

impl TileSource for HashMap<TileId, Vec<u8>> {
    fn full_tile(&self, id: TileId) -> Option<Vec<u8>> {
        self.get(&id).cloned()
    }
}

/// Why there is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The leaf or the older tree lies beyond the tree.
    #[error("the tree has {size} leaves, so there is no proof for {asked}")]
    Beyond {
        /// The leaf's index or the older tree's size.
        asked: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The source lacks a full tile, or gave one of another length.
    #[error("the tile {index} of level {level} is missing or damaged", level = .0.level, index = .0.index)]
    Tile(TileId),
}

/// Makes proofs for the tree that an edge stands for.
pub struct Prover<'a, S> {
    edge: &'a Edge,
    source: &'a S,
    read: RefCell<HashMap<TileId, TileRows>>,
    missing: RefCell<Option<TileId>>,
}

impl<'a, S: TileSource> Prover<'a, S> {
    /// Starts with nothing read.
    pub fn new(edge: &'a Edge, source: &'a S) -> Self {
        Self {
            edge,
            source,
            read: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// The audit path of a leaf, from its sibling up.
    ///
    /// # Errors
    /// When the leaf is beyond the tree, or a tile is missing.
    pub fn inclusion(&self, index: u64) -> Result<Vec<NodeHash>, ProveError> {
        let size = self.edge.size();
        if index >= size {
            return Err(ProveError::Beyond { asked: index, size });
        }
        self.hashes(prove_record(size, index, self))
    }

    /// The consistency proof from an older tree to this one; empty from the tree without leaves and from this tree itself.
    ///
    /// # Errors
    /// When the older tree is larger, or a tile is missing.
    pub fn consistency(&self, older: u64) -> Result<Vec<NodeHash>, ProveError> {
        self.consistency_between(older, self.edge.size())
    }

    /// The same to a tree that this one continues.
    ///
    /// # Errors
    /// When the older tree is larger than the newer one or that one than this one, or a tile is missing.
    pub fn consistency_between(&self, older: u64, newer: u64) -> Result<Vec<NodeHash>, ProveError> {
        within(older, newer, self.edge.size())?;
        if older == 0 {
            return Ok(Vec::new());
        }
        self.hashes(prove_tree(newer, older, self))
    }

    fn hashes(&self, proof: Result<Vec<Hash>, TlogError>) -> Result<Vec<NodeHash>, ProveError> {
        let fallback = TileId { level: 0, index: 0 };
        match proof {
            Ok(hashes) => Ok(hashes.into_iter().map(NodeHash::from).collect()),
            Err(_) => Err(ProveError::Tile(self.missing.take().unwrap_or(fallback))),
        }
    }

    fn node(&self, place: Place) -> Option<NodeHash> {
        if !self.edge.is_full(place.tile) {
            return self.edge.level(place.tile.level)?.node(place.row, place.number);
        }
        let mut read = self.read.borrow_mut();
        let tile = match read.entry(place.tile) {
            Entry::Occupied(tile) => tile.into_mut(),
            Entry::Vacant(place_for) => {
                let bytes = self
                    .source
                    .full_tile(place.tile)
                    .filter(|bytes| bytes.len() == FULL_TILE)?;
                place_for.insert(read_tile(&bytes))
            }
        };
        tile.node(place.row, place.number)
    }
}

impl<S: TileSource> HashReader for Prover<'_, S> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TlogError> {
        let read = |&index: &u64| {
            let place = Place::of(index);
            self.node(place).map(Hash::from).ok_or_else(|| {
                self.missing.replace(Some(place.tile));
                TlogError::IndexesNotInTree
            })
        };
        indexes.iter().map(read).collect()
    }
}

/// The full tiles that [`Prover::inclusion`] will read.
///
/// # Errors
/// When the leaf is beyond the tree.
pub fn tiles_for_inclusion(edge: &Edge, index: u64) -> Result<BTreeSet<TileId>, ProveError> {
    let wanted = Wanted {
        edge,
        tiles: RefCell::default(),
    };
    let size = edge.size();
    if index >= size {
        return Err(ProveError::Beyond { asked: index, size });
    }
    // The reader always answers, so the mathematics cannot fail within the tree.
    prove_record(size, index, &wanted).map_err(|_| ProveError::Beyond { asked: index, size })?;
    Ok(wanted.tiles.into_inner())
}

/// The full tiles that [`Prover::consistency`] will read.
///
/// # Errors
/// When the older tree is larger.
pub fn tiles_for_consistency(edge: &Edge, older: u64) -> Result<BTreeSet<TileId>, ProveError> {
    tiles_for_consistency_between(edge, older, edge.size())
}

/// The full tiles that [`Prover::consistency_between`] will read.
///
/// # Errors
/// When the older tree is larger than the newer one, or that one than the edge's.
pub fn tiles_for_consistency_between(
    edge: &Edge,
    older: u64,
    newer: u64,
) -> Result<BTreeSet<TileId>, ProveError> {
    let wanted = Wanted {
        edge,
        tiles: RefCell::default(),
    };
    within(older, newer, edge.size())?;
    if older > 0 {
        let beyond = ProveError::Beyond {
            asked: older,
            size: newer,
        };
        prove_tree(newer, older, &wanted).map_err(|_| beyond)?;
    }
    Ok(wanted.tiles.into_inner())
}

fn within(older: u64, newer: u64, size: u64) -> Result<(), ProveError> {
    if newer > size {
        Err(ProveError::Beyond { asked: newer, size })
    } else if older > newer {
        Err(ProveError::Beyond {
            asked: older,
            size: newer,
        })
    } else {
        Ok(())
    }
}

/// A reader that only notes which tiles are asked for.
struct Wanted<'a> {
    edge: &'a Edge,
    tiles: RefCell<BTreeSet<TileId>>,
}

impl HashReader for Wanted<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TlogError> {
        let tiles = indexes
            .iter()
            .map(|&index| Place::of(index).tile)
            .filter(|&tile| self.edge.is_full(tile));
        self.tiles.borrow_mut().extend(tiles);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Where a node stands: its tile, the row in it, and the number in the row.
#[derive(Debug, Clone, Copy)]
struct Place {
    tile: TileId,
    row: u8,
    number: u64,
}

impl Place {
    fn of(stored: u64) -> Self {
        let (height, number) = split_stored_hash_index(stored);
        let (level, row) = (height / 8, height % 8);
        // A tile is 256 >> row nodes wide in this row.
        let bits = 8 - row;
        Self {
            tile: TileId {
                level,
                index: number >> bits,
            },
            row,
            number: number & ((1 << bits) - 1),
        }
    }
}

#[cfg(test)]
mod tests;
