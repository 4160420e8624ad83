//! Real parts: the server as a child process, an identity provider that we did not write, an Owner who gives rights.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

pub mod instance;

use claviger_crypto::challenge::Challenge;
use claviger_model::{entropy::SystemEntropy, time::SystemClock};
use claviger_protocol::{
    enrolment::Enrolment,
    route::{self, Route},
    sign_in::{self, DeviceDescription, SignIn, SignedIn},
    wire::Token,
};
use claviger_sign_in::{
    cancel::Cancel,
    device_keys::DeviceKeys,
    door::{Door, Visit},
    proof::{ProofFor, ProofMaker},
    provider::{Provider, ProviderSettings},
};
use claviger_testkit::{
    http,
    peers::{
        self,
        browser::{self, Answer},
        port,
        provider::{CLIENT_ID, Person},
    },
    products::Product,
};
use claviger_vault::OpenUrl;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

/// A server of an organization whose people come from a provider that we did not write, and the folder of all that is kept. In the
/// order in which they have to last: what stands last ends first.
pub async fn founded(people: &[Person]) -> (peers::provider::Provider, TempDir, Server) {
    let provider = peers::provider::Provider::start(people).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
    (provider, folder, server)
}

/// The server's folder, and the server while it runs.
pub struct Server {
    folder: PathBuf,
    pub origin: String,
    child: Option<Child>,
}

impl Server {
    /// Founds an organization whose people come from this provider.
    pub fn found(folder: &Path, issuer: &str, client: &str) -> Self {
        let port = port::kept().unwrap();
        for part in ["data", "keys"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        let settings = format!(
            "listen = \"127.0.0.1:{port}\"\norganization = \"Example\"\ndatabase = \"{0}/data/server.db\"\n\
             key_file = \"{0}/keys/root.key\"\n[oidc]\nissuer = \"{issuer}\"\nclient_id = \"{client}\"\n\
             [limits]\nunauthenticated_per_second = 1000\nunauthenticated_burst = 1000\n",
            folder.display()
        );
        fs::write(folder.join("server.toml"), settings).unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let mut server = Self {
            folder: folder.to_owned(),
            origin,
            child: None,
        };
        server.start();
        server
    }

    /// Starts it, again.
    pub fn start(&mut self) {
        let mut command = Product::Server.command().unwrap();
        command
            .arg("--config")
            .arg(self.folder.join("server.toml"))
            .arg("serve");
        command.arg("--bootstrap-file").arg(self.code_file());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("listening on "), "the server said: {line:?}");
        self.child = Some(child);
    }

    /// Runs another command of the program, which must do it.
    pub fn run(&self, words: &[&str]) {
        let mut command = Product::Server.command().unwrap();
        command.arg("--config").arg(self.folder.join("server.toml"));
        let status = command.args(words).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "{words:?}");
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn bootstrap_code(&self) -> String {
        fs::read_to_string(self.code_file()).unwrap().trim().to_owned()
    }

    fn code_file(&self) -> PathBuf {
        self.folder.join("keys/bootstrap")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Opens the provider's pages as a person and answers them.
pub fn browser_of(sub: &str, answer: Answer) -> OpenUrl {
    let sub = sub.to_owned();
    Arc::new(move |url| {
        let (url, sub) = (url.clone(), sub.clone());
        tokio::spawn(async move {
            let _closed = browser::open(&url, &sub, answer).await;
        });
        Ok(())
    })
}

/// A client that manages and holds no values.
pub struct Owner {
    origin: String,
    proofs: ProofMaker,
    access: Token,
    nonce: Mutex<Option<String>>,
}

impl Owner {
    /// Signs in with the bootstrap code.
    pub async fn sign_in(server: &Server, sub: &str) -> Self {
        let keys = DeviceKeys::generate(&SystemEntropy).unwrap();
        let proofs = ProofMaker::new(keys.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy));
        let none = Token::new(String::new());
        let mut owner = Self {
            origin: server.origin.clone(),
            proofs,
            access: none,
            nonce: Mutex::default(),
        };
        let enrolment: Enrolment = owner.ask(route::ENROLMENT, &[]).await;
        let settings = ProviderSettings {
            issuer: enrolment.issuer,
            client_id: enrolment.client_id,
            scopes: enrolment.scopes,
        };
        let provider = Provider::discover(settings, http::client().unwrap(), Arc::new(SystemClock))
            .await
            .unwrap();
        let asked: sign_in::Challenge = owner.ask(route::CHALLENGE, &[]).await;
        let challenge = Challenge::from_bytes(asked.challenge.array().unwrap());
        let visit = Visit {
            origin: &server.origin,
            challenge: &challenge,
            keys: &keys,
            patience: Duration::from_secs(30),
        };
        let open = browser_of(sub, Answer::Allow);
        let tokens = Door::new()
            .enter(&provider, visit, |url| open(url), &Cancel::new())
            .await
            .unwrap();
        let call = SignIn {
            challenge: asked.challenge,
            id_token: tokens.id_token,
            device: DeviceDescription {
                name: "desk".to_owned(),
                platform: "test".to_owned(),
                sealing_key: keys.sealing_public().as_bytes().to_vec().into(),
            },
            bootstrap_code: Some(Token::new(server.bootstrap_code())),
        };
        let signed: SignedIn = owner.call(route::SIGN_IN, &[], &call).await;
        assert!(signed.bootstrapped);
        owner.access = signed.tokens.access;
        owner
    }

    pub async fn ask<R: DeserializeOwned>(&self, route: Route, arguments: &[&str]) -> R {
        self.send(route, arguments, None).await
    }

    pub async fn call<B: Serialize, R: DeserializeOwned>(
        &self,
        route: Route,
        arguments: &[&str],
        body: &B,
    ) -> R {
        self.send(route, arguments, Some(serde_json::to_vec(body).unwrap()))
            .await
    }

    async fn send<R: DeserializeOwned>(&self, route: Route, arguments: &[&str], body: Option<Vec<u8>>) -> R {
        let path = {
            let arguments: Vec<&dyn std::fmt::Display> = arguments
                .iter()
                .map(|argument| argument as &dyn std::fmt::Display)
                .collect();
            route.at(&arguments)
        };
        for _ in 0..2 {
            let nonce = self.nonce.lock().unwrap().clone();
            let access = (!self.access.expose().is_empty()).then_some(&self.access);
            let proof = self.proofs.make(&ProofFor {
                method: route.method,
                origin: &self.origin,
                path: &path,
                access,
                nonce: nonce.as_deref(),
                body: body.as_deref(),
            });
            let mut request = http::client()
                .unwrap()
                .request(route.method.parse().unwrap(), format!("{}{path}", self.origin))
                .header("dpop", proof.unwrap());
            if let Some(access) = access {
                request = request.header("authorization", format!("DPoP {}", access.expose()));
            }
            if let Some(body) = &body {
                request = request
                    .header("content-type", "application/json")
                    .body(body.clone());
            }
            let reply = request.send().await.unwrap();
            if let Some(fresh) = reply.headers().get("dpop-nonce") {
                *self.nonce.lock().unwrap() = Some(fresh.to_str().unwrap().to_owned());
            }
            let (status, text) = (reply.status(), reply.text().await.unwrap());
            if status.is_success() {
                let text = if text.is_empty() { "{}" } else { &text };
                return serde_json::from_str(text).unwrap();
            }
            assert!(text.contains("use_dpop_nonce"), "{route}: {status} {text}");
        }
        panic!("{route}: the server never took a proof")
    }
}
