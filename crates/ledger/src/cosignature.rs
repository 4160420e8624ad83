//! Ed25519 cosignatures of witnesses over checkpoints (C2SP tlog-cosignature): timestamp(8) ‖ signature(64).

use crate::log_key::VerifierKey;
use claviger_model::time::Timestamp;

/// A witness's statement that it saw this checkpoint, consistent with all it saw before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// When it signed.
    pub at: Timestamp,
}

/// Checks a cosignature line's bytes over the text of a checkpoint; nothing when it does not hold.
pub(crate) fn check(witness: &VerifierKey, text: &[u8], bytes: &[u8]) -> Option<Cosignature> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    // The form forbids times beyond 2⁶³ − 1.
    let seconds = i64::try_from(u64::from_be_bytes(*time)).ok()?;
    let mut message = format!("cosignature/v1\ntime {seconds}\n").into_bytes();
    message.extend_from_slice(text);
    witness.public().verify(&message, signature).ok()?;
    Some(Cosignature {
        witness: witness.name().to_owned(),
        at: Timestamp::from_millis(seconds.checked_mul(1000)?),
    })
}
