//! `claviger-server connected` as a process: whose accounts are whose, and in words why a system does not tell. What it asks with is
//! never said.

use super::{called, credential, with_ada};
use crate::{
    house::House,
    program::{PROGRAM, Place},
};
use claviger_model::ids::PrincipalId;
use claviger_storage::Database;
use claviger_testkit::peers::{
    github::{Github, ORGANIZATION, TOKEN},
    postgres::Postgres,
};
use serde_json::json;
use std::{os::unix::fs::PermissionsExt as _, path::Path};

/// What the login of the connector in the tests' cluster has for a password.
const PASSWORD: &str = "the-word-that-nobody-says";

/// Two systems, and a server's database with two people who have the same address.
struct Desk {
    cluster: Postgres,
    github: Github,
    place: Place,
    folder: tempfile::TempDir,
    people: [PrincipalId; 2],
}

/// What the program said.
#[derive(Debug)]
struct Said {
    good: bool,
    lines: Vec<String>,
    errors: String,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["data", "keys"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let (cluster, github) = (Postgres::start().await.unwrap(), Github::start().await.unwrap());
        github.put(with_ada()).await.unwrap();
        let sql = format!(
            "CREATE ROLE ada LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE asks LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE own; \
             REVOKE CONNECT ON DATABASE own FROM PUBLIC"
        );
        for sql in sql.split(';') {
            cluster.sql("postgres", sql).await.unwrap();
        }
        let place = Place {
            database: Database::Sqlite(folder.path().join("data/claviger.db")),
            key: folder.path().join("keys/root.key"),
        };
        let mut house = place.house().await;
        house.furnish().await;
        let people = [
            person(&house, "ada@example.test").await,
            person(&house, "twin@example.test").await,
        ];
        house.started.take().unwrap().stop().await;
        credential(folder.path(), "password", PASSWORD);
        credential(folder.path(), "token", TOKEN);
        Self {
            cluster,
            github,
            place,
            folder,
            people,
        }
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Both systems, as an operator writes them.
    fn both(&self) -> String {
        let url: url::Url = self.cluster.url("postgres").parse().unwrap();
        format!(
            "[connectors.warehouse]\nkind = \"postgresql\"\nhost = \"127.0.0.1\"\nport = {}\nuser = \"asks\"\ntls = \"none\"\n\
             password_file = {:?}\nmatch_by = [\"mail-name\"]\nmail_domain = \"example.test\"\n\
             [connectors.code]\nkind = \"github\"\napi = \"{}\"\norganization = \"{ORGANIZATION}\"\ntoken_file = {:?}\n\
             match_by = [\"mail-name\"]\nmail_domain = \"example.test\"\n[connectors.code.accounts]\n\"{}\" = [\"bob\"]\n",
            url.port().unwrap(),
            self.file("password"),
            self.github.api(),
            self.file("token"),
            self.people[1],
        )
    }

    /// Runs it; whatever comes of it, nothing that it asks with is said.
    async fn run(&self, config: &str) -> Said {
        let file = self.file("server.toml");
        std::fs::write(&file, config).unwrap();
        let mut command = self.place.program(&[], Path::new(PROGRAM));
        command.arg("connected").env("CLAVIGER_CONFIG", &file);
        let output = command.output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, errors) = (text(output.stdout), text(output.stderr));
        for secret in [PASSWORD, TOKEN, "inline-secret", "postgres://"] {
            assert!(!out.contains(secret) && !errors.contains(secret), "{out}{errors}");
        }
        Said {
            good: output.status.code() == Some(0),
            lines: out.lines().map(str::to_owned).collect(),
            errors,
        }
    }
}

async fn person(house: &House, mail: &str) -> PrincipalId {
    let person = house.actor(&[]).await.principal;
    called(house, person, mail).await;
    person
}

impl Said {
    fn of(&self, system: &str) -> Vec<&str> {
        let begins = format!("{system}: ");
        let lines = self.lines.iter().filter(|line| line.starts_with(&begins));
        lines.map(|line| &line[begins.len()..]).collect()
    }

