//! The right edge of the tree: everything an append needs, small enough for the one head row.
//!
//! Below the edge stand full tiles of 256 hashes, inserted once and never updated (rule 12). The edge holds the tiles that
//! are not full yet, at most 255 hashes at each of a few levels.

use crate::hash::NodeHash;
use crate::tile::{TileRows, WIDTH};
use serde::{Deserialize, Serialize};

const VERSION: u8 = 1;
/// 256⁸ leaves fill a u64, so no tree has a ninth level.
const LEVELS: usize = 8;

/// Where a full tile stands (C2SP tlog-tiles): its level and its number from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TileId {
    /// 0 holds the hashes of leaves, 1 the roots of tiles of level 0, and so on.
    pub level: u8,
    /// The number within the level, from 0.
    pub index: u64,
}

/// A tile that has just become full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Where it stands.
    pub id: TileId,
    /// Its 256 hashes, 8,192 bytes.
    pub hashes: Vec<u8>,
}

/// The state at the right edge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: [TileRows; LEVELS],
}

/// Bytes that are not an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseEdgeError {
    /// Made by a newer program.
    #[error("the edge of the tree has an unknown version")]
    UnknownVersion,
    /// The length does not fit the size of the tree.
    #[error("the edge of the tree has the wrong length")]
    Length,
}

impl Edge {
    /// The edge of the tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has; the index of the next one.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends leaves in order; gives the tiles that became full, to be inserted.
    pub fn append(&mut self, leaves: impl IntoIterator<Item = NodeHash>) -> Vec<FullTile> {
        let mut full = Vec::new();
        for leaf in leaves {
            self.append_one(leaf, &mut full);
        }
        full
    }

    fn append_one(&mut self, leaf: NodeHash, full: &mut Vec<FullTile>) {
        let before = self.size;
        self.size = self.size.saturating_add(1);
        let mut carried = leaf;
        for (level, tile) in (0_u8..).zip(&mut self.levels) {
            let Some(root) = tile.push(carried) else { return };
            let index = before.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            let hashes = tile
                .bottom()
                .iter()
                .flat_map(NodeHash::as_bytes)
                .copied()
                .collect();
            full.push(FullTile {
                id: TileId { level, index },
                hashes,
            });
            *tile = TileRows::default();
            carried = root;
        }
    }

    /// The root of the tree (RFC 6962 section 2.1).
    pub fn root(&self) -> NodeHash {
        // Peaks from left to right stand from the top level down; the root folds them from the right.
        let peaks: Vec<NodeHash> = self.levels.iter().rev().flat_map(TileRows::peaks).collect();
        let folded = peaks
            .into_iter()
            .rev()
            .reduce(|right, left| NodeHash::of_children(left, right));
        folded.unwrap_or(NodeHash::EMPTY)
    }

    /// The tile at the edge of a level.
    pub(crate) fn level(&self, level: u8) -> Option<&TileRows> {
        self.levels.get(usize::from(level))
    }

    /// Whether a tile is full and stands below the edge.
    pub(crate) fn is_full(&self, id: TileId) -> bool {
        let full = self.size.checked_shr(8 * (u32::from(id.level) + 1)).unwrap_or(0);
        id.index < full
    }

    /// Version(1) ‖ size(8) ‖ the hashes of the tiles at the edge, from level 0 up; their numbers follow from the size.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for tile in &self.levels {
            bytes.extend(tile.bottom().iter().flat_map(NodeHash::as_bytes));
        }
        bytes
    }

    /// Reads the bytes back.
    ///
    /// # Errors
    /// When the version is unknown or the length does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParseEdgeError> {
        let (&[version], rest) = bytes.split_first_chunk::<1>().ok_or(ParseEdgeError::Length)?;
        if version != VERSION {
            return Err(ParseEdgeError::UnknownVersion);
        }
        let (size, mut hashes) = rest.split_first_chunk::<8>().ok_or(ParseEdgeError::Length)?;
        let mut edge = Self {
            size: u64::from_be_bytes(*size),
            ..Self::default()
        };
        // The width of the tile at the edge of level l is digit l of the size in base 256.
        for (tile, &width) in edge.levels.iter_mut().zip(size.iter().rev()) {
            let (bottom, after) = hashes
                .split_at_checked(usize::from(width) * 32)
                .ok_or(ParseEdgeError::Length)?;
            *tile = read_tile(bottom);
            hashes = after;
        }
        if hashes.is_empty() {
            Ok(edge)
        } else {
            Err(ParseEdgeError::Length)
        }
    }
}

/// Reads the rows of a tile from its hashes.
pub(crate) fn read_tile(bottom: &[u8]) -> TileRows {
    TileRows::from_bottom(
        bottom
            .as_chunks::<32>()
            .0
            .iter()
            .map(|hash| NodeHash::from_bytes(*hash)),
    )
}

/// Bytes of a full tile.
pub const FULL_TILE: usize = WIDTH * 32;

#[cfg(test)]
mod tests;
