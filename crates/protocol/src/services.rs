//! Service identities, their keys, and the exchange of a key's assertion for a short-lived token.

use crate::{
    giving::NamePlace,
    principals::PrincipalRecord,
    wire::{Bytes, Token},
};
use claviger_model::{
    ids::{DeviceId, KeyId, OrganizationId, PrincipalId, ScopeId, SessionId},
    name::Name,
    network::Network,
    principal::PrincipalState,
    scope::EnvironmentClass,
    service::ServiceKind,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most services of one page.
pub const PAGE: usize = 200;
/// The `typ` of an assertion.
pub const ASSERTION_TYPE: &str = "claviger-service+jwt";
/// How long an assertion may be good, in seconds.
pub const ASSERTION_SECONDS: i64 = 300;

/// `POST /v1/services`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateService {
    /// Chosen by the caller, so that a repeated call makes one service.
    pub id: PrincipalId,
    /// Unique among services, case aside.
    pub name: Name,
    /// What it is for.
    pub kind: ServiceKind,
    /// The class of the environments that it works in; it never changes.
    pub class: EnvironmentClass,
    /// The team that answers for it and makes its keys.
    pub owner: PrincipalId,
    /// Where the caller may manage services; whoever may do so there manages this one.
    pub home: ScopeId,
}

/// `PATCH /v1/services/{service}`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditService {
    /// Unique among services, case aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The team that answers for it from now on. All keys end, since those who made them answer no more; needs somebody who
    /// may give the service everything it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PrincipalId>,
    /// With another team: the live keys that the caller was shown, which end with it. Others are a stale plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<KeyId>,
}

/// `POST /v1/services/{service}/state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetServiceState {
    /// Active, or disabled: its sessions end at once, and its keys give no token while it is. Enabling needs somebody who may
    /// give it everything it holds.
    pub state: PrincipalState,
    /// Why.
    pub reason: String,
}

/// `POST /v1/services/{service}/keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeServiceKey {
    /// Chosen by the caller, so that a repeated call makes one key.
    pub id: KeyId,
    /// As people call it.
    pub name: Name,
    /// The public half, a P-256 key as a JSON Web Key; the private half never comes here.
    pub public_key: serde_json::Value,
    /// From when it is not good any more: within a year, after 90 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// From where it is good; anywhere when empty.
    #[serde(default)]
    pub networks: Vec<Network>,
}

/// `DELETE /v1/service-keys/{key}`: the service's next call with a token of this key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndServiceKey {
    /// Why.
    pub reason: String,
}

/// `POST /v1/services/list`: services that the caller manages, answers for, or may browse where they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicesCall {
    /// [`ServicesReply::next`] of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<NamePlace>,
    /// The most to answer, up to [`PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicesReply {
    /// By name.
    pub services: Vec<ServiceRecord>,
    /// Owners and makers.
    pub principals: Vec<PrincipalRecord>,
    /// Where the next page begins; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NamePlace>,
}

/// `GET /v1/services/{service}`, and the answer to every change of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceReply {
    /// As it is now.
    pub service: ServiceRecord,
    /// Owner and makers.
    pub principals: Vec<PrincipalRecord>,
}

/// A service identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// Its id.
    pub id: PrincipalId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: ServiceKind,
    /// The class of the environments that it works in.
    pub class: EnvironmentClass,
    /// Whether it can act.
    pub state: PrincipalState,
    /// The team that answers for it.
    pub owner: PrincipalId,
    /// Whether that team is active and has somebody active in it. While it is not active, keys give no token; while it is empty,
    /// they do until they end, and nobody can make another one.
    pub answered_for: bool,
    /// Where it was made.
    pub home: ScopeId,
    /// The path of that place, for those who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_path: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<PrincipalId>,
    /// When.
    pub made_at: Timestamp,
    /// Its keys, newest first; ended ones for 90 days after their end.
    pub keys: Vec<ServiceKeyRecord>,
    /// What the caller may do with it.
    pub may: ServiceRights,
}

/// What somebody may do with a service. The server asks again when it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServiceRights {
    /// Rename it and give it to another team.
    pub edit: bool,
    /// Disable it.
    pub disable: bool,
    /// Make keys; [`ServiceRecord::state`] and the number of live keys aside.
    pub make_keys: bool,
    /// End keys.
    pub end_keys: bool,
}

/// A key of a service identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceKeyRecord {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// RFC 7638 thumbprint, base64url.
    pub thumbprint: Bytes,
    /// From where it is good; anywhere when empty.
    pub networks: Vec<Network>,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// From when it is not good any more.
    pub ends_at: Timestamp,
    /// When it was ended before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<PrincipalId>,
    /// Whether it is good at present.
    pub live: bool,
    /// When it was last exchanged for a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// How often in 90 days.
    pub uses: u64,
}

/// The claims of an assertion: RFC 7523 section 3, with the key that the token is to be bound to (RFC 7800), the server's nonce,
/// and the key that values are to be sealed to, so that no proxy can swap it (rules 1 and 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertionClaims {
    /// The service.
    pub iss: PrincipalId,
    /// The same.
    pub sub: PrincipalId,
    /// Origin and path of [`crate::route::SERVICE_TOKEN`].
    pub aud: String,
    /// Seconds since the epoch.
    pub iat: i64,
    /// At most [`ASSERTION_SECONDS`] after `iat`.
    pub exp: i64,
    /// Unique for this key: 128 random bits.
    pub jti: String,
    /// The server's nonce (RFC 9449, 8), so that nothing can be signed in advance.
    pub nonce: String,
    /// The key of the DPoP proof on this and all further calls.
    pub cnf: Confirmation,
    /// X25519, to which values are sealed.
    pub sealing_key: Bytes,
}

/// RFC 9449 section 6.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// RFC 7638 thumbprint, base64url.
    pub jkt: String,
}

/// `POST /v1/service-token`, with a DPoP proof and no access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceTokenCall {
    /// A JWS by the service's key over [`AssertionClaims`], ES256, with `typ` [`ASSERTION_TYPE`] and the public key as `jwk`.
    pub assertion: Token,
    /// What the instance calls itself, as `runner-17`; at most 100 characters count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

/// The reply: there is no refresh token, the next assertion gives the next access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceTokenReply {
    /// Opaque, bound to the key of the DPoP proof.
    pub access: Token,
    /// When it ends: after ten minutes, or with the key.
    pub access_expires_at: Timestamp,
    /// When the key ends.
    pub key_ends_at: Timestamp,
    /// The organization.
    pub organization: OrganizationId,
    /// The service.
    pub principal: PrincipalId,
    /// The instance, as values are sealed to it.
    pub device: DeviceId,
    /// The session.
    pub session: SessionId,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unknown_fields_are_refused_and_a_range_is_checked_on_the_way_in() {
        let id = "00000000-0000-4000-8000-000000000001";
        let key = json!({"id": id, "name": "next", "public_key": {}, "networks": ["10.0.0.0/8"]});
        let parsed: MakeServiceKey = serde_json::from_value(key.clone()).unwrap();
        assert_eq!((parsed.networks.len(), parsed.ends_at), (1, None));
        for (field, value) in [
            ("networks", json!(["10.0.0.1/8"])),
            ("private_key", json!("MIG")),
            ("ends_at", json!("tomorrow")),
        ] {
            let mut bent = key.clone();
            bent.as_object_mut().unwrap().insert(field.to_owned(), value);
            assert!(serde_json::from_value::<MakeServiceKey>(bent).is_err(), "{field}");
        }
        assert!(serde_json::from_value::<EditService>(json!({"class": "production"})).is_err());
    }
}