    /// That one system does not tell, with why, while the other one does.
    fn without(&self, system: &str, why: &str) {
        assert!(!self.good, "{self:?}");
        assert!(
            self.errors.contains("1 of 2 connected systems cannot be asked"),
            "{self:?}"
        );
        let [said] = self.of(system)[..] else {
            panic!("{self:?}");
        };
        assert!(
            said.starts_with("cannot be asked: ") && said.contains(why),
            "{self:?}"
        );
        let other = if system == "code" { "warehouse" } else { "code" };
        assert!(self.of(other).len() > 1, "{self:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_whose_each_account_is_and_changes_nothing() {
    let desk = Desk::new().await;
    let said = desk.run(&desk.both()).await;
    assert!(said.good, "{said:?}");
    assert_eq!(
        said.of("code"),
        [
            "owner (member, id 1): nobody's",
            "ada (member, id 7): Somebody",
            "bob (member, id 8): Somebody"
        ]
    );
    let logins = said.of("warehouse");
    for line in [
        "ada (login): Somebody",
        "asks (login): nobody's",
        "bob (login): nobody's",
    ] {
        assert!(logins.contains(&line), "{said:?}");
    }
    assert!(
        logins.iter().any(|line| line.contains("(superuser): nobody's")),
        "{said:?}"
    );
    let state = desk.github.state().await.unwrap();
    assert_eq!(state["members"], with_ada()["members"]);
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname IN ('ada', 'bob') AND rolcanlogin";
    assert_eq!(desk.cluster.sql("postgres", roles).await.unwrap(), "2");
    assert_eq!(desk.github.told().await.unwrap().violations, [""; 0]);

    // One that fits two people is said to.
    let mut house = desk.place.house().await;
    called(&house, desk.people[1], "ada@example.test").await;
    house.started.take().unwrap().stop().await;
    let said = desk.run(&desk.both()).await;
    assert!(
        said.of("warehouse")
            .contains(&"ada (login): several people's: Somebody, Somebody"),
        "{said:?}"
    );
    let none = desk.run("").await;
    assert!(
        none.good && none.lines[0].starts_with("no system is connected"),
        "{none:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_does_not_tell_is_said_with_why_and_the_others_are_listed() {
    let mut desk = Desk::new().await;
    let both = desk.both();
    let refused = "is refused there";
    credential(desk.folder.path(), "password", "a-wrong-one");
    desk.run(&both).await.without("warehouse", refused);
    std::fs::remove_file(desk.file("password")).unwrap();
    desk.run(&both).await.without("warehouse", refused);
    // Readable by others: not used at all.
    let open = credential(desk.folder.path(), "password", PASSWORD);
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    desk.run(&both)
        .await
        .without("warehouse", "can be read by others");
    credential(desk.folder.path(), "password", PASSWORD);
    let elsewhere = both.replace("user = \"asks\"", "user = \"asks\"\ndatabase = \"own\"");
    desk.run(&elsewhere)
        .await
        .without("warehouse", "may not list accounts");
    // Without `tls = "none"` the way has to be protected, which this server does not offer.
    let protected = both.replace("tls = \"none\"\n", "");
    desk.run(&protected)
        .await
        .without("warehouse", "its certificate is not the right one");
    desk.cluster.stop().await.unwrap();
    desk.run(&both).await.without("warehouse", "cannot be reached");
    desk.cluster.start_again().await.unwrap();

    credential(desk.folder.path(), "token", "another-token");
    desk.run(&both).await.without("code", refused);
    credential(desk.folder.path(), "token", TOKEN);
    desk.github.put(json!({"role": "member"})).await.unwrap();
    desk.run(&both).await.without("code", "has to be an owner's");
    desk.github.put(with_ada()).await.unwrap();
    for (how, why) in [
        (
            json!({"status": 429, "headers": {"retry-after": "60"}}),
            "wants fewer calls",
        ),
        (
            json!({"status": 302, "headers": {"location": "http://127.0.0.1:1/"}}),
            "not understood",
        ),
        (json!({"status": 200, "body": {"token": TOKEN}}), "not understood"),
    ] {
        desk.github.trouble(how).await.unwrap();
        desk.run(&both).await.without("code", why);
    }
    desk.github.stop();
    desk.run(&both).await.without("code", "cannot be reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_cannot_be_used_is_said_with_what_is_wrong() {
    let desk = Desk::new().await;
    let both = desk.both();
    for (from, to, why) in [
        ("kind = \"postgresql\"", "kind = \"mysql\"", "mysql"),
        (
            "host = \"127.0.0.1\"",
            "host = \"db.example\"",
            "this machine only",
        ),
        ("tls = \"none\"", "password = \"inline-secret\"", "password"),
        ("mail_domain = \"example.test\"\n", "", "mail_domain"),
        (
            "organization = \"acme\"",
            "organization = \"acme/x\"",
            "organization",
        ),
        ("[connectors.code", "[connectors.Code", "a letter first"),
    ] {
        assert!(both.contains(from), "{from}");
        let said = desk.run(&both.replace(from, to)).await;
        assert!(!said.good && said.lines.is_empty(), "{said:?}");
        assert!(said.errors.contains(why), "{from}: {said:?}");
    }
    let twice = format!("{both}\"{}\" = [\"Bob\"]\n", desk.people[0]);
    let said = desk.run(&twice).await;
    assert!(
        said.errors.contains("gives one account to two people"),
        "{said:?}"
    );
}
