//! A lease as it is kept, and whether it holds.

use super::{KeepLease, LeaseError};
use crate::{cache::Device, items::KeyBytes};
use claviger_crypto::{
    sealing::{ReleaseBinding, open_value},
    secret::{Key256, SecretBytes},
};
use claviger_ledger::{
    hash::NodeHash,
    leaf::{Leaf, Outcome, leaf_hash},
    lease::{CiphertextHash, Lease},
    log_key::VerifierKey,
    proof::InclusionProof,
};
use claviger_model::{
    event::EventKind,
    ids::{EventId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Everything that opens and proves a leased value; stands in a page, and so under a key, of its own.
#[derive(Serialize, Deserialize)]
pub(crate) struct LeaseRecord {
    pub(crate) secret: SecretId,
    pub(crate) version: u64,
    pub(crate) event: EventId,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) scopes: Vec<ScopeId>,
    leaf: Vec<u8>,
    index: u64,
    proof: Vec<[u8; 32]>,
    checkpoint: String,
    sealed: Vec<u8>,
    release_key: KeyBytes,
}

impl LeaseRecord {
    /// Takes a release over once everything about it holds, its key included.
    pub(crate) fn verified(
        keep: KeepLease,
        scopes: Vec<ScopeId>,
        device: &Device,
    ) -> Result<Self, LeaseError> {
        let release = keep.release;
        let proof = release
            .proof
            .iter()
            .map(|hash| hash.array().ok_or(LeaseError::Proof("a hash has another length")));
        let mut record = Self {
            secret: keep.secret,
            version: release.version,
            event: release.event,
            issued_at: Timestamp::default(),
            expires_at: Timestamp::default(),
            scopes,
            proof: proof.collect::<Result<_, _>>()?,
            leaf: release.leaf.0,
            index: release.index,
            checkpoint: keep.checkpoint,
            sealed: release.sealed.0,
            release_key: KeyBytes::new(&SecretBytes::copy_from(keep.release_key.expose())),
        };
        let lease = record.verify(device, &device.log)?;
        record.issued_at = lease.terms.issued_at;
        record.expires_at = lease.ends_at();
        record.open(device)?;
        Ok(record)
    }

    /// RFC 6962 hash of the leaf.
    pub(crate) fn leaf_hash(&self) -> NodeHash {
        leaf_hash(&self.leaf)
    }

    /// Checks the signature of a key of the log, the inclusion of the leaf, and that the leaf is the one of this value on this device (rule 21).
    pub(crate) fn verify(&self, device: &Device, log: &VerifierKey) -> Result<Lease, LeaseError> {
        let leaf = Leaf::parse(&self.leaf).map_err(|_| LeaseError::Proof("the leaf is malformed"))?;
        let proof = InclusionProof {
            extra: None,
            index: self.index,
            hashes: self.proof.iter().copied().map(NodeHash::from_bytes).collect(),
            checkpoint: self.checkpoint.clone(),
        };
        proof
            .verify(&self.leaf, log, &[])
            .map_err(|_| LeaseError::Proof("the leaf is not in the log that this device knows"))?;
        let lease = Lease::of(&leaf).ok_or(LeaseError::NotALease)?;
        let allowed =
            leaf.outcome == Outcome::Allowed && leaf.kind.as_kind().is_some_and(EventKind::releases_value);
        for (holds, why) in [
            (allowed, "the leaf releases nothing"),
            (
                leaf.organization == device.organization,
                "the leaf is of another organization",
            ),
            (lease.device == device.id, "the leaf is for another device"),
            (leaf.event == self.event, "the leaf is of another event"),
            (
                lease.secret == self.secret && lease.version == self.version,
                "the leaf is for another secret",
            ),
            (
                lease.terms.ciphertext_sha256 == CiphertextHash::of(&self.sealed),
                "the leaf is for another value",
            ),
        ] {
            if !holds {
                return Err(LeaseError::Proof(why));
            }
        }
        Ok(lease)
    }

    /// Opens the value.
    pub(crate) fn open(&self, device: &Device) -> Result<SecretBytes, LeaseError> {
        let malformed = LeaseError::Proof("the value does not open");
        let binding = ReleaseBinding {
            organization: device.organization,
            device: device.id,
            secret: self.secret,
            version: self.version,
            event: self.event,
        };
        let Some(key) = Key256::from_slice(self.release_key.to_secret().expose()) else {
            return Err(malformed);
        };
        open_value(&key, &binding, &self.sealed).map_err(|_| malformed)
    }
}
