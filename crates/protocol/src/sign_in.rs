//! Signing in: the challenge, the exchange of the ID token, tokens and their renewal (rules 1–3).

use crate::wire::{Bytes, Token};
use claviger_model::{
    ids::{DeviceId, OrganizationId, PrincipalId, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/sign-in/challenge`: 32 random bytes for the nonce of rule 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Single use.
    pub challenge: Bytes,
    /// Ten minutes after it was made.
    pub expires_at: Timestamp,
}

/// `POST /v1/sign-in`, with a DPoP proof by the device's key and no access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// From [`Challenge`].
    pub challenge: Bytes,
    /// From the OpenID provider; its nonce binds the challenge, this server and this device.
    pub id_token: Token,
    /// The device that signs in.
    pub device: DeviceDescription,
    /// Makes the first Owner (rule 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap_code: Option<Token>,
}

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceDescription {
    /// As its owner calls it; at most 100 characters count.
    pub name: String,
    /// Operating system and version, as `Debian 12`.
    pub platform: String,
    /// X25519, to which values are sealed.
    pub sealing_key: Bytes,
}

/// The reply to a sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedIn {
    /// Tokens of the new session.
    pub tokens: Tokens,
    /// The organization.
    pub organization: OrganizationId,
    /// Who signed in.
    pub principal: PrincipalId,
    /// The device, the same as before when its key is the same.
    pub device: DeviceId,
    /// The session.
    pub session: SessionId,
    /// When the identity provider must vouch anew in the browser.
    pub ends_at: Timestamp,
    /// Whether the bootstrap code made this person the first Owner.
    pub bootstrapped: bool,
}

/// Tokens of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// Opaque, bound to the device's key.
    pub access: Token,
    /// When it ends.
    pub access_expires_at: Timestamp,
    /// `session.n.mac`: token n of the session's family.
    pub refresh: Token,
    /// When [`Reassert`] is due at the latest; after it calls are refused with `reassert_first`.
    pub reassert_by: Timestamp,
}

/// `POST /v1/session/refresh`, with a DPoP proof by the device's key and no access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The newest refresh token, or its predecessor until the newest was used.
    pub refresh: Token,
}

/// `POST /v1/session/reassert`: a fresh ID token, from the provider's own refresh token. Answers with [`Tokens`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reassert {
    /// iss, sub, aud and auth_time as before; nonce absent or the original.
    pub id_token: Token,
}

/// `POST /v1/session/refused`: the provider refused to renew; the session is suspended (rule 3).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderRefused {
    /// The provider's OAuth error code, as `invalid_grant`.
    pub error: String,
}

/// `POST /v1/session/step-up`: a fresher or stronger sign-in for the session that calls (RFC 9470). Answers with [`Tokens`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// From [`Challenge`].
    pub challenge: Bytes,
    /// Of the same person at the same provider; its nonce binds the challenge, this server and this device (rule 1).
    pub id_token: Token,
}
