//! A DPoP proof and what it must say (RFC 9449 section 4.3, rule 2): pure.

use super::Proof;
use claviger_crypto::{
    bytes::constant_time_eq,
    jwk::DevicePublicKey,
    jws::{self, JwsError},
    nonce::NonceKey,
};
use claviger_model::time::Timestamp;
use claviger_protocol::proof::{LEEWAY_SECONDS, ProofClaims, digest, htu};
use std::time::Duration;

/// The `typ` of a proof.
const TYPE: &str = "dpop+jwt";
/// How many bytes a `jti` may have.
const JTI_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// What the proof must be for.
pub struct Expected<'a> {
    /// The configured origin, never the Host header.
    pub origin: &'a str,
    /// The method of the call.
    pub method: &'a str,
    /// The path of the call.
    pub path: &'a str,
    /// The whole body.
    pub body: &'a [u8],
    /// The access token of the call.
    pub access: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
    /// Makes our nonces.
    pub nonces: &'a NonceKey,
}

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No header, or several.
    #[error("there is not exactly one proof")]
    Missing,
    /// The form, algorithm, key or signature.
    #[error("the proof does not verify")]
    Jws(#[from] JwsError),
    /// The claims do not parse.
    #[error("the claims of the proof do not parse")]
    Claims,
    /// For another method.
    #[error("the proof is for another method")]
    Method,
    /// For another origin or path.
    #[error("the proof is for another address")]
    Address,
    /// Too old or from the future.
    #[error("the time of the proof is too far off")]
    Time,
    /// Its own id is too short or too long.
    #[error("the id of the proof has the wrong length")]
    Id,
    /// For another access token, or for none.
    #[error("the proof is for another token")]
    Token,
    /// For another body, or for none.
    #[error("the proof is for another body")]
    Body,
    /// None of our nonces, or an old one.
    #[error("the nonce of the proof is absent or old")]
    Nonce,
}

/// Checks everything but whether the proof was seen before, the nonce last: whoever is told to use another nonce has a
/// proof that is right otherwise.
///
/// # Errors
/// One for each way in which it can be wrong.
pub fn verify(text: &str, expected: &Expected<'_>) -> Result<(DevicePublicKey, Proof), ProofError> {
    let jws = jws::decode(text, TYPE)?;
    let claims: ProofClaims = serde_json::from_slice(&jws.payload).map_err(|_| ProofError::Claims)?;
    if claims.htm != expected.method {
        return Err(ProofError::Method);
    }
    if claims.htu != htu(expected.origin, expected.path) {
        return Err(ProofError::Address);
    }
    let now = expected.now.seconds();
    if claims.iat.saturating_sub(now).saturating_abs() > LEEWAY_SECONDS {
        return Err(ProofError::Time);
    }
    if !JTI_BYTES.contains(&claims.jti.len()) {
        return Err(ProofError::Id);
    }
    let same = |claimed: Option<&str>, actual: Option<String>| match (claimed, actual) {
        (Some(claimed), Some(actual)) => constant_time_eq(claimed.as_bytes(), actual.as_bytes()),
        (None, None) => true,
        _ => false,
    };
    if !same(
        claims.ath.as_deref(),
        expected.access.map(|token| digest(token.as_bytes())),
    ) {
        return Err(ProofError::Token);
    }
    // A call without a body may say so, with the digest of nothing.
    let empty = expected.body.is_empty() && claims.content_sha256.is_none();
    if !empty && !same(claims.content_sha256.as_deref(), Some(digest(expected.body))) {
        return Err(ProofError::Body);
    }
    if !claims
        .nonce
        .as_deref()
        .is_some_and(|nonce| expected.nonces.accepts(nonce, expected.now))
    {
        return Err(ProofError::Nonce);
    }
    let jkt = jws.key.thumbprint();
    let leeway = Duration::from_secs(LEEWAY_SECONDS.unsigned_abs() + 1);
    let expires_at = Timestamp::from_millis(claims.iat.saturating_mul(1_000)).plus(leeway);
    Ok((
        jws.key,
        Proof {
            jkt,
            jti: claims.jti,
            expires_at,
        },
    ))
}
