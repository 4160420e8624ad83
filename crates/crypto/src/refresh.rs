//! Refresh tokens (rule 3): token n of a family is HMAC(server key, family ‖ n), and only n is stored.
//!
//! The text is base64url(family(16) ‖ n(8) ‖ tag(32)), so that a presented token names what it claims to be.

use crate::bytes::{Base64UrlError, decode_base64url_array, encode_base64url};
use crate::hazmat::mac::{mac, verify};
use crate::secret::{Key256, SecretString};
use claviger_model::ids::SessionId;

const LABEL: &[u8] = b"claviger-refresh-v1";

/// The key that makes refresh tokens, the same on every replica.
#[derive(Debug)]
pub struct RefreshKey(Key256);

/// A refresh token as presented; its claims count only after [`RefreshKey::verify`].
#[derive(Debug)]
pub struct PresentedRefresh {
    family: SessionId,
    number: u64,
    tag: [u8; 32],
}

impl RefreshKey {
    /// Takes a key that serves nothing else.
    pub const fn new(key: Key256) -> Self {
        Self(key)
    }

    /// Token `number` of a family, to hand out.
    pub fn token(&self, family: SessionId, number: u64) -> SecretString {
        let tag = mac(&self.0, &[LABEL, family.as_bytes(), &number.to_be_bytes()]);
        SecretString::new(encode_base64url(
            &[family.as_bytes().as_slice(), &number.to_be_bytes(), &tag].concat(),
        ))
    }

    /// Whether this key made the token; constant time. Gives its family and number.
    pub fn verify(&self, presented: &PresentedRefresh) -> Option<(SessionId, u64)> {
        let PresentedRefresh { family, number, tag } = presented;
        verify(&self.0, &[LABEL, family.as_bytes(), &number.to_be_bytes()], tag).then_some((*family, *number))
    }
}

impl PresentedRefresh {
    /// Reads a presented token.
    ///
    /// # Errors
    /// When the text is not base64url of 56 bytes.
    pub fn parse(text: &str) -> Result<Self, Base64UrlError> {
        let bytes = decode_base64url_array::<56>(text)?;
        let (family, rest) = bytes.split_first_chunk::<16>().ok_or(Base64UrlError)?;
        let (number, tag) = rest.split_first_chunk::<8>().ok_or(Base64UrlError)?;
        Ok(Self {
            family: SessionId::from_bytes(*family),
            number: u64::from_be_bytes(*number),
            tag: tag.try_into().map_err(|_| Base64UrlError)?,
        })
    }
}

impl Drop for PresentedRefresh {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.tag);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const FAMILY: SessionId = SessionId::from_bytes([7; 16]);

    fn key(byte: u8) -> RefreshKey {
        RefreshKey::new(Key256::from_bytes(&[byte; 32]))
    }

    #[test]
    fn a_token_names_its_family_and_number() {
        let text = key(1).token(FAMILY, 5);
        assert_eq!(
            text,
            key(1).token(FAMILY, 5),
            "every replica makes the same token"
        );
        let presented = PresentedRefresh::parse(text.expose()).unwrap();
        assert_eq!(key(1).verify(&presented), Some((FAMILY, 5)));
        assert_eq!(key(2).verify(&presented), None);
    }

    #[test]
    fn no_other_number_or_family_can_be_claimed() {
        let bytes = decode_base64url_array::<56>(key(1).token(FAMILY, 5).expose()).unwrap();
        for place in 0..bytes.len() {
            let mut altered = bytes;
            *altered.get_mut(place).unwrap() ^= 1;
            let presented = PresentedRefresh::parse(&encode_base64url(&altered)).unwrap();
            assert_eq!(key(1).verify(&presented), None, "byte {place}");
        }
        assert!(PresentedRefresh::parse("AAAA").is_err());
    }
}
