//! A server of ours as a process, at one address for as long as a journey lasts.

use claviger_testkit::{
    peers::{port, provider::CLIENT_ID},
    products::Product,
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};
use tempfile::TempDir;

/// What stands behind the address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    /// The demonstration's organization, to be seeded before it is served.
    Demonstration,
    /// An organization without an Owner, and the code that makes the first.
    Empty,
    /// The same, behind TLS with a certificate that nobody vouches for.
    Disguised,
}

pub struct Server {
    folder: TempDir,
    settings: Settings,
    pub origin: String,
    process: Option<Child>,
}

impl Server {
    pub fn new(issuer: &str, settings: Settings) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("claviger-company-")
            .tempdir()
            .unwrap();
        for part in ["data", "keys"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let port = port::kept().unwrap();
        let origin = match settings {
            Settings::Disguised => format!("https://localhost:{port}"),
            Settings::Demonstration | Settings::Empty => format!("http://127.0.0.1:{port}"),
        };
        let server = Self {
            folder,
            settings,
            origin,
            process: None,
        };
        fs::write(server.at("server.toml"), server.file(port, issuer)).unwrap();
        server
    }

    /// Adds to its configuration, which it reads when it is served the next time.
    pub fn configure(&self, text: &str) {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(self.at("server.toml"))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Starts it, at the same address each time.
    pub fn serve(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.at("server.log"))
            .unwrap();
        let mut command = Product::Server.command().unwrap();
        command.arg("--config").arg(self.at("server.toml")).arg("serve");
        match self.settings {
            Settings::Demonstration => command.arg("--demonstration"),
            Settings::Empty | Settings::Disguised => {
                command.arg("--bootstrap-file").arg(self.at("bootstrap-code"))
            }
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let said = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        assert!(
            said.is_ok() && line.starts_with("listening on"),
            "{line}{}",
            self.log()
        );
        self.process = Some(child);
    }

    /// Stops it as an administrator would, and waits for it.
    pub fn stop(&mut self) {
        let Some(mut child) = self.process.take() else {
            return;
        };
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert!(child.wait().unwrap().success(), "{}", self.log());
    }

    /// The code that makes the first Owner, as the administrator reads it.
    pub fn bootstrap_code(&self) -> String {
        fs::read_to_string(self.at("bootstrap-code"))
            .unwrap()
            .trim()
            .to_owned()
    }

    pub fn database(&self) -> PathBuf {
        self.at("data/server.db")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.at("server.log")).unwrap_or_default()
    }

    pub fn at(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    fn file(&self, port: u16, issuer: &str) -> String {
        let tls = match self.settings {
            Settings::Disguised => {
                let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/sign-in/tests/data");
                format!(
                    "[tls]\ncertificate = {:?}\nkey = {:?}\n",
                    data.join("certificate.pem"),
                    data.join("key.pem")
                )
            }
            Settings::Demonstration | Settings::Empty => String::new(),
        };
        format!(
            "listen = \"127.0.0.1:{port}\"\npublic_origin = {:?}\norganization = \"Northwind\"\ndatabase = {:?}\nkey_file = {:?}\n\
             {tls}[oidc]\nissuer = {issuer:?}\nclient_id = {CLIENT_ID:?}\ngroups_claim = \"groups\"\n",
            self.origin,
            self.at("data/server.db"),
            self.at("keys/root.key"),
        )
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "what a failed test has to say")]
    fn drop(&mut self) {
        if let Some(child) = &mut self.process {
            let _ = child.kill();
            let _ = child.wait();
        }
        // What went wrong at the window often stands here.
        if std::thread::panicking() {
            let log = self.log();
            let told = |line: &&str| !line.contains(" INFO ");
            for line in log.lines().filter(told) {
                eprintln!("server: {line}");
            }
        }
    }
}
