//! OpenBao, to be measured beside and to wrap root keys: one node with Raft storage, KV version 2, the file audit device, and a
//! transit engine when it is asked for.

use super::{PeerError, port, process::Process};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const PEER: &str = "openbao";
/// Names the program; else it is looked for in PATH, as `bao`.
pub const PROGRAM: &str = "CLAVIGER_OPENBAO_BIN";
const REMEDY: &str =
    "`cargo xtask test` and `bench` install it; or set CLAVIGER_OPENBAO_BIN to the `bao` program";
const SUPERVISOR: &str = include_str!("openbao.sh");
/// Where the engine is mounted, and the policy that lets a token read there.
const MOUNT: &str = "kv";
const POLICY: &str = "reader";
/// It synchronizes its disk often, and makes keys.
const PATIENCE: Duration = Duration::from_secs(60);
const TRIES: u32 = 150;
const PAUSE: Duration = Duration::from_millis(100);

/// A started server; it ends when dropped, or with the process.
#[derive(Debug)]
pub struct OpenBao {
    origin: String,
    root_token: String,
    http: reqwest::Client,
    directory: PathBuf,
    _process: Process,
}

impl OpenBao {
    /// Starts one, unseals it, and mounts a KV engine of version 2.
    ///
    /// # Errors
    /// When it is not installed or does not get ready.
    pub async fn start() -> Result<Self, PeerError> {
        let program = program().ok_or(PeerError::Missing {
            what: PEER,
            remedy: REMEDY,
        })?;
        let (api, cluster) = (port::kept()?, port::kept()?);
        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISOR, "claviger-openbao"])
            .arg(program)
            .arg(api.to_string())
            .arg(cluster.to_string());
        let mut process = Process::start(PEER, &mut command)?;
        let directory = PathBuf::from(process.line().await?);
        let http = crate::http::patient(PATIENCE)?;
        let origin = format!("http://127.0.0.1:{api}");
        let root_token = match make_ready(&http, &origin).await {
            Ok(token) => token,
            Err(PeerError::NotReady { .. }) => {
                process.say("log")?;
                let said = process.line().await?;
                return Err(PeerError::NotReady { peer: PEER, said });
            }
            Err(other) => return Err(other),
        };
        Ok(Self {
            origin,
            root_token,
            http,
            directory,
            _process: process,
        })
    }

    /// Stores a value under a name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn store(&self, name: &str, value: &str) -> Result<(), PeerError> {
        let body = json!({"data": {"value": value}});
        let path = format!("/v1/{MOUNT}/data/{name}");
        let call = Call::new(&self.http, &self.origin, Some(&self.root_token));
        call.send(Method::POST, &path, &body).await.map(drop)
    }

    /// The address at which a name is read.
    pub fn address_of(&self, name: &str) -> String {
        format!("{}/v1/{MOUNT}/data/{name}", self.origin)
    }

    /// A token that may read values and nothing else; it goes into the header `X-Vault-Token`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn reader(&self) -> Result<String, PeerError> {
        let body = json!({"policies": [POLICY], "no_default_policy": true, "ttl": "1h"});
        let call = Call::new(&self.http, &self.origin, Some(&self.root_token));
        let reply = call.send(Method::POST, "/v1/auth/token/create", &body).await?;
        text(&reply, "/auth/client_token")
    }

    /// Mounts a transit engine with a key; a token that may wrap and unwrap by it, and nothing else.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn transit(&self, key: &str) -> Result<String, PeerError> {
        let call = Call::new(&self.http, &self.origin, Some(&self.root_token));
        let mount = json!({"type": "transit"});
        call.send(Method::POST, "/v1/sys/mounts/transit", &mount).await?;
        call.send(Method::POST, &format!("/v1/transit/keys/{key}"), &json!({}))
            .await?;
        let rules: String = ["encrypt", "decrypt"]
            .map(|what| format!("path \"transit/{what}/{key}\" {{ capabilities = [\"update\"] }}\n"))
            .concat();
        call.send(
            Method::PUT,
            "/v1/sys/policies/acl/wrapper",
            &json!({"policy": rules}),
        )
        .await?;
        let body = json!({"policies": ["wrapper"], "no_default_policy": true, "ttl": "1h"});
        let reply = call.send(Method::POST, "/v1/auth/token/create", &body).await?;
        text(&reply, "/auth/client_token")
    }

    /// Seals it: it answers, and opens nothing.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn seal(&self) -> Result<(), PeerError> {
        let call = Call::new(&self.http, &self.origin, Some(&self.root_token));
        call.send(Method::PUT, "/v1/sys/seal", &json!({})).await.map(drop)
    }

    /// Its address.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many lines its audit file has: one for each request, one for each reply.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn audited(&self) -> io::Result<usize> {
        let log = fs::read(self.directory.join("audit.log"))?;
        Ok(log.iter().filter(|byte| **byte == b'\n').count())
    }
}

