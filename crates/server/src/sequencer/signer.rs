//! Signing checkpoints with the log's key.

use crate::keys::ServerKeys;
use claviger_ledger::{checkpoint::Checkpoint, hash::NodeHash};
use claviger_storage::{
    Digest,
    log::{NotaryError, SignCheckpoint},
};

impl SignCheckpoint for ServerKeys {
    fn sign(&self, origin: &str, size: u64, root: &Digest) -> Result<String, NotaryError> {
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size,
            root: NodeHash::from_bytes(*root),
        };
        Ok(checkpoint.sign(&self.log)?)
    }
}
