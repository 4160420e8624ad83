//! The two systems, each with people in it.

use async_trait::async_trait;
use claviger_connectors::{
    Connector, Credential, Fault, FaultCode, GoOn,
    github::{Github, GithubSettings},
    postgres::{Patience, Postgres, PostgresSettings},
};
use claviger_crypto::secret::SecretString;
use claviger_model::connected::{Account, AccountName};
use claviger_testkit::peers;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use url::Url;

/// A password or token that a test holds.
pub struct Held(pub String);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("held")
    }
}

impl Credential for Held {
    fn read(&self) -> Option<SecretString> {
        Some(SecretString::new(self.0.clone()))
    }
}

/// A credential that is nowhere.
#[derive(Debug)]
pub struct Missing;

impl Credential for Missing {
    fn read(&self) -> Option<SecretString> {
        None
    }
}

pub fn name(text: &str) -> AccountName {
    AccountName::parse(text).unwrap()
}

/// Lets so many calls happen, and no other.
#[derive(Debug)]
pub struct UpTo {
    calls: usize,
    asked: AtomicUsize,
}

impl UpTo {
    pub fn calls(calls: usize) -> Self {
        Self {
            calls,
            asked: AtomicUsize::new(0),
        }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl GoOn for UpTo {
    async fn go_on(&self) -> Result<(), Fault> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < self.calls {
            Ok(())
        } else {
            Err(FaultCode::CameBack.into())
        }
    }
}

/// An account as somebody remembers it who knows no more than its name.
pub fn called(text: &str) -> Account {
    Account {
        name: name(text),
        key: None,
        places: Vec::new(),
    }
}

/// How a server is reached as somebody.
pub fn postgres_settings(url: &str, user: &str, reassign_to: Option<&str>) -> PostgresSettings {
    let url: Url = url.parse().unwrap();
    PostgresSettings {
        host: url.host_str().unwrap().to_owned(),
        port: url.port().unwrap(),
        user: user.to_owned(),
        database: url.path().trim_start_matches('/').to_owned(),
        clear_text: true,
        certificate_authority: None,
        reassign_to: reassign_to.map(name),
        patience: Patience::default(),
    }
}

/// A server as its owner reaches it.
pub fn postgres_by(url: &str, user: &str, password: &str, reassign_to: Option<&str>) -> Postgres {
    let settings = postgres_settings(url, user, reassign_to);
    Postgres::new(settings, Arc::new(Held(password.to_owned())))
}

/// The login of the tests themselves, which is the cluster's first superuser.
pub fn first(url: &str) -> (String, String) {
    let url: Url = url.parse().unwrap();
    (url.username().to_owned(), url.password().unwrap().to_owned())
}

pub fn github_by(github: &peers::github::Github, token: &str) -> Github {
    let settings = GithubSettings {
        api: github.api().clone(),
        organization: name(peers::github::ORGANIZATION),
        certificate_authority: None,
    };
    Github::new(settings, Arc::new(Held(token.to_owned())))
}

/// A system with `ada` and `bob` in it, and a way to ask it with a wrong credential and with none.
pub struct Bench {
    pub right: Box<dyn Connector>,
    pub wrong: Box<dyn Connector>,
    pub without: Box<dyn Connector>,
    /// What it asks with itself.
    pub own: String,
    /// Two who are there.
    pub there: [String; 2],
    /// Kept as long as the system is wanted.
    pub github: Option<peers::github::Github>,
}

impl Bench {
    /// Lets the name of somebody belong to another account, which has the same places; the one that had it is gone, or goes on under
    /// another name.
    pub async fn give_away(&self, who: &str, renamed: Option<&str>) {
        let Some(github) = &self.github else {
            let first = match renamed {
                Some(other) => format!("ALTER ROLE \"{who}\" RENAME TO \"{other}\""),
                None => format!("DROP ROLE \"{who}\""),
            };
            let sql = format!("{first}; CREATE ROLE \"{who}\" LOGIN PASSWORD 'pw'");
            let peer = peers::postgres::Postgres::shared().await.unwrap();
            peer.sql("postgres", &sql).await.unwrap();
            return;
        };
        let mut state = github.state().await.unwrap();
        let key = state["users"][who].as_i64().unwrap();
        state["users"][who] = json!(key + 1_000);
        if let Some(other) = renamed {
            state["users"][other] = json!(key);
            let membership = state["members"][who].clone();
            if membership != Value::Null {
                state["members"][other] = membership;
            }
            let outside = state["outside"].as_array_mut().unwrap();
            if outside.contains(&json!(who)) {
                outside.push(json!(other));
            }
        }
        github.put(state).await.unwrap();
    }
}

/// PostgreSQL, with names of this test's own, since all of them share a cluster.
pub async fn postgres(test: &str) -> Bench {
    let peer = peers::postgres::Postgres::shared().await.unwrap();
    let url = peer.fresh_database().await.unwrap();
    let there = [format!("{test}_ada"), format!("{test}_bob")];
    let [ada, bob] = &there;
    let own = format!("{test}_connector");
    let sql = format!(
        "CREATE ROLE \"{ada}\" LOGIN PASSWORD 'pw'; CREATE ROLE \"{bob}\" LOGIN PASSWORD 'pw'; \
         CREATE ROLE \"{own}\" LOGIN SUPERUSER PASSWORD 'pw'"
    );
    peer.sql("postgres", &sql).await.unwrap();
    let settings = |password: &str| postgres_by(&url, &own, password, None);
    Bench {
        right: Box::new(settings("pw")),
        wrong: Box::new(settings("wrong")),
        without: Box::new(Postgres::new(
            PostgresSettings {
                host: "127.0.0.1".to_owned(),
                port: 1,
                user: own.clone(),
                database: "postgres".to_owned(),
                clear_text: true,
                certificate_authority: None,
                reassign_to: None,
                patience: Patience::default(),
            },
            Arc::new(Missing),
        )),
        own,
        there,
        github: None,
    }
}

/// GitHub's side, with a member in two teams and somebody from outside.
pub async fn github() -> Bench {
    let github = peers::github::Github::start().await.unwrap();
    github
        .put(json!({
            "users": { "owner": 1, "ada": 7, "bob": 8 },
            "members": { "owner": "active", "ada": "active" },
            "teams": { "core": ["ada"], "web": ["ada"], "empty": [] },
            "outside": ["bob"],
        }))
        .await
        .unwrap();
    Bench {
        right: Box::new(github_by(&github, peers::github::TOKEN)),
        wrong: Box::new(github_by(&github, "another")),
        without: Box::new(Github::new(
            GithubSettings {
                api: github.api().clone(),
                organization: name(peers::github::ORGANIZATION),
                certificate_authority: None,
            },
            Arc::new(Missing),
        )),
        own: peers::github::OWNER.to_owned(),
        there: ["ada", "bob"].map(str::to_owned),
        github: Some(github),
    }
}
