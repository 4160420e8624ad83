//! The demonstration company: who works there, what they run, which secrets that takes. All invented.
//!
//! The same seed gives the same ids, names and events; keys are random (rule 37).

pub mod people;
pub mod projects;
pub mod secrets;
pub mod values;

use claviger_model::entropy::{Entropy, Sequence};
use sha2::{Digest, Sha256};

/// The company's name.
pub const NAME: &str = "Northwind";

/// A stream of bytes that depends on nothing but a name, so that adding something moves nothing else.
pub fn stream(name: &str) -> Sequence {
    let digest = Sha256::digest(format!("claviger-demonstration-1/{name}").as_bytes());
    let seed = digest
        .iter()
        .take(8)
        .fold(0u64, |seed, byte| (seed << 8) | u64::from(*byte));
    Sequence::new(seed)
}

/// A number below a limit, drawn from a stream; 0 for a limit of 0.
pub fn below(entropy: &dyn Entropy, limit: u64) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes).checked_rem(limit).unwrap_or(0)
}
