//! The sign-in binding (rule 1): the identity provider's nonce ties an ID token to this device and this server.

use crate::bytes::{
    Base64UrlError, constant_time_eq, decode_base64url_array, encode_base64url, join, sha256,
};
use crate::jwk::Jkt;
use crate::sealing::SealingPublicKey;
use claviger_model::entropy::Entropy;
use std::{fmt, str::FromStr};

/// A server's challenge: 32 random bytes, used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Challenge([u8; 32]);

/// The OIDC `nonce` of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInNonce(String);

impl Challenge {
    /// Makes a random challenge.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Takes the 32 raw bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes, which every part of the binding uses.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_base64url(&self.0))
    }
}

impl FromStr for Challenge {
    type Err = Base64UrlError;
    fn from_str(text: &str) -> Result<Self, Base64UrlError> {
        decode_base64url_array(text).map(Self)
    }
}

impl SignInNonce {
    /// base64url(SHA-256("claviger-signin-v1" ‖ server origin ‖ challenge ‖ jkt ‖ sealing public key)); challenge, jkt and
    /// key are their 32 raw bytes.
    pub fn derive(origin: &str, challenge: &Challenge, jkt: &Jkt, sealing: &SealingPublicKey) -> Self {
        let fields = join(&[
            b"claviger-signin-v1",
            origin.as_bytes(),
            challenge.as_bytes(),
            jkt.as_bytes(),
            sealing.as_bytes(),
        ]);
        Self(encode_base64url(&sha256(&fields)))
    }

    /// The text that stands in the request and in the ID token.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an ID token's nonce is this one; constant time.
    pub fn matches(&self, claimed: &str) -> bool {
        constant_time_eq(self.0.as_bytes(), claimed.as_bytes())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn nonce(origin: &str, challenge: u8, jkt: u8, sealing: u8) -> SignInNonce {
        SignInNonce::derive(
            origin,
            &Challenge::from_bytes([challenge; 32]),
            &Jkt::from_bytes([jkt; 32]),
            &SealingPublicKey::from_bytes(&[sealing; 32]).unwrap(),
        )
    }

    #[test]
    fn known_answer() {
        assert_eq!(
            nonce("https://vault.example", 1, 2, 3).as_str(),
            "5B8VDasvlHTCsMzgg-zDtcz41VDz_o8qWPvXBQkPFTE"
        );
    }

    #[test]
    fn every_part_counts() {
        let right = nonce("https://vault.example", 1, 2, 3);
        assert!(right.matches(nonce("https://vault.example", 1, 2, 3).as_str()));
        for wrong in [
            nonce("https://vault.example.", 1, 2, 3),
            nonce("https://vault.example", 9, 2, 3),
            nonce("https://vault.example", 1, 9, 3),
            nonce("https://vault.example", 1, 2, 9),
        ] {
            assert!(!right.matches(wrong.as_str()));
        }
        assert!(!right.matches(""));
    }
}
