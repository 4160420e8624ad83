//! Compact JWS (RFC 7515) with ES256 and the signer's key in the header, as DPoP proofs and device reports need it.
//!
//! Strict on purpose: exactly `typ`, `alg` and `jwk`, no other algorithm, no critical extensions, no private key.

use crate::bytes::{decode_base64url, encode_base64url};
use crate::jwk::{DevicePublicKey, JwkError, RawJwk};
use crate::signing::{DeviceKey, SigningError};
use serde::{Deserialize, Serialize, de};

/// The longest text that is read, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;

/// A JWS whose signature fits the key in its header; whether that key is the right one is for the caller to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedJws {
    /// The key in the header.
    pub key: DevicePublicKey,
    /// The signed bytes.
    pub payload: Vec<u8>,
}

/// Why a JWS is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the proof is too long")]
    TooLong,
    /// Not three parts of base64url, or the header is not the JSON that is expected.
    #[error("the proof is malformed")]
    Malformed,
    /// The header's `typ` is another one.
    #[error("the proof is of another type")]
    Type,
    /// The header's `alg` is not ES256.
    #[error("the proof uses an algorithm other than ES256")]
    Algorithm,
    /// The header demands extensions.
    #[error("the proof demands extensions")]
    Critical,
    /// The header's key is refused.
    #[error("the key of the proof is refused")]
    Key(#[from] JwkError),
    /// The signature does not fit.
    #[error("the signature of the proof is not valid")]
    Signature,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'static str,
    jwk: &'a DevicePublicKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHeader {
    typ: String,
    alg: String,
    jwk: RawJwk,
    #[serde(default)]
    crit: Option<de::IgnoredAny>,
}

/// Signs a payload with a device's key.
///
/// # Errors
/// When signing fails.
pub fn encode(typ: &str, key: &DeviceKey, payload: &[u8]) -> Result<String, SigningError> {
    let header = serde_json::to_vec(&Header {
        typ,
        alg: "ES256",
        jwk: key.public(),
    })
    .map_err(|_| SigningError::Sign)?;
    let mut text = format!("{}.{}", encode_base64url(&header), encode_base64url(payload));
    let signature = key.sign(text.as_bytes())?;
    text.push('.');
    text.push_str(&encode_base64url(&signature));
    Ok(text)
}

/// Reads a JWS of the expected `typ` and checks its signature with the key in its header.
///
/// # Errors
/// One for each way in which it can be wrong.
pub fn decode(text: &str, typ: &str) -> Result<VerifiedJws, JwsError> {
    if text.len() > MAX_LENGTH {
        return Err(JwsError::TooLong);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    let part = |text: &str| decode_base64url(text).map_err(|_| JwsError::Malformed);
    let header: RawHeader = serde_json::from_slice(&part(header)?).map_err(|_| JwsError::Malformed)?;
    if header.crit.is_some() {
        return Err(JwsError::Critical);
    }
    if header.alg != "ES256" {
        return Err(JwsError::Algorithm);
    }
    if header.typ != typ {
        return Err(JwsError::Type);
    }
    let key = DevicePublicKey::try_from(header.jwk)?;
    let (payload, signature) = (part(payload)?, part(signature)?);
    key.verify(signed.as_bytes(), &signature)
        .map_err(|_| JwsError::Signature)?;
    Ok(VerifiedJws { key, payload })
}

#[cfg(test)]
mod tests;
