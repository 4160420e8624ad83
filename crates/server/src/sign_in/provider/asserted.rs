//! What an ID token says, once everything about it was checked (OpenID Connect Core 3.1.3.7, rule 1).

use super::keys::Keys;
use crate::config::Oidc;
use claviger_crypto::bytes::sha256;
use claviger_model::{name::Name, principal::Principal, time::Timestamp};
use claviger_policy::hours::Zone;
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, Nonce,
    SignatureVerificationError,
    core::{CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    time::{Duration, UNIX_EPOCH},
};

/// Signatures by a private key of the provider; never `none`, never by a secret that others could know.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// The longest token that is read, in bytes.
pub(super) const MAX_TOKEN: usize = 64 * 1024;
/// How old an ID token may be.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// The most groups of one person; a person with more than this is a mistake at the provider.
const MAX_GROUPS: usize = 1_000;
/// The longest subject, in bytes (OpenID Connect Core 2); other identifiers are held to the same.
const MAX_IDENTIFIER: usize = 255;
/// The longest address, in bytes (RFC 5321 4.5.3.1).
const MAX_ADDRESS: usize = 320;

/// A person, as the provider vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    /// Who: with the subject, never by address (rule 4).
    pub issuer: String,
    /// The provider's immutable id of the person.
    pub subject: String,
    /// The client that the token is for.
    pub audience: String,
    /// What the person is called.
    pub name: Option<Name>,
    /// For showing and notifying only.
    pub email: Option<String>,
    /// The same, where the provider says that it verified it.
    pub verified_email: Option<String>,
    /// In which time zone the person works (OpenID Connect Core 5.1), where the database of zones knows it.
    pub zone: Option<Zone>,
    /// Groups; none when the claim is absent, since a right that is not vouched for does not count.
    pub groups: BTreeSet<String>,
    /// What the configured claim says, which SCIM calls `externalId`.
    pub link: Option<String>,
    /// That claim.
    pub link_claim: String,
    /// The provider's session.
    pub sid: Option<String>,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods.
    pub amr: Vec<String>,
    /// When the person last authenticated.
    pub auth_time: Option<Timestamp>,
    /// Still to be compared.
    pub nonce: Option<String>,
    /// SHA-256 of the token's text, which counts once.
    pub hash: [u8; 32],
    /// From when on the token would be refused for its age.
    pub useless_at: Timestamp,
}

/// Why an ID token is refused.
#[derive(Debug, thiserror::Error)]
pub enum AssertionError {
    /// Not a JWT of the expected form.
    #[error("the ID token does not parse")]
    Form,
    /// Signed by a key that we do not know (yet).
    #[error("the ID token is signed by an unknown key")]
    UnknownKey,
    /// Signature, issuer, audience or expiry.
    #[error("the ID token does not verify")]
    Claims(#[source] ClaimsVerificationError),
    /// For another client.
    #[error("the ID token was issued for another party")]
    Party,
    /// Issued too long ago, or in the future.
    #[error("the ID token was not issued just now")]
    Age,
    /// Subject, groups or other claims out of bounds.
    #[error("the claims of the ID token are not usable")]
    Bounds,
}

type IdToken = openidconnect::IdToken<
    Extra,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// Claims beyond the standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra {
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

impl AdditionalClaims for Extra {}

impl AssertionError {
    /// What the person could do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Age | Self::Claims(ClaimsVerificationError::Expired(_)) => Some(
                "the identity provider's answer is too old or from the future; try again, and have the clocks of server and provider checked",
            ),
            _ => None,
        }
    }
}

