//! Chance for campaigns: the same throws from the same seed.

use claviger_model::entropy::{Entropy, Sequence, SystemEntropy};

pub struct Dice(Sequence);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Sequence::new(seed))
    }

    /// From a seed that is printed, so that a failure can be thrown again.
    pub fn random() -> Self {
        let mut seed = [0; 8];
        SystemEntropy.fill(&mut seed);
        let seed = u64::from_le_bytes(seed);
        println!("seed {seed}");
        Self::new(seed)
    }

    /// A number below a limit.
    pub fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_be_bytes(bytes)).unwrap() % limit
    }

    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

impl Entropy for Dice {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }
}
