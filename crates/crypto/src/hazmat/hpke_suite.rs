//! HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.

use claviger_model::entropy::Entropy;
use hpke::aead::{AeadCtxR, AeadCtxS, AesGcm256};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;

pub type Kem = X25519HkdfSha256;
pub type Kdf = HkdfSha256;
pub type Aead = AesGcm256;
pub type PublicKey = <Kem as hpke::Kem>::PublicKey;
pub type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
pub type EncappedKey = <Kem as hpke::Kem>::EncappedKey;
pub type Sender = AeadCtxS<Aead, Kdf, Kem>;
pub type Receiver = AeadCtxR<Aead, Kdf, Kem>;

/// Lets HPKE draw from our own source of randomness.
pub struct Random<'a>(pub &'a dyn Entropy);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}
