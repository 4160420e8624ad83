//! Commitments (rule 17): what may have to be forgotten stands in the log as HMAC-SHA256(k, field ‖ value) only.
//!
//! The random key and the value are the opening. It lives in an erasable table; without it the commitment says nothing,
//! and with it everybody can check that the log meant this value.

use crate::hazmat::mac::{mac, verify};
use crate::secret::{Key256, SecretString};
use claviger_model::entropy::Entropy;

/// What stands in the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commitment([u8; 32]);

/// What a commitment was made of.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    key: Key256,
    value: SecretString,
}

impl Opening {
    /// Commits to a value under a fresh random key.
    pub fn random(value: &str, entropy: &dyn Entropy) -> Self {
        Self::new(Key256::random(entropy), SecretString::new(value.to_owned()))
    }

    /// Puts an opening together from its stored parts.
    pub const fn new(key: Key256, value: SecretString) -> Self {
        Self { key, value }
    }

    /// The random key, for storage and for the person's own device.
    pub const fn key(&self) -> &Key256 {
        &self.key
    }

    /// The value, for storage and for the person's own device.
    pub const fn value(&self) -> &SecretString {
        &self.value
    }

    /// The commitment to this value in a field of a leaf.
    pub fn commit(&self, field: &str) -> Commitment {
        Commitment(mac(
            &self.key,
            &[field.as_bytes(), self.value.expose().as_bytes()],
        ))
    }

    /// Whether a commitment in a field of a leaf is the one to this value; constant time.
    pub fn opens(&self, field: &str, commitment: &Commitment) -> bool {
        verify(
            &self.key,
            &[field.as_bytes(), self.value.expose().as_bytes()],
            &commitment.0,
        )
    }
}

digest_text!(Commitment);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn known_answer() {
        let opening = Opening::new(
            Key256::from_bytes(&[0x0b; 32]),
            SecretString::new("192.0.2.7".into()),
        );
        assert_eq!(
            opening.commit("source-address").to_string(),
            "5he2eggjmgR8e7Q83ia_TGTQPN3DPkGxTQiOdQlP6SM"
        );
    }

    #[test]
    fn opens_its_own_field_and_value_only() {
        let entropy = claviger_model::entropy::Sequence::new(1);
        let opening = Opening::random("payments/stripe", &entropy);
        let commitment = opening.commit("name");
        assert!(opening.opens("name", &commitment));
        assert!(!opening.opens("reason", &commitment));
        assert!(!Opening::random("payments/stripe", &entropy).opens("name", &commitment));
        let other = Opening::new(
            opening.key().duplicate(),
            SecretString::new("payments/strip".into()),
        );
        assert!(!other.opens("name", &commitment));
        assert_eq!(commitment.to_string().parse::<Commitment>().unwrap(), commitment);
    }
}
