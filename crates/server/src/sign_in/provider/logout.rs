//! What a logout token says, once everything about it was checked (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6).

use super::{
    asserted::{ALGORITHMS, MAX_TOKEN, storable},
    keys::Keys,
};
use crate::config::Oidc;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use claviger_crypto::bytes::sha256;
use claviger_model::time::Timestamp;
use openidconnect::{JsonWebKey, core::CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// The event that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// What the hash of a token's id begins with, so that it is never mistaken for an ID token's.
const ONCE: &[u8] = b"claviger-logout-v1";
/// How old a logout token may be.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// Whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedOut {
    /// The provider.
    pub issuer: String,
    /// The person; with a session, that session must be theirs.
    pub subject: Option<String>,
    /// One session of theirs; without it all of them.
    pub sid: Option<String>,
    /// The hash of its id, which counts once.
    pub once: [u8; 32],
    /// From when on the token would be refused for its age.
    pub useless_at: Timestamp,
}

/// Why a logout token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoutError {
    /// Not a JWT of the expected form.
    #[error("the logout token does not parse")]
    Form,
    /// Signed by an algorithm that is not on the list.
    #[error("the logout token is signed in another way than ID tokens may be")]
    Algorithm,
    /// Signed by a key that we do not know (yet).
    #[error("the logout token is signed by an unknown key")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the logout token's signature does not hold")]
    Signature,
    /// Of another issuer, or for another client.
    #[error("the logout token is of or for another party")]
    Party,
    /// Issued too long ago, or in the future.
    #[error("the logout token was not issued just now")]
    Age,
    /// Some other token of the same provider.
    #[error("the token is no logout token")]
    Kind,
    /// Claims out of bounds or missing.
    #[error("the claims of the logout token are not usable")]
    Bounds,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

pub(super) fn verify(
    token: &str,
    oidc: &Oidc,
    keys: &Keys,
    now: Timestamp,
) -> Result<LoggedOut, LogoutError> {
    if token.len() > MAX_TOKEN {
        return Err(LogoutError::Form);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(LogoutError::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(LogoutError::Form)?;
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| LogoutError::Form)?;
    let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
    if header.crit.is_some() || !matches!(kind.as_deref(), None | Some("jwt" | "logout+jwt")) {
        return Err(LogoutError::Kind);
    }
    if !ALGORITHMS.contains(&header.alg) {
        return Err(LogoutError::Algorithm);
    }
    hold(keys, &header, signed, &decoded(signature)?)?;
    let payload = decoded(payload)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| LogoutError::Bounds)?;
    let for_us = match &claims.aud {
        Audience::One(one) => *one == oidc.client_id,
        Audience::Many(many) => matches!(many.as_slice(), [one] if *one == oidc.client_id),
    };
    if claims.iss != oidc.issuer || !for_us {
        return Err(LogoutError::Party);
    }
    let moment = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
    let (issued_at, ahead) = (moment(claims.iat), now.plus(oidc.leeway));
    let over = claims.exp.is_some_and(|exp| moment(exp).plus(oidc.leeway) <= now);
    if issued_at > ahead || now.since(issued_at) > MAX_AGE || over {
        return Err(LogoutError::Age);
    }
    if claims.nonce.is_some() || !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutError::Kind);
    }
    let usable = |text: &String| !text.is_empty() && storable(text);
    let named = claims.sub.is_some() || claims.sid.is_some();
    if !named || !claims.sub.iter().chain(&claims.sid).all(usable) || !usable(&claims.jti) {
        return Err(LogoutError::Bounds);
    }
    Ok(LoggedOut {
        issuer: claims.iss,
        subject: claims.sub,
        sid: claims.sid,
        once: sha256(&[ONCE, claims.jti.as_bytes()].concat()),
        useless_at: issued_at.plus(MAX_AGE + Duration::from_secs(1)),
    })
}

/// Whether one of the provider's keys made the signature.
fn hold(keys: &Keys, header: &Header, signed: &str, signature: &[u8]) -> Result<(), LogoutError> {
    let named = keys.set.keys().iter().filter(|key| match &header.kid {
        Some(kid) => key.key_id().is_some_and(|id| id.as_str() == kid),
        None => true,
    });
    let mut outcome = Err(LogoutError::UnknownKey);
    for key in named {
        match key.verify_signature(&header.alg, signed.as_bytes(), signature) {
            Ok(()) => return Ok(()),
            Err(_) => outcome = Err(LogoutError::Signature),
        }
    }
    outcome
}

fn decoded(text: &str) -> Result<Vec<u8>, LogoutError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| LogoutError::Form)
}
