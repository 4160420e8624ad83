//! A service identity's assertion and what it must say (RFC 7523 section 3, RFC 7800, rules 1 and 2): pure.

use crate::http::Refusal;
use claviger_crypto::{
    bytes::constant_time_eq,
    jwk::{DevicePublicKey, Jkt},
    jws::{self, JwsError},
    nonce::NonceKey,
    sealing::SealingPublicKey,
};
use claviger_model::{ids::PrincipalId, time::Timestamp};
use claviger_protocol::{
    problem::Code,
    proof::{LEEWAY_SECONDS, htu},
    services::{ASSERTION_SECONDS, ASSERTION_TYPE, AssertionClaims},
};

/// How many bytes a `jti` may have.
const JTI_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// What the assertion must be for.
pub struct Expected<'a> {
    /// The configured origin, never the Host header.
    pub origin: &'a str,
    /// The path of the exchange.
    pub path: &'a str,
    /// The key of the DPoP proof on this call.
    pub jkt: Jkt,
    /// Now.
    pub now: Timestamp,
    /// Makes our nonces.
    pub nonces: &'a NonceKey,
}

/// An assertion whose every part was checked, save for what the tables know of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    /// The key that signed it.
    pub key: DevicePublicKey,
    /// The service that it names.
    pub service: PrincipalId,
    /// Its own id, which counts once for this key.
    pub jti: String,
    /// From when it would be refused for its age.
    pub useless_at: Timestamp,
    /// To which values are sealed.
    pub sealing_key: SealingPublicKey,
}

/// Why an assertion is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// The form, algorithm, key or signature.
    #[error("the assertion does not verify")]
    Jws(#[from] JwsError),
    /// The claims do not parse.
    #[error("the claims of the assertion do not parse")]
    Claims,
    /// Issuer and subject differ.
    #[error("a service asserts something about itself only")]
    Subject,
    /// For another server or route.
    #[error("the assertion is for another address")]
    Audience,
    /// Too old, from the future, or good for too long.
    #[error("the times of the assertion are too far off")]
    Time,
    /// Its own id is too short or too long.
    #[error("the id of the assertion has the wrong length")]
    Id,
    /// For another key than the one that proves this call.
    #[error("the assertion is for another key")]
    Key,
    /// No X25519 key that values can be sealed to.
    #[error("the sealing key is not usable")]
    Sealing,
    /// None of our nonces, or an old one.
    #[error("the nonce of the assertion is absent or old")]
    Nonce,
}

impl From<AssertionError> for Refusal {
    fn from(error: AssertionError) -> Self {
        match error {
            AssertionError::Nonce => Self::new(Code::UseNonce),
            AssertionError::Time => Self::new(Code::BadAssertion)
                .detail("the clock of this machine is too far off the server's, or the assertion is good for too long"),
            other => Self::new(Code::BadAssertion).because(other),
        }
    }
}

/// Checks everything that needs no tables, the nonce last: whoever is told to use another nonce has an assertion that is right
/// otherwise.
///
/// # Errors
/// One for each way in which it can be wrong.
pub fn verify(text: &str, expected: &Expected<'_>) -> Result<Asserted, AssertionError> {
    let jws = jws::decode(text, ASSERTION_TYPE)?;
    let claims: AssertionClaims = serde_json::from_slice(&jws.payload).map_err(|_| AssertionError::Claims)?;
    if claims.iss != claims.sub {
        return Err(AssertionError::Subject);
    }
    if claims.aud != htu(expected.origin, expected.path) {
        return Err(AssertionError::Audience);
    }
    let now = expected.now.seconds();
    let age = now.saturating_sub(claims.iat);
    let life = claims.exp.saturating_sub(claims.iat);
    let over = claims.exp.saturating_add(LEEWAY_SECONDS);
    if age < -LEEWAY_SECONDS || over <= now || !(1..=ASSERTION_SECONDS).contains(&life) {
        return Err(AssertionError::Time);
    }
    if !JTI_BYTES.contains(&claims.jti.len()) {
        return Err(AssertionError::Id);
    }
    if !constant_time_eq(claims.cnf.jkt.as_bytes(), expected.jkt.to_string().as_bytes()) {
        return Err(AssertionError::Key);
    }
    let sealing_key =
        SealingPublicKey::from_bytes(&claims.sealing_key.0).map_err(|_| AssertionError::Sealing)?;
    if !expected.nonces.accepts(&claims.nonce, expected.now) {
        return Err(AssertionError::Nonce);
    }
    Ok(Asserted {
        key: jws.key,
        service: claims.sub,
        jti: claims.jti,
        useless_at: Timestamp::from_millis(over.saturating_add(1).saturating_mul(1_000)),
        sealing_key,
    })
}

#[cfg(test)]
mod tests;
