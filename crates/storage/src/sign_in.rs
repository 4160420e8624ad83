//! Things that count once: challenges, ID tokens, proofs, the bootstrap code.

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::time::Timestamp;

/// A sign-in challenge (rule 1), by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// SHA-256 of the 32 random bytes.
    pub hash: Digest,
    /// Until when it may be consumed.
    pub expires_at: Timestamp,
}

/// A DPoP proof's identity (rule 2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProofUse {
    /// The key's thumbprint.
    pub jkt: Digest,
    /// The proof's `jti`, or a hash of it.
    pub jti: Vec<u8>,
    /// From when on the proof would be refused for its age anyway.
    pub expires_at: Timestamp,
}

/// The one-time code that makes the first Owner (rule 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrap {
    /// SHA-256 of the code.
    pub code_hash: Digest,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// Since when it is used up.
    pub sealed_at: Option<Timestamp>,
}

/// Reads of one-time things.
#[async_trait]
pub trait SignInReads {
    /// The bootstrap code's row; none when it was never armed.
    async fn bootstrap(&mut self) -> Result<Option<Bootstrap>>;
}

/// Writes of one-time things.
#[async_trait]
pub trait SignInWrites {
    /// Consumes a challenge; false when it is unknown, consumed or expired at `now`.
    async fn consume_challenge(&mut self, hash: &Digest, now: Timestamp) -> Result<bool>;
    /// Uses an ID token, by SHA-256 of its text; false when it was used before.
    async fn use_id_token(&mut self, issuer: &str, hash: &Digest, expires_at: Timestamp) -> Result<bool>;
    /// Uses a proof; false when it was used before.
    async fn use_proof(&mut self, proof: &ProofUse) -> Result<bool>;
    /// Uses many proofs in one statement; for each, whether it was fresh (a repetition within the list is not).
    async fn use_proofs(&mut self, proofs: &[ProofUse]) -> Result<Vec<bool>>;
    /// Arms the code, replacing an older one and its seal. The caller has checked that there is no Owner.
    async fn arm_bootstrap(&mut self, code_hash: &Digest, expires_at: Timestamp) -> Result<()>;
    /// Seals the code; [`crate::Conflict::AlreadyUsed`] unless it is armed, unsealed and in time.
    async fn seal_bootstrap(&mut self, code_hash: &Digest, now: Timestamp) -> Result<()>;
}
