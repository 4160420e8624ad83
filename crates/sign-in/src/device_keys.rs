//! What identifies a device: an ES256 key that signs and an X25519 key to which values are sealed.

use claviger_crypto::{
    jwk::Jkt,
    sealing::{SealingKeyPair, SealingPublicKey},
    secret::{Key256, SecretBytes},
    signing::{DeviceKey, SigningError},
};
use claviger_model::entropy::Entropy;
use std::sync::Arc;

const FORM: u8 = 1;

/// The keys of a device; clones share them.
#[derive(Debug, Clone)]
pub struct DeviceKeys {
    signing: Arc<DeviceKey>,
    sealing: Arc<SealingKeyPair>,
}

/// Why stored keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored keys of this device are malformed")]
pub struct MalformedKeys;

impl DeviceKeys {
    /// Makes new keys.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, SigningError> {
        Ok(Self {
            signing: Arc::new(DeviceKey::generate()?),
            sealing: Arc::new(SealingKeyPair::random(entropy)),
        })
    }

    /// For the keyring: form(1) ‖ sealing secret(32) ‖ PKCS#8 of the signing key.
    pub fn to_secret(&self) -> SecretBytes {
        let sealing = self.sealing.secret();
        let pkcs8 = self.signing.pkcs8().expose();
        let mut bytes = Vec::with_capacity(1 + 32 + pkcs8.len());
        bytes.push(FORM);
        bytes.extend_from_slice(sealing.expose());
        bytes.extend_from_slice(pkcs8);
        SecretBytes::new(bytes)
    }

    /// Reads what [`DeviceKeys::to_secret`] wrote.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn from_secret(secret: &SecretBytes) -> Result<Self, MalformedKeys> {
        let (&form, rest) = secret.expose().split_first().ok_or(MalformedKeys)?;
        let (sealing, pkcs8) = rest.split_first_chunk::<32>().ok_or(MalformedKeys)?;
        if form != FORM {
            return Err(MalformedKeys);
        }
        let sealing = SealingKeyPair::from_secret(&Key256::from_bytes(sealing)).map_err(|_| MalformedKeys)?;
        let signing = DeviceKey::from_pkcs8(SecretBytes::copy_from(pkcs8)).map_err(|_| MalformedKeys)?;
        Ok(Self {
            signing: Arc::new(signing),
            sealing: Arc::new(sealing),
        })
    }

    /// Signs proofs, journal entries and acknowledgements.
    pub const fn signing(&self) -> &Arc<DeviceKey> {
        &self.signing
    }

    /// Opens what is sealed to this device.
    pub const fn sealing(&self) -> &Arc<SealingKeyPair> {
        &self.sealing
    }

    /// The RFC 7638 thumbprint of the signing key.
    pub fn jkt(&self) -> Jkt {
        self.signing.public().thumbprint()
    }

    /// The key to which values are sealed.
    pub fn sealing_public(&self) -> SealingPublicKey {
        self.sealing.public()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::entropy::Sequence;

    #[test]
    fn keys_survive_the_keyring_and_do_not_print() {
        let keys = DeviceKeys::generate(&Sequence::new(1)).unwrap();
        let again = DeviceKeys::from_secret(&keys.to_secret()).unwrap();
        assert_eq!(
            (again.jkt(), again.sealing_public()),
            (keys.jkt(), keys.sealing_public())
        );
        let signature = again.signing().sign(b"m").unwrap();
        assert!(keys.signing().public().verify(b"m", &signature).is_ok());
        let printed = format!("{keys:?}");
        assert!(
            !printed.contains(keys.sealing().secret().to_text().expose()),
            "{printed}"
        );
        assert!(!printed.contains("pkcs8"), "{printed}");
    }

    #[test]
    fn other_bytes_are_refused() {
        let keys = DeviceKeys::generate(&Sequence::new(2)).unwrap();
        let good = keys.to_secret();
        let mut other_form = good.expose().to_vec();
        *other_form.first_mut().unwrap() = 9;
        for wrong in [
            vec![],
            good.expose().iter().take(40).copied().collect(),
            other_form,
        ] {
            assert!(DeviceKeys::from_secret(&SecretBytes::new(wrong)).is_err());
        }
    }
}
