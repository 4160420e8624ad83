//! Signing in at a provider that we did not write (npm `oidc-provider`), with a scripted person in place of a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod asking;
mod browsing;
mod tokens;

use claviger_crypto::challenge::Challenge;
use claviger_model::{
    entropy::SystemEntropy,
    time::{Clock, SystemClock, Timestamp},
};
use claviger_protocol::wire::Token;
use claviger_sign_in::{
    cancel::Cancel,
    device_keys::DeviceKeys,
    door::{Door, ProviderTokens, Visit},
    error::SignInError,
    http,
    provider::{Provider, ProviderSettings},
};
use claviger_testkit::peers::{
    browser::{self, Answer, BrowserError},
    provider::{self as peer, Person},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use url::Url;

const ORIGIN: &str = "https://vault.example";

struct Rig {
    peer: peer::Provider,
    keys: DeviceKeys,
    challenge: Challenge,
}

/// A clock that is wrong by some seconds.
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0 * 1000)
    }
}

impl Rig {
    async fn start() -> Self {
        let _again = rustls::crypto::ring::default_provider().install_default();
        Self {
            peer: peer::Provider::start(&[Person::new("ada", &["payments"])])
                .await
                .unwrap(),
            keys: DeviceKeys::generate(&SystemEntropy).unwrap(),
            challenge: Challenge::from_bytes([5; 32]),
        }
    }

    fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.peer.issuer().to_owned(),
            client_id: peer::CLIENT_ID.to_owned(),
            scopes: ["openid", "profile", "email", "groups", "offline_access"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    async fn discovered(&self) -> Result<Provider, SignInError> {
        Provider::discover(self.settings(), http::client().unwrap(), Arc::new(SystemClock)).await
    }

    const fn visit(&self) -> Visit<'_> {
        Visit {
            origin: ORIGIN,
            challenge: &self.challenge,
            keys: &self.keys,
            patience: Duration::from_secs(20),
        }
    }

    async fn sign_in(
        &self,
        answer: Answer,
    ) -> (Result<ProviderTokens, SignInError>, Result<String, BrowserError>) {
        self.sign_in_at(&self.discovered().await.unwrap(), answer).await
    }

    async fn sign_in_at(
        &self,
        provider: &Provider,
        answer: Answer,
    ) -> (Result<ProviderTokens, SignInError>, Result<String, BrowserError>) {
        let mut walk: Option<JoinHandle<_>> = None;
        let open = |url: &Url| {
            let url = url.clone();
            walk = Some(tokio::spawn(
                async move { browser::open(&url, "ada", answer).await },
            ));
            Ok(())
        };
        let done = Door::new()
            .enter(provider, self.visit(), open, &Cancel::new())
            .await;
        (done, walk.unwrap().await.unwrap())
    }
}

fn payload(token: &Token) -> Value {
    let part = token.expose().split('.').nth(1).unwrap();
    serde_json::from_slice(&claviger_crypto::bytes::decode_base64url(part).unwrap()).unwrap()
}
