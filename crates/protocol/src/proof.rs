//! The claims of a DPoP proof (RFC 9449, 4.2) with our claim for the body (rule 2).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The header that carries the proof.
pub const HEADER: &str = "dpop";
/// The header with which the server hands out a nonce.
pub const NONCE_HEADER: &str = "dpop-nonce";
/// The scheme of the `Authorization` header.
pub const SCHEME: &str = "DPoP";
/// How far a proof's `iat` may be off, in seconds.
pub const LEEWAY_SECONDS: i64 = 120;

/// What a device proves for one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofClaims {
    /// The method.
    pub htm: String,
    /// Origin and path; no query, no fragment.
    pub htu: String,
    /// Seconds since the epoch.
    pub iat: i64,
    /// Unique for this key: 128 random bits.
    pub jti: String,
    /// SHA-256 of the access token; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ath: Option<String>,
    /// The server's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// SHA-256 of the body; required wherever there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<String>,
}

/// base64url(SHA-256(bytes)), the form of `ath` and `content_sha256`.
pub fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// The `htu` of a path below an origin (`https://host[:port]`, no slash at its end).
pub fn htu(origin: &str, path: &str) -> String {
    format!("{}{path}", origin.trim_end_matches('/'))
}
