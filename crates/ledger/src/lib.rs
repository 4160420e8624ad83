//! The audit log as a Merkle tree: leaves, checkpoints, proofs; pure.
