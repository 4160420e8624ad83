//! A company with its identity provider and its server: the demonstration's, or one that only begins.

use super::server::{Server, Settings};
use claviger_protocol::{
    enrolment::{Bundle, Enrolment},
    signed::parse,
};
use claviger_testkit::{
    http,
    peers::provider::{Person, Provider},
    products::Product,
};
use serde_json::Value;
use std::{
    fs,
    ops::{Deref, DerefMut},
};

pub struct Company {
    pub provider: Provider,
    server: Server,
}

impl Company {
    /// Seeds the demonstration's company and starts its server.
    pub async fn start() -> Self {
        let provider = Provider::start(&[]).await.unwrap();
        let mut server = Server::new(provider.issuer(), Settings::Demonstration);
        let seeded = Product::Demo
            .command()
            .unwrap()
            .arg("seed")
            .arg("--config")
            .arg(server.at("server.toml"))
            .arg("--provider-people")
            .arg(server.at("people.json"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&seeded.stderr);
        assert!(seeded.status.success(), "{said}");
        server.serve();
        Self { provider, server }
    }

    /// A company that has a provider with some people, and a server on which nobody was yet.
    pub async fn empty(people: &[Person]) -> Self {
        Self::with(people, Settings::Empty).await
    }

    /// As [`Self::empty`], behind a certificate that nobody vouches for.
    pub async fn disguised() -> Self {
        Self::with(&[], Settings::Disguised).await
    }

    async fn with(people: &[Person], settings: Settings) -> Self {
        let provider = Provider::start(people).await.unwrap();
        let mut server = Server::new(provider.issuer(), settings);
        server.serve();
        Self { provider, server }
    }

    /// A link of this organization, as mail has it.
    pub async fn link(&self, what: &str, id: &str) -> String {
        let answer = http::client().unwrap();
        let answer = answer.get(format!("{}/v1/enrolment", self.origin)).send();
        let said = answer.await.unwrap().text().await.unwrap();
        let enrolment: Enrolment = serde_json::from_str(&said).unwrap();
        let bundle = parse::<Bundle>(&enrolment.bundle.body.0).unwrap();
        format!("claviger://open/{}/{what}/{id}", bundle.organization)
    }

    /// Lets somebody of the demonstration's company in at the identity provider; answers with their subject.
    pub async fn admit(&self, name: &str) -> String {
        let person = self.person(name);
        self.provider.put_person(&person).await.unwrap();
        person.sub
    }

    /// Somebody of the demonstration's company as the identity provider knows them.
    pub fn person(&self, name: &str) -> Person {
        let people: Vec<Value> = serde_json::from_slice(&fs::read(self.at("people.json")).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
        let known = people.iter().find(|person| person["name"] == name).unwrap();
        Person {
            sub: text(&known["sub"]),
            name: name.to_owned(),
            email: text(&known["email"]),
            groups: all(&known["groups"]),
            amr: all(&known["amr"]),
            acr: text(&known["acr"]),
        }
    }
}

impl Deref for Company {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Company {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}