/// Checks a token in everything but its nonce.
pub(super) fn verify(
    token: &str,
    (oidc, link_claim): (&Oidc, &str),
    keys: &Keys,
    now: Timestamp,
) -> Result<Asserted, AssertionError> {
    if token.len() > MAX_TOKEN {
        return Err(AssertionError::Form);
    }
    let parsed = IdToken::from_str(token).map_err(|_| AssertionError::Form)?;
    let issuer = IssuerUrl::new(oidc.issuer.clone()).map_err(|_| AssertionError::Form)?;
    let since_epoch = Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0));
    let latest = UNIX_EPOCH + since_epoch.saturating_sub(oidc.leeway);
    let verifier =
        IdTokenVerifier::new_public_client(ClientId::new(oidc.client_id.clone()), issuer, keys.set.clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || latest.into());
    let any_nonce = |_: Option<&Nonce>| Ok(());
    let claims = parsed.claims(&verifier, any_nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            AssertionError::UnknownKey
        }
        other => AssertionError::Claims(other),
    })?;
    // Addresses that differ in writing name the same document, but not the same provider (rule 4).
    if claims.issuer().as_str() != oidc.issuer {
        return Err(AssertionError::Party);
    }
    // An additional audience is refused by the verifier, so that azp has only one right value.
    if claims
        .authorized_party()
        .is_some_and(|party| party.as_str() != oidc.client_id)
    {
        return Err(AssertionError::Party);
    }
    let extra = &claims.additional_claims().claims;
    let issued_at = Timestamp::from_millis(claims.issue_time().timestamp().saturating_mul(1_000));
    let not_before = extra
        .get("nbf")
        .and_then(Value::as_i64)
        .map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)));
    let ahead = now.plus(oidc.leeway);
    if issued_at > ahead || now.since(issued_at) > MAX_AGE || not_before.is_some_and(|moment| moment > ahead)
    {
        return Err(AssertionError::Age);
    }
    let subject = claims.subject().as_str();
    if subject.is_empty() || !storable(subject) {
        return Err(AssertionError::Bounds);
    }
    // Left out, it could not be ended by the provider's word (rule 5).
    let sid = extra.get("sid").and_then(Value::as_str);
    if sid.is_some_and(|sid| !storable(sid)) {
        return Err(AssertionError::Bounds);
    }
    let first = |text: Option<&str>| text.and_then(Principal::name_from_provider);
    let name = first(
        claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.as_str()),
    )
    .or_else(|| first(claims.preferred_username().map(|name| name.as_str())));
    let acr = claims
        .auth_context_ref()
        .map(|acr| acr.as_str().to_owned())
        .filter(|acr| storable(acr));
    let mut amr: Vec<_> = claims
        .auth_method_refs()
        .into_iter()
        .flatten()
        .map(|method| method.as_str().to_owned())
        .filter(|method| storable(method))
        .collect();
    // Providers that speak of classes only are understood by the configuration.
    if acr
        .as_ref()
        .is_some_and(|acr| oidc.multi_factor_acr.contains(acr))
    {
        amr.push("mfa".to_owned());
    }
    let email = claims
        .email()
        .map(|email| email.as_str().to_owned())
        .filter(|email| email.len() <= MAX_ADDRESS && !email.contains(char::is_control));
    Ok(Asserted {
        issuer: oidc.issuer.clone(),
        subject: subject.to_owned(),
        audience: oidc.client_id.clone(),
        name,
        verified_email: email.clone().filter(|_| claims.email_verified() == Some(true)),
        email,
        zone: claims.zoneinfo().and_then(|zone| Zone::named(zone.as_str())),
        groups: groups(extra.get(&oidc.groups_claim))?,
        link: match link_claim {
            "sub" => Some(subject.to_owned()),
            claim => extra
                .get(claim)
                .and_then(Value::as_str)
                .filter(|value| !value.is_empty() && storable(value))
                .map(str::to_owned),
        },
        link_claim: link_claim.to_owned(),
        sid: sid.map(str::to_owned),
        amr,
        acr,
        auth_time: claims
            .auth_time()
            .map(|at| Timestamp::from_millis(at.timestamp().saturating_mul(1_000))),
        nonce: claims.nonce().map(|nonce| nonce.secret().clone()),
        hash: sha256(token.as_bytes()),
        useless_at: issued_at.plus(MAX_AGE + Duration::from_secs(1)),
    })
}

/// Whether an identifier can be kept on both databases: PostgreSQL takes no U+0000.
pub(super) fn storable(text: &str) -> bool {
    text.len() <= MAX_IDENTIFIER && !text.contains(char::is_control)
}

/// A list of texts, or one text. A group that cannot be kept gives nothing.
fn groups(claim: Option<&Value>) -> Result<BTreeSet<String>, AssertionError> {
    let texts: Option<BTreeSet<String>> = match claim {
        None | Some(Value::Null) => Some(BTreeSet::new()),
        Some(Value::String(one)) => Some(BTreeSet::from([one.clone()])),
        Some(Value::Array(many)) => many
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    };
    let mut texts = texts
        .filter(|texts| texts.len() <= MAX_GROUPS)
        .ok_or(AssertionError::Bounds)?;
    texts.retain(|group| storable(group));
    Ok(texts)
}
