//! The identity provider: the npm package `oidc-provider` with the settings in `provider/`.

use super::{PeerError, control::Control, process::Process};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::NamedTempFile;
use url::Url;

const PEER: &str = "oidc-provider";

/// The client id that the provider knows the app by.
pub const CLIENT_ID: &str = "claviger-desktop";

/// The path that a loopback redirect must have, on any port; `/` works as well.
pub const REDIRECT_PATH: &str = "/callback";

/// Someone who can sign in.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// The provider's id of the person.
    pub sub: String,
    /// Shown name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// Methods of authentication, as in RFC 8176.
    pub amr: Vec<String>,
    /// Class of authentication.
    pub acr: String,
}

impl Person {
    /// A person who signs in with several factors.
    pub fn new(sub: &str, groups: &[&str]) -> Self {
        Self {
            sub: sub.to_owned(),
            name: sub.to_owned(),
            email: format!("{sub}@example.test"),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            amr: ["pwd", "otp", "mfa"].map(str::to_owned).to_vec(),
            acr: "urn:claviger:multi-factor".to_owned(),
        }
    }
}

/// How the provider signs its tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signing {
    /// ECDSA on P-256.
    #[default]
    Es256,
    /// RSA PKCS #1 v1.5, what most companies still have.
    Rs256,
}

impl Signing {
    fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// A started provider; it ends when dropped.
#[derive(Debug)]
pub struct Provider {
    issuer: Url,
    control: Control,
    _process: Process,
}

#[derive(Deserialize)]
struct Ready {
    issuer: Url,
    control: Url,
}

impl Provider {
    /// Starts one with these people.
    ///
    /// # Errors
    /// When node or the package is missing, or it does not get ready.
    pub async fn start(people: &[Person]) -> Result<Self, PeerError> {
        Self::start_signing(people, Signing::default()).await
    }

    /// Starts one that signs in a given way.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_signing(people: &[Person], signing: Signing) -> Result<Self, PeerError> {
        let file = NamedTempFile::new()?;
        serde_json::to_writer(&file, people).map_err(|error| PeerError::Nonsense(error.to_string()))?;
        Self::start_from(file.path(), signing).await
    }

    /// Starts one with the people of a file, as the demonstration does.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_from(people: &Path, signing: Signing) -> Result<Self, PeerError> {
        let mut command = node("provider.mjs")?;
        command
            .arg("--people")
            .arg(people)
            .args(["--alg", signing.name(), "--client", CLIENT_ID]);
        let mut process = Process::start(PEER, &mut command)?;
        let line = process.line().await?;
        let Ready { issuer, control } = serde_json::from_str(&line).map_err(|_| PeerError::Nonsense(line))?;
        Ok(Self {
            issuer,
            control: Control::of(PEER, control)?,
            _process: process,
        })
    }

    /// Its issuer, as in `iss`: an origin without a path and without the final slash.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }

    /// Adds a person or changes one.
    ///
    /// # Errors
    /// When the provider does not answer; so for all that follow.
    pub async fn put_person(&self, person: &Person) -> Result<(), PeerError> {
        self.control.put("people", json!(person)).await
    }

    /// Disables a person or lets them in again: sign-in and refresh fail, what was issued stays valid.
    pub async fn set_disabled(&self, sub: &str, disabled: bool) -> Result<(), PeerError> {
        self.control
            .put("people", json!({ "sub": sub, "disabled": disabled }))
            .await
    }

    /// Replaces a person's groups, seen at the next sign-in or refresh.
    pub async fn set_groups(&self, sub: &str, groups: &[&str]) -> Result<(), PeerError> {
        self.control
            .put("people", json!({ "sub": sub, "groups": groups }))
            .await
    }

    /// Signs with a new key from now on. `forget` takes the old keys out of the published set. Replies the key's id.
    pub async fn rotate_keys(&self, forget: bool) -> Result<String, PeerError> {
        let reply = self.control.post("keys", json!({ "forget": forget })).await?;
        text(&reply, "kid")
    }

    /// Goes wrong in the ways that `provider/misbehaviour.mjs` lists, until the next call; `{}` mends it.
    pub async fn misbehave(&self, how: Value) -> Result<(), PeerError> {
        self.control.put("misbehaviour", how).await
    }

    /// A token of any claims, signed as `sign` says: `{alg, key: "current" | "unknown", kid, typ, tamper}`.
    pub async fn forge(&self, claims: Value, sign: Value) -> Result<String, PeerError> {
        let reply = self
            .control
            .post("forge", json!({ "claims": claims, "sign": sign }))
            .await?;
        text(&reply, "token")
    }

    /// Where back-channel logout goes.
    pub async fn set_logout_uri(&self, uri: &str) -> Result<(), PeerError> {
        self.control.put("logout-uri", json!({ "uri": uri })).await
    }

    /// Delivers a genuine logout token for one session or, without `sid`, for all of a person's; an error when the receiver refuses.
    pub async fn log_out(&self, sub: &str, sid: Option<&str>) -> Result<(), PeerError> {
        self.control
            .post("logout", json!({ "sub": sub, "sid": sid }))
            .await
            .map(drop)
    }

    /// How often each endpoint was asked, by `"METHOD /path"`.
    pub async fn counts(&self) -> Result<BTreeMap<String, u64>, PeerError> {
        let reply = self.control.get("counts").await?;
        serde_json::from_value(reply).map_err(|error| PeerError::Nonsense(error.to_string()))
    }
}

/// The folder of the provider's settings, its pages, and the scripted browser.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("provider")
}

fn node(script: &str) -> Result<Command, PeerError> {
    if !folder().join("node_modules/oidc-provider").is_dir() {
        return Err(PeerError::Missing {
            what: PEER,
            remedy: "run `cargo xtask setup`, or `npm ci --ignore-scripts` in crates/testkit/provider",
        });
    }
    let mut command = Command::new("node");
    command.arg(folder().join(script));
    Ok(command)
}

fn text(reply: &Value, member: &str) -> Result<String, PeerError> {
    let found = reply.get(member).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| PeerError::Nonsense(reply.to_string()))
}
