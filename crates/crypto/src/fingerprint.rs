//! Fingerprints (rule 38): a pasted value finds its version without any value being stored in the clear.
//!
//! Whoever holds the fingerprint key can test guesses against stored fingerprints, so the key is kept like the key that
//! wraps data keys, and apart from every other key.

use crate::hazmat::mac::mac;
use crate::secret::Key256;
use claviger_model::ids::OrganizationId;

/// The key of all fingerprints of an organization.
#[derive(Debug)]
pub struct FingerprintKey(Key256);

/// The keyed hash of a value; equal for equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl FingerprintKey {
    /// Takes a key that serves nothing else.
    pub const fn new(key: Key256) -> Self {
        Self(key)
    }

    /// HMAC-SHA256(key, "claviger-fingerprint-v1" ‖ organization ‖ value).
    pub fn fingerprint(&self, organization: OrganizationId, value: &[u8]) -> Fingerprint {
        Fingerprint(mac(
            &self.0,
            &[b"claviger-fingerprint-v1", organization.as_bytes(), value],
        ))
    }
}

impl Fingerprint {
    /// The 32 raw bytes, for storage and look-up.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer_and_separation() {
        let key = FingerprintKey::new(Key256::from_bytes(&[0x0c; 32]));
        let organization = OrganizationId::from_bytes([1; 16]);
        let found = key.fingerprint(organization, b"sk_live_1");
        assert_eq!(
            crate::bytes::encode_base64url(found.as_bytes()),
            "dMrQRKp3I5yBUgvK9Bx1T-pIwGV5raRNyDu0pLdIJa8"
        );
        assert_eq!(found, key.fingerprint(organization, b"sk_live_1"));
        assert_ne!(found, key.fingerprint(organization, b"sk_live_2"));
        assert_ne!(
            found,
            key.fingerprint(OrganizationId::from_bytes([2; 16]), b"sk_live_1")
        );
        assert_ne!(
            found,
            FingerprintKey::new(Key256::from_bytes(&[0x0d; 32])).fingerprint(organization, b"sk_live_1")
        );
    }
}
