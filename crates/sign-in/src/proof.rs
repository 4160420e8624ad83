//! DPoP proofs (RFC 9449) with the claim for the body (rule 2): one for each request.

use crate::device_keys::DeviceKeys;
use claviger_crypto::{bytes::encode_base64url, jws, signing::SigningError};
use claviger_model::{entropy::Entropy, time::Clock};
use claviger_protocol::{
    proof::{ProofClaims, digest, htu},
    wire::Token,
};
use std::{fmt, sync::Arc};

/// The `typ` of a proof's header (RFC 9449, 4.2).
pub const TYP: &str = "dpop+jwt";

/// Makes proofs with a device's key; clones share it.
#[derive(Clone)]
pub struct ProofMaker {
    keys: DeviceKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// The request that is to be proved.
#[derive(Debug, Clone, Copy)]
pub struct ProofFor<'a> {
    /// HTTP method, in capitals.
    pub method: &'a str,
    /// The server's origin as the enrolment bundle has it.
    pub origin: &'a str,
    /// The path.
    pub path: &'a str,
    /// The access token that goes with the request, if one does.
    pub access: Option<&'a Token>,
    /// The server's newest nonce, once it has given one.
    pub nonce: Option<&'a str>,
    /// The body, if there is one.
    pub body: Option<&'a [u8]>,
}

impl ProofMaker {
    /// Takes keys, clock and randomness.
    pub fn new(keys: DeviceKeys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys, clock, entropy }
    }

    /// The device's keys.
    pub const fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    /// Makes the proof for one request; never to be sent twice.
    ///
    /// # Errors
    /// When signing fails.
    pub fn make(&self, request: &ProofFor<'_>) -> Result<String, SigningError> {
        let mut jti = [0; 16];
        self.entropy.fill(&mut jti);
        let claims = ProofClaims {
            htm: request.method.to_owned(),
            htu: htu(request.origin, request.path),
            iat: self.clock.now().seconds(),
            jti: encode_base64url(&jti),
            ath: request.access.map(|token| digest(token.expose().as_bytes())),
            nonce: request.nonce.map(str::to_owned),
            content_sha256: request.body.map(digest),
        };
        let payload = serde_json::to_vec(&claims).map_err(|_| SigningError::Sign)?;
        jws::encode(TYP, self.keys.signing(), &payload)
    }
}

impl fmt::Debug for ProofMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofMaker")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::{entropy::Sequence, time::Timestamp};

    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }

    #[test]
    fn a_proof_says_what_the_request_is() {
        let keys = DeviceKeys::generate(&Sequence::new(1)).unwrap();
        let maker = ProofMaker::new(
            keys.clone(),
            Arc::new(At(1_700_000_000_999)),
            Arc::new(Sequence::new(2)),
        );
        let access = Token::new("access".into());
        let request = ProofFor {
            method: "POST",
            origin: "https://vault.example",
            path: "/v1/releases",
            access: Some(&access),
            nonce: Some("n"),
            body: Some(b"{}"),
        };
        let [first, second] = [maker.make(&request).unwrap(), maker.make(&request).unwrap()];
        let verified = jws::decode(&first, TYP).unwrap();
        assert!(verified.key.thumbprint().matches(&keys.jkt()));
        let claims: ProofClaims = serde_json::from_slice(&verified.payload).unwrap();
        assert_eq!(claims.htm, "POST");
        assert_eq!(claims.htu, "https://vault.example/v1/releases");
        assert_eq!(claims.iat, 1_700_000_000);
        // SHA-256("{}") and SHA-256("access"), base64url.
        assert_eq!(
            claims.content_sha256.as_deref(),
            Some("RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o")
        );
        assert_eq!(claims.ath, Some(digest(b"access")));
        assert_eq!(claims.nonce.as_deref(), Some("n"));
        let other: ProofClaims = serde_json::from_slice(&jws::decode(&second, TYP).unwrap().payload).unwrap();
        assert_ne!(claims.jti, other.jti);

        let bare = ProofFor {
            access: None,
            nonce: None,
            body: None,
            ..request
        };
        let payload = jws::decode(&maker.make(&bare).unwrap(), TYP).unwrap().payload;
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let members: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["htm", "htu", "iat", "jti"], "absent claims are absent");
    }
}
