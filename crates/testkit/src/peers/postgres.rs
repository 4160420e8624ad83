//! PostgreSQL: a throwaway cluster, one for each test process, with a fresh database for each test.

use super::{PeerError, port, process::Process};
use crate::certificates;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::sync::{Mutex, OnceCell};

const PEER: &str = "postgresql";
const REMEDY: &str = "run `cargo xtask setup`, or `apt-get install postgresql`";
const SUPERVISOR: &str = include_str!("postgres.sh");
/// Somebody else may take the free port before the server does.
const TRIES: usize = 4;

/// A started cluster; it ends when dropped, or with the process.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    port: u16,
    password: String,
    process: Mutex<Process>,
    databases: AtomicU64,
}

impl Postgres {
    /// The cluster that this process's tests share.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn shared() -> Result<&'static Self, PeerError> {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::start).await
    }

    /// Starts a cluster of its own, for tests that stop it.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not get ready.
    pub async fn start() -> Result<Self, PeerError> {
        Self::start_as(false).await
    }

    /// Starts a cluster of its own that speaks TLS as [`certificates::SERVER`].
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with_tls() -> Result<Self, PeerError> {
        Self::start_as(true).await
    }

    async fn start_as(tls: bool) -> Result<Self, PeerError> {
        let programs = programs().ok_or(PeerError::Missing {
            what: PEER,
            remedy: REMEDY,
        })?;
        let mut last = String::new();
        for _ in 0..TRIES {
            let port = port::kept()?;
            // Only this machine can reach it, and only for this test; it makes scram do its work.
            let password = format!("test-{}-{port}", std::process::id());
            let mut process = Process::start(PEER, &mut supervisor(&programs, port, &password, tls))?;
            last = process.line().await?;
            if last == "ready" {
                let databases = AtomicU64::new(0);
                return Ok(Self {
                    programs,
                    port,
                    password,
                    process: Mutex::new(process),
                    databases,
                });
            }
        }
        Err(PeerError::NotReady {
            peer: PEER,
            said: last,
        })
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn fresh_database(&self) -> Result<String, PeerError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).await?;
        Ok(self.url(&name))
    }

    /// The URL of a database, as its owner and superuser.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://claviger:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// Runs SQL through `psql` and returns what it prints, unaligned and without headings.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub async fn sql(&self, database: &str, sql: &str) -> Result<String, PeerError> {
        let mut command = tokio::process::Command::new(self.programs.join("psql"));
        command
            .args([
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.url(database),
                "-c",
                sql,
            ])
            .stdin(Stdio::null());
        let output = command.output().await?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
            false => Err(PeerError::Refused {
                peer: PEER,
                said: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
            }),
        }
    }

    /// Stops the server; connections are cut, data stays.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(&self) -> Result<(), PeerError> {
        self.step("stop").await
    }

    /// Starts the server again on the same port.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start_again(&self) -> Result<(), PeerError> {
        self.step("start").await
    }

    async fn step(&self, line: &str) -> Result<(), PeerError> {
        let mut process = self.process.lock().await;
        process.say(line)?;
        match process.line().await?.as_str() {
            "ready" => Ok(()),
            said => Err(PeerError::NotReady {
                peer: PEER,
                said: said.to_owned(),
            }),
        }
    }
}

/// PostgreSQL refuses to run as root, so root becomes the `postgres` user of the package.
fn supervisor(programs: &Path, port: u16, password: &str, tls: bool) -> Command {
    let mut command = match rustix::process::geteuid().is_root() {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        }
        false => Command::new("sh"),
    };
    command
        .args(["-c", SUPERVISOR, "claviger-postgres"])
        .arg(programs)
        .arg(port.to_string())
        .arg(password);
    command.current_dir("/");
    if tls {
        command
            .env("CLAVIGER_TLS_CERTIFICATE", certificates::SERVER)
            .env("CLAVIGER_TLS_KEY", certificates::SERVER_KEY);
    }
    command
}

/// The programs in `CLAVIGER_POSTGRES_BIN` (`psql` among them), to try another version; else those of the newest installed one: where
/// Debian keeps them, then PATH.
fn programs() -> Option<PathBuf> {
    if let Some(told) = std::env::var_os("CLAVIGER_POSTGRES_BIN") {
        return Some(told.into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let number = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.parse().ok())
    };
    let newest = versions
        .map(|entry| entry.path())
        .max_by_key(|path| number(path).unwrap_or(0_u32));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let candidates = newest
        .map(|path| path.join("bin"))
        .into_iter()
        .chain(std::env::split_paths(&paths));
    candidates
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}
