//! Counting the uses of a key, so that random nonces stay unlikely to repeat.

/// How often a key has sealed something; its owner persists the number before the seal it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Uses(u64);

/// A key that reached its last allowed use (NIST SP 800-38D section 8.3) and must be replaced by a new generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key has been used 2³² times and must be replaced")]
pub struct KeyExhausted;

impl Uses {
    /// The last count at which a key may still be used.
    pub const LIMIT: u64 = 1 << 32;

    /// Takes a stored count.
    pub const fn from_count(count: u64) -> Self {
        Self(count)
    }

    /// The count, for storage.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// Counts further uses.
    ///
    /// # Errors
    /// When the key may not be used that often any more.
    pub const fn and(self, more: u64) -> Result<Self, KeyExhausted> {
        match self.0.checked_add(more) {
            Some(count) if count < Self::LIMIT => Ok(Self(count)),
            _ => Err(KeyExhausted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_before_two_to_the_32() {
        let last = Uses::from_count(Uses::LIMIT - 2);
        assert_eq!(last.and(1).map(Uses::count), Ok(Uses::LIMIT - 1));
        assert_eq!(last.and(2), Err(KeyExhausted));
        assert_eq!(Uses::from_count(u64::MAX).and(1), Err(KeyExhausted));
    }
}