/// Initializes, unseals, waits until the node leads, mounts; returns the root token.
async fn make_ready(http: &reqwest::Client, origin: &str) -> Result<String, PeerError> {
    let open = Call::new(http, origin, None);
    // 501: not initialized; 200: leads.
    open.until(StatusCode::NOT_IMPLEMENTED).await?;
    let shares = json!({"secret_shares": 1, "secret_threshold": 1});
    let keys = open.send(Method::PUT, "/v1/sys/init", &shares).await?;
    let key = text(&keys, "/keys_base64/0")?;
    let token = text(&keys, "/root_token")?;
    open.send(Method::PUT, "/v1/sys/unseal", &json!({"key": key}))
        .await?;
    open.until(StatusCode::OK).await?;
    let call = Call::new(http, origin, Some(&token));
    let mount = json!({"type": "kv", "options": {"version": "2"}});
    call.send(Method::POST, &format!("/v1/sys/mounts/{MOUNT}"), &mount)
        .await?;
    let policy = json!({"policy": format!("path \"{MOUNT}/data/*\" {{ capabilities = [\"read\"] }}")});
    call.send(Method::PUT, &format!("/v1/sys/policies/acl/{POLICY}"), &policy)
        .await?;
    // A mount of version 2 upgrades itself in the background and refuses until then.
    call.until_it_takes(&format!("/v1/{MOUNT}/data/ready"), &json!({"data": {}}))
        .await?;
    Ok(token)
}

/// Calls to one server.
struct Call<'a> {
    http: &'a reqwest::Client,
    origin: &'a str,
    token: Option<&'a str>,
}

impl<'a> Call<'a> {
    const fn new(http: &'a reqwest::Client, origin: &'a str, token: Option<&'a str>) -> Self {
        Self { http, origin, token }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, PeerError> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.origin))
            .json(body);
        if let Some(token) = self.token {
            request = request.header("X-Vault-Token", token);
        }
        let reply = request.send().await?;
        let status = reply.status();
        let body = reply.text().await?;
        if !status.is_success() {
            return Err(PeerError::Refused {
                peer: PEER,
                said: format!("{status}: {body}"),
            });
        }
        Ok(serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Waits for a state of health.
    async fn until(&self, wanted: StatusCode) -> Result<(), PeerError> {
        for _ in 0..TRIES {
            let reply = self
                .http
                .get(format!("{}/v1/sys/health", self.origin))
                .send()
                .await;
            if reply.is_ok_and(|reply| reply.status() == wanted) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(late())
    }

    async fn until_it_takes(&self, path: &str, body: &Value) -> Result<(), PeerError> {
        for _ in 0..TRIES {
            match self.send(Method::POST, path, body).await {
                Err(PeerError::Refused { .. }) => tokio::time::sleep(PAUSE).await,
                done => return done.map(drop),
            }
        }
        Err(late())
    }
}

fn late() -> PeerError {
    PeerError::NotReady {
        peer: PEER,
        said: "it was silent".to_owned(),
    }
}

fn text(reply: &Value, pointer: &str) -> Result<String, PeerError> {
    let found = reply.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| PeerError::Nonsense(format!("no `{pointer}` in its reply")))
}

/// As the environment says, else in PATH.
fn program() -> Option<PathBuf> {
    if let Some(path) = env::var_os(PROGRAM) {
        return Some(PathBuf::from(path)).filter(|path| path.is_file());
    }
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths)
        .map(|folder| folder.join("bao"))
        .find(|path: &PathBuf| Path::is_file(path))
}
