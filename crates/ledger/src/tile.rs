//! One tile of the tree with the hashes above its bottom row, kept as they become complete.

use crate::hash::NodeHash;

/// Hashes in the bottom row of a full tile.
pub const WIDTH: usize = 256;
/// Rows of a tile, from the bottom row to the row below its root.
const ROWS: usize = 8;

/// The hashes of a tile, row by row: row r holds the complete subtrees of 2^r hashes of the bottom row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TileRows {
    rows: [Vec<NodeHash>; ROWS],
}

impl TileRows {
    /// Builds the rows from the bottom row.
    pub fn from_bottom(bottom: impl IntoIterator<Item = NodeHash>) -> Self {
        let mut tile = Self::default();
        for hash in bottom {
            tile.push(hash);
        }
        tile
    }

    /// The bottom row.
    pub fn bottom(&self) -> &[NodeHash] {
        self.rows.first().map_or(&[], Vec::as_slice)
    }

    /// Appends to the bottom row; gives the tile's root when that fills it.
    pub fn push(&mut self, hash: NodeHash) -> Option<NodeHash> {
        let mut carried = hash;
        for row in &mut self.rows {
            row.push(carried);
            match row.as_slice() {
                [.., left, right] if row.len() % 2 == 0 => carried = NodeHash::of_children(*left, *right),
                _ => return None,
            }
        }
        Some(carried)
    }

    /// The complete subtree number `index` of row `row`.
    pub fn node(&self, row: u8, index: u64) -> Option<NodeHash> {
        self.rows
            .get(usize::from(row))?
            .get(usize::try_from(index).ok()?)
            .copied()
    }

    /// The roots of the largest complete subtrees that cover the bottom row, from left to right.
    pub fn peaks(&self) -> impl Iterator<Item = NodeHash> + '_ {
        self.rows.iter().rev().filter_map(|row| {
            if row.len() % 2 == 1 {
                row.last().copied()
            } else {
                None
            }
        })
    }
}
