//! The real program as a child process, called over HTTP with proofs made by a house that stands beside it.

use crate::house::{Actor, House, ORIGIN};
use claviger_model::time::{Clock, SystemClock};
use claviger_protocol::route::Route;
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_claviger-server");
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What the program is started with.
#[derive(Clone)]
pub struct Place {
    pub database: Database,
    pub key: PathBuf,
}

impl Place {
    /// `serve` in front of which other programs may stand.
    pub fn command(&self, before: &[&str], program: &Path) -> Command {
        let mut command = self.program(before, program);
        command.arg("serve");
        command
    }

    /// The program without a command.
    pub fn program(&self, before: &[&str], program: &Path) -> Command {
        let mut words = before.iter().map(Path::new).chain([program]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).env_clear();
        match &self.database {
            Database::Sqlite(file) => command.env("CLAVIGER_DATABASE", file),
            Database::Postgres(url) => command.env("CLAVIGER_DATABASE", url),
        };
        command
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CLAVIGER_KEY_FILE", &self.key)
            .env("CLAVIGER_LISTEN", "127.0.0.1:0")
            .env("CLAVIGER_PUBLIC_ORIGIN", ORIGIN)
            .env("CLAVIGER_OIDC__ISSUER", "https://id.example")
            .env("CLAVIGER_OIDC__CLIENT_ID", "claviger")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Serves until it is killed.
    pub async fn serve(&self) -> Served {
        self.serve_behind(&[]).await
    }

    /// The same with other programs in front, which must become it (`exec`).
    pub async fn serve_behind(&self, before: &[&str]) -> Served {
        self.serve_as(self.command(before, Path::new(PROGRAM))).await
    }

    /// The same as a command that a test has changed.
    pub async fn serve_as(&self, mut command: Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(READY_WITHIN, lines.next_line())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        Served { child, url }
    }

    /// What it says on standard error when it does not start.
    pub async fn refusal(&self, before: &[&str], program: &Path) -> String {
        let mut command = self.command(before, program);
        let output = tokio::time::timeout(READY_WITHIN, command.output())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
        String::from_utf8(output.stderr).unwrap()
    }

    /// A house on the same database, while the program does not run or where it may be shared.
    pub async fn house(&self) -> House {
        let clock = ManualClock::at(SystemClock.now());
        House::open(self.database.clone(), &self.key, clock).await
    }
}

/// A program that serves.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Served {
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// kill -9, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Calls as somebody of the house; none when the server is gone.
pub async fn call(
    http: &reqwest::Client,
    house: &House,
    url: &str,
    actor: &Actor,
    route: &Route,
    body: &Value,
) -> Option<(u16, Value)> {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body).unwrap()
    };
    house.clock.set(SystemClock.now());
    let proof = house.proof(actor, route.method, route.path, &bytes, true);
    let reply = http
        .request(route.method.parse().unwrap(), format!("{url}{}", route.path))
        .header("authorization", format!("DPoP {}", actor.token))
        .header("dpop", proof)
        .body(bytes)
        .send()
        .await
        .ok()?;
    let status = reply.status().as_u16();
    Some((status, reply.json().await.ok()?))
}

/// A client for all rounds: making one reads the system's certificates.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
