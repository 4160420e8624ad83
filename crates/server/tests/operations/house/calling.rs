//! Calls through the router, with proofs, and what they bring back.

use super::{Actor, Answer, House, ORIGIN};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use claviger_crypto::{bytes::encode_base64url, jws};
use claviger_model::{
    entropy::{Entropy, SystemEntropy},
    time::Clock,
};
use claviger_protocol::{
    proof::{ProofClaims, digest, htu},
    route::{Caller, Route},
};
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

impl House {
    /// Calls a route as somebody; none: without proof and token.
    pub async fn call(
        &self,
        actor: Option<&Actor>,
        route: &Route,
        arguments: &[&dyn std::fmt::Display],
        body: &impl Serialize,
    ) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        let body = if body == b"null" { Vec::new() } else { body };
        let request = self.request(actor, route, &route.at(arguments), body);
        self.send(request).await
    }

    pub fn request(&self, actor: Option<&Actor>, route: &Route, path: &str, body: Vec<u8>) -> Request<Body> {
        let mut builder = Request::builder().method(route.method).uri(path);
        if let Some(actor) = actor {
            let with_token = route.caller == Caller::Session;
            builder = builder.header("dpop", self.proof(actor, route.method, path, &body, with_token));
            if with_token {
                builder = builder.header(header::AUTHORIZATION, format!("DPoP {}", actor.token));
            }
        }
        let peer: SocketAddr = ([127, 0, 0, 1], 4_000).into();
        builder
            .extension(ConnectInfo(peer))
            .body(Body::from(body))
            .unwrap()
    }

    pub fn proof(&self, actor: &Actor, method: &str, path: &str, body: &[u8], with_token: bool) -> String {
        let now = self.clock.now();
        let mut jti = [0; 16];
        SystemEntropy.fill(&mut jti);
        let claims = ProofClaims {
            htm: method.to_owned(),
            htu: htu(ORIGIN, path),
            iat: now.seconds(),
            jti: encode_base64url(&jti),
            ath: with_token.then(|| digest(actor.token.as_bytes())),
            nonce: Some(self.app.keys.now().nonces.issue(now)),
            content_sha256: (!body.is_empty()).then(|| digest(body)),
        };
        jws::encode("dpop+jwt", &actor.key, &serde_json::to_vec(&claims).unwrap()).unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if stream {
            Vec::new()
        } else {
            response.into_body().collect().await.unwrap().to_bytes().to_vec()
        };
        Answer { status, body }
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn parse<T: DeserializeOwned>(&self) -> T {
        assert!(
            self.status < 300,
            "{self:?} {}",
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The stable code of a problem, or `ok`.
    pub fn code(&self) -> String {
        if self.status < 300 {
            return "ok".to_owned();
        }
        self.json()
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or("none")
            .to_owned()
    }

    /// The problem without what differs from call to call.
    pub fn without_call(&self) -> Value {
        let mut json = self.json();
        json.as_object_mut().map(|fields| fields.remove("call"));
        json
    }
}
