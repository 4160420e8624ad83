//! Proofs seen by this process: enough for what appends nothing, a first sieve for the rest (rule 2).

use super::Proof;
use claviger_crypto::jwk::Jkt;
use moka::sync::Cache;
use std::time::Duration;

/// Longer than any proof is accepted: its `iat` may be two minutes ahead, and is good for two minutes after.
const REMEMBERED: Duration = Duration::from_secs(6 * 60);
/// Room for a minute of a server under full load; about 200 bytes each.
const CAPACITY: u64 = 1_000_000;

/// Remembers proofs for as long as they could be used again.
pub struct SeenProofs(Cache<(Jkt, String), ()>);

impl SeenProofs {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::with(CAPACITY)
    }

    fn with(capacity: u64) -> Self {
        Self(
            Cache::builder()
                .max_capacity(capacity)
                .time_to_live(REMEMBERED)
                .build(),
        )
    }

    /// Remembers a proof; false when it was seen before.
    pub fn first(&self, proof: &Proof) -> bool {
        self.0
            .entry((proof.jkt, proof.jti.clone()))
            .or_insert(())
            .is_fresh()
    }
}

impl Default for SeenProofs {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_model::time::Timestamp;

    #[test]
    fn it_remembers_no_more_than_it_has_room_for() {
        let seen = SeenProofs::with(100);
        for number in 0..10_000 {
            let proof = Proof {
                jkt: Jkt::from_bytes([1; 32]),
                jti: format!("proof-{number}"),
                expires_at: Timestamp::from_millis(0),
            };
            assert!(seen.first(&proof));
        }
        seen.0.run_pending_tasks();
        assert!(seen.0.entry_count() <= 100);
    }
}
