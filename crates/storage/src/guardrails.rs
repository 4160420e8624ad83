//! What is known of guardrails besides what they say.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PolicyId, PrincipalId},
    time::Timestamp,
};

/// What is known of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailNote {
    /// Which.
    pub guardrail: PolicyId,
    /// Who changed it last, and when; none for a built-in one that nobody touched.
    pub changed: Option<(PrincipalId, Timestamp)>,
    /// How often it could not be evaluated since then, and when last (rule 11).
    pub failures: u64,
    /// When last.
    pub failed_at: Option<Timestamp>,
}

/// Reads of notes.
#[async_trait]
pub trait GuardrailReads {
    /// All of them, in the order of ids.
    async fn guardrail_notes(&mut self) -> Result<Vec<GuardrailNote>>;
}

/// Writes of notes.
#[async_trait]
pub trait GuardrailWrites {
    /// Somebody changed it; its failures are those of what it was.
    async fn note_guardrail_change(&mut self, id: PolicyId, by: PrincipalId, at: Timestamp) -> Result<()>;
    /// It could not be evaluated so many times more; false when it is gone.
    async fn note_guardrail_failures(&mut self, id: PolicyId, count: u64, at: Timestamp) -> Result<bool>;
}
