//! Checking an ID token on the device, before the server does it again (OpenID Connect Core 1.0, 3.1.3.7).

use crate::{error::SignInError, provider::Provider};
use claviger_crypto::{bytes::decode_base64url, challenge::SignInNonce};
use openidconnect::{
    ClaimsVerificationError, Nonce,
    core::{CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// How far the provider's clock may be off, in seconds; the server allows as much (rule 1).
const LEEWAY: i64 = 300;

/// Algorithms with a public key; neither `none` nor anything with a shared secret.
fn algorithms() -> [CoreJwsSigningAlgorithm; 8] {
    use CoreJwsSigningAlgorithm as Alg;
    [
        Alg::EcdsaP256Sha256,
        Alg::EcdsaP384Sha384,
        Alg::EdDsa,
        Alg::RsaSsaPkcs1V15Sha256,
        Alg::RsaSsaPkcs1V15Sha384,
        Alg::RsaSsaPkcs1V15Sha512,
        Alg::RsaSsaPssSha256,
        Alg::RsaSsaPssSha384,
    ]
}

/// Checks signature, issuer, audience, `azp`, time and, where one is given, the nonce.
pub(crate) fn check(
    provider: &Provider,
    token: &CoreIdToken,
    nonce: Option<&SignInNonce>,
) -> Result<(), SignInError> {
    let now = provider.clock().now().seconds();
    // First the clocks: a token that came from the provider a moment ago and seems old or from the future says that they differ.
    let issued = claimed_time(token).ok_or(SignInError::IdToken("it has no time of issue"))?;
    if (now - issued).abs() > LEEWAY {
        return Err(SignInError::Skewed {
            seconds: now - issued,
        });
    }
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or(0));
    let client = provider.client();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(algorithms())
        .set_time_fn(move || at.into());
    let matches = |claimed: Option<&Nonce>| match (nonce, claimed) {
        (None, _) => Ok(()),
        (Some(expected), Some(claimed)) if expected.matches(claimed.secret()) => Ok(()),
        (Some(_), _) => Err("another nonce".to_owned()),
    };
    let claims: &CoreIdTokenClaims = token
        .claims(&verifier, matches)
        .map_err(|error| refused(&error))?;
    let ours = provider.settings().client_id.as_str();
    let azp = claims.authorized_party().map(|party| party.as_str());
    if azp.is_some_and(|party| party != ours) || (claims.audiences().len() > 1 && azp.is_none()) {
        return Err(SignInError::IdToken("it was made for another program"));
    }
    Ok(())
}

fn refused(error: &ClaimsVerificationError) -> SignInError {
    SignInError::IdToken(match error {
        ClaimsVerificationError::Expired(_) => "it is too old",
        ClaimsVerificationError::InvalidAudience(_) => "it was made for another program",
        ClaimsVerificationError::InvalidIssuer(_) => "it is from another provider",
        ClaimsVerificationError::InvalidNonce(_) => "it belongs to another sign-in",
        ClaimsVerificationError::SignatureVerification(_) => "its signature is not valid",
        _ => "it is malformed",
    })
}

#[derive(Deserialize)]
struct Time {
    iat: i64,
}

/// The claimed time of issue, for comparing clocks only.
fn claimed_time(token: &CoreIdToken) -> Option<i64> {
    let text = token.to_string();
    let payload = text.split('.').nth(1)?;
    let time: Time = serde_json::from_slice(&decode_base64url(payload).ok()?).ok()?;
    Some(time.iat)
}
