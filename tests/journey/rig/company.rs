//! The demonstration's company with its identity provider and server, as processes.

use super::desktop::free_port;
use claviger_testkit::{
    peers::provider::{CLIENT_ID, Person, Provider},
    products::Product,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    fs,
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Stdio},
};
use tempfile::TempDir;

pub struct Company {
    folder: TempDir,
    pub provider: Provider,
    pub origin: String,
    server: Option<Child>,
}

impl Company {
    /// Seeds the company and starts its server.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("claviger-company-")
            .tempdir()
            .unwrap();
        for part in ["data", "keys"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let provider = Provider::start(&[]).await.unwrap();
        let listen = format!("127.0.0.1:{}", free_port());
        let mut company = Self {
            origin: format!("http://{listen}"),
            folder,
            provider,
            server: None,
        };
        fs::write(company.at("server.toml"), company.settings(&listen)).unwrap();
        let seeded = Product::Demo
            .command()
            .unwrap()
            .arg("seed")
            .arg("--config")
            .arg(company.at("server.toml"))
            .arg("--provider-people")
            .arg(company.at("people.json"))
            .output()
            .unwrap();
        assert!(
            seeded.status.success(),
            "{}",
            String::from_utf8_lossy(&seeded.stderr)
        );
        company.serve();
        company
    }

    /// Lets somebody of the company in at the identity provider; answers with their subject.
    pub async fn admit(&self, name: &str) -> String {
        let people: Vec<Value> = serde_json::from_slice(&fs::read(self.at("people.json")).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
        let known = people.iter().find(|person| person["name"] == name).unwrap();
        let person = Person {
            sub: text(&known["sub"]),
            name: name.to_owned(),
            email: text(&known["email"]),
            groups: all(&known["groups"]),
            amr: all(&known["amr"]),
            acr: text(&known["acr"]),
        };
        self.provider.put_person(&person).await.unwrap();
        person.sub
    }

    /// Starts the server, at the same address each time.
    pub fn serve(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.at("server.log"))
            .unwrap();
        let mut child = Product::Server
            .command()
            .unwrap()
            .args(["serve", "--demonstration", "--config"])
            .arg(self.at("server.toml"))
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
        self.server = Some(child);
    }

    /// Stops the server as an administrator would, and waits for it.
    pub fn stop(&mut self) {
        let Some(mut child) = self.server.take() else {
            return;
        };
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert!(child.wait().unwrap().success(), "{}", self.log());
    }

    pub fn database(&self) -> PathBuf {
        self.at("data/server.db")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.at("server.log")).unwrap_or_default()
    }

    fn at(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    fn settings(&self, listen: &str) -> String {
        format!(
            "listen = {listen:?}\npublic_origin = {:?}\norganization = \"Northwind\"\ndatabase = {:?}\nkey_file = {:?}\n\
             [oidc]\nissuer = {:?}\nclient_id = {CLIENT_ID:?}\ngroups_claim = \"groups\"\n",
            self.origin,
            self.at("data/server.db"),
            self.at("keys/root.key"),
            self.provider.issuer(),
        )
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        if let Some(child) = &mut self.server {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
