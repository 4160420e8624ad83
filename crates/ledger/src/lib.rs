//! The audit log as a Merkle tree: leaves, checkpoints, proofs; pure.
//!
//! The tree is the one of RFC 6962 in tiles of 256 hashes; checkpoints, cosignatures and proofs have the C2SP forms
//! (tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof), so that others can verify the log with their own tools.
//! The server appends through [`edge::Edge`] and proves through [`prove::Prover`]; a device verifies with [`proof`],
//! [`pin`] and [`history`].

mod canonical;
pub mod checkpoint;
pub mod consistency;
pub mod cosignature;
pub mod edge;
pub mod hash;
pub mod history;
pub mod label;
pub mod leaf;
mod leaf_parts;
pub mod lease;
pub mod log_key;
pub mod pin;
pub mod proof;
pub mod prove;
pub mod subject;
mod tile;

#[cfg(test)]
mod testing;
