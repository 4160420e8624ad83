//! How a new key of the server follows an old one: the old one signs for it (rules 20 and 39).
//!
//! "claviger-key-succession-v1" ‖ organization ‖ purpose ‖ number of the new key ‖ old public key ‖ new public key, so that a
//! signature vouches for one key at one place of one organization's chain and nowhere else.

use crate::bytes::join;
use crate::signing::{InvalidSignature, ServerKey, ServerPublicKey};
use claviger_model::ids::OrganizationId;

const LABEL: &[u8] = b"claviger-key-succession-v1";

/// One step from a key to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Succession<'a> {
    /// Whose keys they are.
    pub organization: OrganizationId,
    /// What they are for, such as `log`.
    pub purpose: &'a str,
    /// The number of the new key; the first of all has 1.
    pub number: u64,
    /// The public half of the old key, 32 raw bytes.
    pub from: &'a [u8; 32],
    /// The public half of the new key, 32 raw bytes.
    pub to: &'a [u8; 32],
}

impl Succession<'_> {
    /// Signs for the new key with the old one.
    pub fn sign(&self, old: &ServerKey) -> Vec<u8> {
        old.sign(&self.message())
    }

    /// Checks the old key's signature.
    ///
    /// # Errors
    /// When it is not one for this step.
    pub fn verify(&self, old: &ServerPublicKey, signature: &[u8]) -> Result<(), InvalidSignature> {
        old.verify(&self.message(), signature)
    }

    fn message(&self) -> Vec<u8> {
        join(&[
            LABEL,
            self.organization.as_bytes(),
            self.purpose.as_bytes(),
            &self.number.to_be_bytes(),
            self.from,
            self.to,
        ])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::secret::Key256;

    fn key(seed: u8) -> ServerKey {
        ServerKey::from_seed(&Key256::from_bytes(&[seed; 32])).unwrap()
    }

    #[test]
    fn known_answer() {
        let (old, new) = (key(1), key(2).public().unwrap());
        let from = old.public().unwrap();
        let step = Succession {
            organization: OrganizationId::from_bytes([7; 16]),
            purpose: "log",
            number: 2,
            from: from.as_bytes(),
            to: new.as_bytes(),
        };
        let signature = step.sign(&old);
        assert_eq!(
            crate::bytes::encode_base64url(&signature),
            "XMylePvK0dZNUxpUrw-aEWe0-9mnG7fPLdYtSlXbzieCts4kb2pF5xlUIPzUXr3IkfgxCknvhBWqLHtxkbPmDw"
        );
        assert_eq!(step.verify(&from, &signature), Ok(()));
    }

    #[test]
    fn a_signature_is_good_for_one_step_only() {
        let (old, other) = (key(1), key(3).public().unwrap());
        let (from, to) = (old.public().unwrap(), key(2).public().unwrap());
        let step = Succession {
            organization: OrganizationId::from_bytes([7; 16]),
            purpose: "log",
            number: 2,
            from: from.as_bytes(),
            to: to.as_bytes(),
        };
        let signature = step.sign(&old);
        for wrong in [
            Succession {
                organization: OrganizationId::from_bytes([8; 16]),
                ..step
            },
            Succession {
                purpose: "orders",
                ..step
            },
            Succession { number: 3, ..step },
            Succession {
                from: other.as_bytes(),
                ..step
            },
            Succession {
                to: other.as_bytes(),
                ..step
            },
        ] {
            assert_eq!(wrong.verify(&from, &signature), Err(InvalidSignature));
        }
        assert_eq!(
            step.verify(&to, &signature),
            Err(InvalidSignature),
            "the new key itself"
        );
    }
}
