//! The rule "Bytes": how fields are joined before they are hashed, signed or bound, and how bytes become text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Text that is not strict base64url without padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not base64url without padding")]
pub struct Base64UrlError;

/// Joins fields, each preceded by its length as a big-endian u32, so that no two lists of fields give the same bytes.
///
/// Fields are far below 4 GiB everywhere (bodies are limited); a longer one would carry the largest prefix.
pub fn join(fields: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(fields.iter().map(|field| field.len().saturating_add(4)).sum());
    for field in fields {
        joined.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        joined.extend_from_slice(field);
    }
    joined
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Writes bytes as base64url without padding (RFC 4648 section 5).
pub fn encode_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; refuses padding, other alphabets and stray trailing bits.
///
/// # Errors
/// When the text is anything else.
pub fn decode_base64url(text: &str) -> Result<Vec<u8>, Base64UrlError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Base64UrlError)
}

/// Reads base64url of exactly `N` bytes.
///
/// # Errors
/// When the text is not base64url, or has another length.
pub fn decode_base64url_array<const N: usize>(text: &str) -> Result<[u8; N], Base64UrlError> {
    let mut bytes = [0; N];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(length) if length == N => Ok(bytes),
        _ => Err(Base64UrlError),
    }
}

/// Compares in a time that depends on the lengths only.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_carry_their_length() {
        assert_eq!(join(&[b"ab", b"", b"c"]), b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c");
        assert_ne!(join(&[b"ab", b"c"]), join(&[b"a", b"bc"]));
    }

    #[test]
    fn base64url_is_strict() {
        assert_eq!(encode_base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(decode_base64url("-_8").unwrap(), [0xfb, 0xff]);
        for wrong in ["-_8=", "+/8", "-_9", "-_ 8", "-_8\n"] {
            assert_eq!(decode_base64url(wrong), Err(Base64UrlError), "{wrong:?}");
        }
        assert_eq!(decode_base64url_array::<2>("-_8"), Ok([0xfb, 0xff]));
        assert_eq!(decode_base64url_array::<3>("-_8"), Err(Base64UrlError));
        assert_eq!(decode_base64url_array::<1>("-_8"), Err(Base64UrlError));
    }

    /// Takes joined fields apart again.
    fn split(mut joined: &[u8]) -> Vec<Vec<u8>> {
        let mut fields = Vec::new();
        while let Some((length, rest)) = joined.split_first_chunk::<4>() {
            let (field, rest) = rest.split_at(usize::try_from(u32::from_be_bytes(*length)).unwrap());
            fields.push(field.to_vec());
            joined = rest;
        }
        fields
    }

    proptest! {
        #[test]
        fn joining_loses_nothing(fields: Vec<Vec<u8>>) {
            prop_assert_eq!(split(&join(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>())), fields);
        }
    }
}
