//! Randomness as a parameter.

use rand::TryRng;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::panic,
        reason = "going on without randomness would be worse than stopping"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = rand::rngs::SysRng.try_fill_bytes(buffer) {
            panic!("the operating system gave no randomness: {error}");
        }
    }
}

/// A repeatable stream of bytes for tests and seeded demonstrations; never for keys.
#[derive(Debug)]
pub struct Sequence(AtomicU64);

impl Sequence {
    /// Starts the stream at a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Sequence {
    // SplitMix64: <https://prng.di.unimi.it/splitmix64.c>, public domain.
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let state = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (mixed ^ (mixed >> 31)).to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}
