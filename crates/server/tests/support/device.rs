//! A scripted device: its keys, proofs that can be bent, and the calls of signing in.

use super::TestServer;
use claviger_crypto::{
    challenge::{Challenge, SignInNonce},
    jws,
    sealing::SealingKeyPair,
    signing::DeviceKey,
};
use claviger_model::{
    entropy::{Entropy, SystemEntropy},
    time::Clock,
};
use claviger_protocol::{
    problem::{Code, Problem},
    proof::{NONCE_HEADER, ProofClaims, digest, htu},
    route::{self, Route},
    sign_in::{Challenge as ChallengeReply, DeviceDescription, Refresh, SignIn, SignedIn, Tokens},
    wire::Token,
};
use claviger_testkit::{
    http,
    peers::provider::{CLIENT_ID, Provider},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Keys of a device and its HTTP client.
pub struct TestDevice {
    pub key: DeviceKey,
    pub sealing: SealingKeyPair,
    pub http: reqwest::Client,
}

/// A reply.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub nonce: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

/// A call that is about to be sent, every part of which a test may bend.
pub struct Draft {
    pub method: &'static str,
    pub path: String,
    pub body: Vec<u8>,
    pub scheme: &'static str,
    pub access: Option<String>,
    pub claims: ProofClaims,
    pub typ: &'static str,
}

impl Reply {
    /// The parsed body of a success.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert!(
            self.status < 300,
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a refusal, whose form is checked on the way.
    pub fn code(&self) -> Code {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(
            self.headers.get("content-type").unwrap(),
            "application/problem+json",
            "{text}"
        );
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        assert_eq!(
            problem.kind,
            format!("urn:claviger:problem:{}", problem.code.as_str())
        );
        assert_eq!(
            problem.call.as_deref(),
            Some(self.headers.get("x-request-id").unwrap().to_str().unwrap())
        );
        problem.code
    }
}

impl TestDevice {
    pub fn new() -> Self {
        Self {
            key: DeviceKey::generate().unwrap(),
            sealing: SealingKeyPair::random(&SystemEntropy),
            http: http::client().unwrap(),
        }
    }

    /// A right call; `access` is the token of a session.
    pub fn draft(
        &self,
        server: &TestServer,
        route: Route,
        path: &str,
        body: Vec<u8>,
        access: Option<&Token>,
    ) -> Draft {
        let access = access.map(|token| token.expose().to_owned());
        let claims = ProofClaims {
            htm: route.method.to_owned(),
            htu: htu(server.app.origin.as_str(), path),
            iat: server.clock.now().seconds(),
            jti: random_text(),
            ath: access.as_deref().map(|token| digest(token.as_bytes())),
            nonce: Some(server.app.keys.now().nonces.issue(server.clock.now())),
            content_sha256: (!body.is_empty()).then(|| digest(&body)),
        };
        Draft {
            method: route.method,
            path: path.to_owned(),
            body,
            scheme: "DPoP",
            access,
            claims,
            typ: "dpop+jwt",
        }
    }

    pub fn proof(&self, draft: &Draft) -> String {
        jws::encode(draft.typ, &self.key, &serde_json::to_vec(&draft.claims).unwrap()).unwrap()
    }

    pub async fn send(&self, server: &TestServer, draft: &Draft) -> Reply {
        let proof = self.proof(draft);
        self.send_proofs(server, draft, &[&proof]).await
    }

    pub async fn send_proofs(&self, server: &TestServer, draft: &Draft, proofs: &[&str]) -> Reply {
        let method = draft.method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{}", server.url, draft.path));
        for proof in proofs {
            request = request.header("dpop", *proof);
        }
        if let Some(access) = &draft.access {
            request = request.header("authorization", format!("{} {access}", draft.scheme));
        }
        let reply = request.body(draft.body.clone()).send().await.unwrap();
        Reply::read(reply).await
    }

    /// A right call with a body.
    pub async fn post(
        &self,
        server: &TestServer,
        route: Route,
        body: &impl Serialize,
        access: Option<&Token>,
    ) -> Reply {
        let draft = self.draft(
            server,
            route,
            route.path,
            serde_json::to_vec(body).unwrap(),
            access,
        );
        self.send(server, &draft).await
    }

    /// A right call without a body.
    pub async fn call(&self, server: &TestServer, route: Route, access: &Token) -> Reply {
        self.call_at(server, route, route.path, access).await
    }

    pub async fn call_at(&self, server: &TestServer, route: Route, path: &str, access: &Token) -> Reply {
        let draft = self.draft(server, route, path, Vec::new(), Some(access));
        self.send(server, &draft).await
    }

    pub async fn challenge(&self, server: &TestServer) -> Challenge {
        let reply = self
            .http
            .post(format!("{}{}", server.url, route::CHALLENGE.path))
            .send()
            .await
            .unwrap();
        let reply: ChallengeReply = Reply::read(reply).await.ok();
        Challenge::from_bytes(reply.challenge.array().unwrap())
    }

    /// The nonce that binds a challenge to this device and server.
    pub fn nonce(&self, server: &TestServer, challenge: &Challenge) -> String {
        let jkt = self.key.public().thumbprint();
        SignInNonce::derive(
            server.app.origin.as_str(),
            challenge,
            &jkt,
            &self.sealing.public(),
        )
        .as_str()
        .to_owned()
    }

    /// Claims of a right ID token.
    pub fn claims(
        &self,
        server: &TestServer,
        provider: &Provider,
        challenge: &Challenge,
        sub: &str,
    ) -> Value {
        let now = server.clock.now().seconds();
        json!({
            "iss": provider.issuer(), "sub": sub, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": self.nonce(server, challenge), "name": sub, "groups": ["platform"], "amr": ["pwd", "otp"],
        })
    }

    /// The body of a sign-in.
    pub fn sign_in_body(&self, challenge: &Challenge, id_token: String, code: Option<&str>) -> SignIn {
        SignIn {
            challenge: challenge.as_bytes().to_vec().into(),
            id_token: Token::new(id_token),
            device: DeviceDescription {
                name: "Workbench".into(),
                platform: "Debian 12".into(),
                sealing_key: self.sealing.public().as_bytes().to_vec().into(),
            },
            bootstrap_code: code.map(|code| Token::new(code.to_owned())),
        }
    }

    /// Signs in with a token of these claims, bent by `overlay`.
    pub async fn try_sign_in(
        &self,
        server: &TestServer,
        provider: &Provider,
        sub: &str,
        overlay: Value,
        code: Option<&str>,
    ) -> Reply {
        let challenge = self.challenge(server).await;
        let claims = overlaid(self.claims(server, provider, &challenge, sub), overlay);
        let token = provider.forge(claims, json!({})).await.unwrap();
        self.post(
            server,
            route::SIGN_IN,
            &self.sign_in_body(&challenge, token, code),
            None,
        )
        .await
    }

    pub async fn sign_in(&self, server: &TestServer, provider: &Provider, sub: &str) -> SignedIn {
        self.try_sign_in(server, provider, sub, json!({}), None)
            .await
            .ok()
    }

    /// Signs in as the first Owner.
    pub async fn found(&self, server: &TestServer, provider: &Provider, sub: &str) -> SignedIn {
        let code = server.bootstrap_code().await;
        self.try_sign_in(server, provider, sub, json!({}), Some(code.expose()))
            .await
            .ok()
    }

    pub async fn refresh(&self, server: &TestServer, refresh: &Token) -> Reply {
        self.post(
            server,
            route::REFRESH,
            &Refresh {
                refresh: refresh.clone(),
            },
            None,
        )
        .await
    }

    pub async fn refreshed(&self, server: &TestServer, refresh: &Token) -> Tokens {
        self.refresh(server, refresh).await.ok()
    }
}

impl Reply {
    pub async fn read(reply: reqwest::Response) -> Self {
        let headers = reply.headers().clone();
        Self {
            status: reply.status().as_u16(),
            nonce: headers
                .get(NONCE_HEADER)
                .map(|nonce| nonce.to_str().unwrap().to_owned()),
            headers,
            body: reply.bytes().await.unwrap().to_vec(),
        }
    }
}

/// Members laid over; null removes.
pub fn overlaid(mut base: Value, overlay: Value) -> Value {
    let (Some(members), Value::Object(over)) = (base.as_object_mut(), overlay) else {
        return base;
    };
    for (name, value) in over {
        match value {
            Value::Null => drop(members.remove(&name)),
            value => drop(members.insert(name, value)),
        }
    }
    base
}

pub fn random_text() -> String {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes);
    claviger_crypto::bytes::encode_base64url(&bytes)
}
