//! A program on another machine that signs in as a service identity.
#![expect(clippy::indexing_slicing, reason = "tests")]

use claviger_crypto::{bytes::encode_base64url, jws, signing::DeviceKey};
use claviger_model::{
    entropy::{Entropy, SystemEntropy},
    ids::PrincipalId,
    time::{Clock, SystemClock},
};
use claviger_protocol::{
    proof::{NONCE_HEADER, htu},
    route::{self, Route},
    services::{ASSERTION_TYPE, AssertionClaims, Confirmation},
    wire::{Bytes, Token},
};
use claviger_sign_in::{
    device_keys::DeviceKeys,
    proof::{ProofFor, ProofMaker},
};
use claviger_testkit::http;
use serde_json::{Value, json};
use std::sync::Arc;

/// One running copy of it, with keys of its own for proofs and for what is sealed to it.
pub struct Instance {
    origin: String,
    jkt: String,
    sealing_key: Bytes,
    proofs: ProofMaker,
    access: Option<Token>,
}

impl Instance {
    pub fn new(origin: &str) -> Self {
        let keys = DeviceKeys::generate(&SystemEntropy).unwrap();
        Self {
            origin: origin.to_owned(),
            jkt: keys.jkt().to_string(),
            sealing_key: keys.sealing_public().as_bytes().to_vec().into(),
            proofs: ProofMaker::new(keys, Arc::new(SystemClock), Arc::new(SystemEntropy)),
            access: None,
        }
    }

    /// Exchanges a key of the service for a token (RFC 7523); the status and the reply.
    pub async fn exchange(&mut self, service: PrincipalId, key: &DeviceKey) -> (u16, Value) {
        self.access = None;
        let route = route::SERVICE_TOKEN;
        let body = |nonce: &str| {
            let (now, mut jti) = (SystemClock.now().seconds(), [0; 16]);
            SystemEntropy.fill(&mut jti);
            let claims = AssertionClaims {
                iss: service,
                sub: service,
                aud: htu(&self.origin, route.path),
                iat: now,
                exp: now + 60,
                jti: encode_base64url(&jti),
                nonce: nonce.to_owned(),
                cnf: Confirmation {
                    jkt: self.jkt.clone(),
                },
                sealing_key: self.sealing_key.clone(),
            };
            let claims = serde_json::to_vec(&claims).unwrap();
            let assertion = jws::encode(ASSERTION_TYPE, key, &claims).unwrap();
            serde_json::to_vec(&json!({"assertion": assertion, "instance": "runner"})).unwrap()
        };
        let (status, reply) = self.send(&route, body).await;
        if status == 200 {
            self.access = serde_json::from_value(reply["access"].clone()).ok();
        }
        (status, reply)
    }

    /// A call with its token.
    #[allow(dead_code, reason = "not every journey calls")]
    pub async fn call(&self, route: &Route, body: &Value) -> (u16, Value) {
        self.send(route, |_| serde_json::to_vec(body).unwrap()).await
    }

    /// Sends it again with the nonce that the first refusal carries (RFC 9449, 8).
    async fn send(&self, route: &Route, body: impl Fn(&str) -> Vec<u8>) -> (u16, Value) {
        let mut nonce = String::new();
        loop {
            let body = body(&nonce);
            let proof = self.proofs.make(&ProofFor {
                method: route.method,
                origin: &self.origin,
                path: route.path,
                access: self.access.as_ref(),
                nonce: Some(nonce.as_str()),
                body: Some(&body),
            });
            let mut request = http::client()
                .unwrap()
                .request(
                    route.method.parse().unwrap(),
                    format!("{}{}", self.origin, route.path),
                )
                .header("dpop", proof.unwrap());
            if let Some(access) = &self.access {
                request = request.header("authorization", format!("DPoP {}", access.expose()));
            }
            let reply = request.body(body).send().await.unwrap();
            let fresh = reply
                .headers()
                .get(NONCE_HEADER)
                .map(|text| text.to_str().unwrap().to_owned());
            let (status, json) = (reply.status().as_u16(), reply.json::<Value>().await.unwrap());
            if json["code"] != "use_dpop_nonce" {
                return (status, json);
            }
            nonce = fresh.unwrap();
        }
    }
}
