//! Types for what must never be printed: zeroized when dropped, masked in every format, compared in constant time.
//!
//! None of them can be serialized or cloned by accident. The contents come out through `expose` only, so that every
//! place that touches a secret can be found by searching for that word.

use crate::bytes::{Base64UrlError, constant_time_eq, decode_base64url_array, encode_base64url};
use claviger_model::entropy::Entropy;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

const MASK: &str = "«secret»";

macro_rules! masked {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl Eq for $name {}
    )*};
}

masked!(SecretBytes SecretString Key256);

/// Secret bytes on the heap.
#[derive(Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes over a buffer; it is zeroized when the secret is dropped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Copies a slice; the caller keeps the duty to erase the original.
    pub fn copy_from(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }

    /// The secret bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The length in bytes, which is not a secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes a second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::copy_from(self.expose())
    }

    /// Reads the bytes as text.
    ///
    /// # Errors
    /// Gives the bytes back when they are not UTF-8.
    pub fn into_text(mut self) -> Result<SecretString, Self> {
        match String::from_utf8(std::mem::take(&mut *self.0)) {
            Ok(text) => Ok(SecretString::new(text)),
            Err(error) => Err(Self::new(error.into_bytes())),
        }
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

/// Secret text on the heap.
#[derive(Default)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Takes over a text; it is zeroized when the secret is dropped.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The length in bytes, which is not a secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes a second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::new(self.expose().to_owned())
    }

    /// The same text as bytes, without a copy.
    #[must_use]
    pub fn into_bytes(mut self) -> SecretBytes {
        SecretBytes::new(std::mem::take(&mut *self.0).into_bytes())
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose().as_bytes(), other.expose().as_bytes())
    }
}

/// A 256-bit key; boxed, so that moving it leaves no copies behind.
pub struct Key256(Box<[u8; 32]>);

impl Key256 {
    /// Makes a random key.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut key = Self(Box::new([0; 32]));
        entropy.fill(key.0.as_mut_slice());
        key
    }

    /// Takes a key from elsewhere; the caller keeps the duty to erase the original.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Box::new(*bytes))
    }

    /// Reads a key from a slice of exactly 32 bytes; nothing when it has another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <&[u8; 32]>::try_from(bytes).ok().map(Self::from_bytes)
    }

    /// Reads a key from base64url.
    ///
    /// # Errors
    /// When the text is not base64url of exactly 32 bytes.
    pub fn from_text(text: &str) -> Result<Self, Base64UrlError> {
        let bytes = Zeroizing::new(decode_base64url_array::<32>(text)?);
        Ok(Self::from_bytes(&bytes))
    }

    /// Writes the key as base64url, for a key file or a keyring.
    pub fn to_text(&self) -> SecretString {
        SecretString::new(encode_base64url(self.expose()))
    }

    /// The secret bytes.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Makes a second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl PartialEq for Key256 {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

impl Drop for Key256 {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::entropy::Sequence;

    #[test]
    fn nothing_prints_a_secret() {
        let bytes = SecretBytes::copy_from(b"hunter2");
        let text = SecretString::new("hunter2".into());
        let key = Key256::from_bytes(&[0x41; 32]);
        for printed in [
            format!("{bytes:?} {bytes} {bytes:#?}"),
            format!("{text:?} {text} {text:#?}"),
            format!("{key:?} {key} {:?}", Some(&key)),
        ] {
            assert!(
                !printed.contains("hunter2") && !printed.contains("65") && !printed.contains("AAAA"),
                "{printed}"
            );
            assert!(printed.contains(MASK));
        }
    }

    #[test]
    fn equality_looks_at_the_contents() {
        assert_eq!(SecretBytes::copy_from(b"a"), SecretBytes::copy_from(b"a"));
        assert_ne!(SecretBytes::copy_from(b"a"), SecretBytes::copy_from(b"b"));
        assert_ne!(SecretString::new("a".into()), SecretString::new("ab".into()));
        assert_ne!(
            Key256::random(&Sequence::new(1)),
            Key256::random(&Sequence::new(2))
        );
        assert_eq!(
            Key256::random(&Sequence::new(1)).duplicate(),
            Key256::random(&Sequence::new(1))
        );
    }

    #[test]
    fn bytes_become_text_only_when_they_are_text() {
        assert_eq!(
            SecretBytes::copy_from("né".as_bytes())
                .into_text()
                .unwrap()
                .expose(),
            "né"
        );
        let binary = SecretBytes::copy_from(&[0xff, 0x00]).into_text().unwrap_err();
        assert_eq!(binary.expose(), [0xff, 0x00]);
        assert_eq!(
            SecretString::new("né".into()).into_bytes().expose(),
            "né".as_bytes()
        );
    }

    #[test]
    fn a_key_survives_its_text() {
        let key = Key256::random(&Sequence::new(3));
        assert_eq!(Key256::from_text(key.to_text().expose()).unwrap(), key);
        assert!(Key256::from_text("AAAA").is_err());
        assert!(Key256::from_slice(&[0; 31]).is_none());
    }
}
