//! GitHub's side: a server made of GitHub's published OpenAPI description (the npm package `@octokit/openapi`) and its published
//! GraphQL schema (`@octokit/graphql-schema`) with the scripts in `github/`. It holds requests and its own answers to the one, and
//! executes questions on the other. GitHub itself is not tried.

use super::{PeerError, control::Control, port, process::Process};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{path::Path, process::Command};
use url::Url;

const PEER: &str = "GitHub's side";
/// The organization's name.
pub const ORGANIZATION: &str = "acme";
/// The login whose token is good at first: an owner of the organization.
pub const OWNER: &str = "owner";
/// That token.
pub const TOKEN: &str = "token-of-tests";

/// A started one; it ends when dropped.
#[derive(Debug)]
pub struct Github {
    api: Url,
    control: Control,
    port: u16,
    process: Option<Process>,
}

#[derive(Deserialize)]
struct Ready {
    api: Url,
    control: Url,
}

/// What it was asked, and what of that is not in the description.
#[derive(Debug, Clone, Deserialize)]
pub struct Told {
    /// Requests and answers that contradict the description or the schema.
    pub violations: Vec<String>,
    /// Every request; one in GraphQL with its body.
    pub calls: Vec<String>,
}

impl Github {
    /// Starts one with nobody but the owner in it.
    ///
    /// # Errors
    /// When node or the packages are missing, or it does not get ready.
    pub async fn start() -> Result<Self, PeerError> {
        let port = port::kept()?;
        let (ready, process) = run(port).await?;
        let github = Self {
            api: ready.api,
            control: Control::of(PEER, ready.control)?,
            port,
            process: Some(process),
        };
        github
            .put(json!({ "users": { OWNER: 1 }, "members": { OWNER: "active" } }))
            .await?;
        Ok(github)
    }

    /// Where the API is.
    pub fn api(&self) -> &Url {
        &self.api
    }

    /// Who is there.
    ///
    /// # Errors
    /// When it does not answer; so for all that follow.
    pub async fn state(&self) -> Result<Value, PeerError> {
        self.control.get("state").await
    }

    /// Lets others be there: `{users: {login: id}, members: {login: "active" | "pending"}, teams: {slug: [login]}, outside: [login],
    /// invitations: [{id, login, email}], owner, role}`. `enterprise: {login: [team]}` are members by teams of the enterprise too, those
    /// of `indirect: [login]` by nothing else. `parents: {slug: slug}` says which team is below which, and `below: true` lets GraphQL
    /// tell of somebody the teams above theirs, too. `then: [{list, page, state}]` puts another state once that page of a list was told,
    /// where a list is called by its operation's id.
    pub async fn put(&self, state: Value) -> Result<(), PeerError> {
        self.control.put("state", state).await
    }

    /// Answers every call with this: `{status, headers, body}`, or those only whose path ends with `at`; `{}` mends it.
    pub async fn trouble(&self, how: Value) -> Result<(), PeerError> {
        self.control.put("trouble", how).await
    }

    /// Forgets what it was asked.
    pub async fn forget(&self) -> Result<(), PeerError> {
        self.control.delete("told").await
    }

    /// What it was asked since it started, or since it was told to forget.
    pub async fn told(&self) -> Result<Told, PeerError> {
        let told = self.control.get("told").await?;
        serde_json::from_value(told).map_err(|error| PeerError::Nonsense(error.to_string()))
    }

    /// Nobody answers any more.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Answers at the same address again, with this state.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start_again(&mut self, state: Value) -> Result<(), PeerError> {
        let (ready, process) = run(self.port).await?;
        self.control = Control::of(PEER, ready.control)?;
        self.process = Some(process);
        self.put(state).await
    }
}

async fn run(port: u16) -> Result<(Ready, Process), PeerError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("github");
    for what in ["@octokit/openapi", "@octokit/graphql-schema", "graphql"] {
        if !folder.join("node_modules").join(what).is_dir() {
            return Err(PeerError::Missing {
                what,
                remedy: "run `cargo xtask setup`, or `npm ci --ignore-scripts` in crates/testkit/github",
            });
        }
    }
    let mut command = Command::new("node");
    command
        .arg(folder.join("github.mjs"))
        .arg(format!("--port={port}"))
        .arg(format!("--token={TOKEN}"));
    let mut process = Process::start(PEER, &mut command)?;
    let line = process.line().await?;
    let ready = serde_json::from_str(&line).map_err(|_| PeerError::Nonsense(line))?;
    Ok((ready, process))
}
