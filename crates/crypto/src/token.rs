//! Opaque tokens of 256 random bits; the server stores their SHA-256 only (rules 3 and 8).
//!
//! A plain hash is enough, since 256 random bits cannot be guessed from it.

use crate::bytes::{Base64UrlError, constant_time_eq, sha256};
use crate::secret::{Key256, SecretString};
use claviger_model::entropy::Entropy;

/// An access token or a bootstrap code.
#[derive(Debug, PartialEq, Eq)]
pub struct OpaqueToken(Key256);

/// What the server stores of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl OpaqueToken {
    /// Makes a random token.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(Key256::random(entropy))
    }

    /// Reads a presented token.
    ///
    /// # Errors
    /// When the text is not base64url of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, Base64UrlError> {
        Key256::from_text(text).map(Self)
    }

    /// The text to hand out, once.
    pub fn to_text(&self) -> SecretString {
        self.0.to_text()
    }

    /// What to store and to look up.
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(self.0.expose()))
    }
}

impl TokenHash {
    /// Takes the 32 stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::entropy::Sequence;

    #[test]
    fn a_presented_token_finds_its_hash() {
        let token = OpaqueToken::random(&Sequence::new(1));
        let presented = OpaqueToken::parse(token.to_text().expose()).unwrap();
        assert!(TokenHash::from_bytes(*token.hash().as_bytes()).matches(&presented.hash()));
        assert!(
            !token
                .hash()
                .matches(&OpaqueToken::random(&Sequence::new(2)).hash())
        );
        assert_ne!(token.hash().as_bytes(), token.0.expose());
        assert!(OpaqueToken::parse("").is_err());
    }

    #[test]
    fn known_answer() {
        let token = OpaqueToken(Key256::from_bytes(&[0; 32]));
        assert_eq!(
            crate::bytes::encode_base64url(token.hash().as_bytes()),
            "Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU"
        );
    }
}
