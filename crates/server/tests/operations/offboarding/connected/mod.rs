//! Accounts in connected systems through a case: PostgreSQL itself, and GitHub's side as its description has it.

mod accepting;
mod killed;
mod naming;
mod program;
mod proving;
mod taking;
mod teams;
mod telling;

use super::{opened, record, settle_steps};
use crate::house::{Actor, House};
use claviger_connectors::{
    github::GithubSettings,
    postgres::{Patience, PostgresSettings},
};
use claviger_ledger::leaf::{Fact, Leaf};
use claviger_model::{
    blast::Suspect,
    builtin_roles as roles,
    connected::{AccountName, SystemName},
    event::EventKind,
    ids::PrincipalId,
};
use claviger_protocol::{
    offboarding::{
        cases::CaseRecord,
        connected::{CaseAccountRecord, CaseSystemRecord, FoundSystem},
        radius::RadiusReply,
    },
    route,
};
use claviger_server::{
    config::{ConnectorConfig, ConnectorWay, MatchBy},
    operations::offboarding::connected::drive,
};
use claviger_storage::log::LogFilter;
use claviger_testkit::peers::{
    github::{Github, ORGANIZATION, TOKEN},
    postgres::Postgres,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

fn system(name: &str) -> SystemName {
    SystemName::parse(name).unwrap()
}

/// A file that only its owner reads.
pub fn credential(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn by_mail(way: ConnectorWay, credential_file: PathBuf) -> ConnectorConfig {
    ConnectorConfig {
        way,
        credential_file,
        match_by: vec![MatchBy::MailName],
        mail_domain: Some("example.test".to_owned()),
        accounts: BTreeMap::new(),
    }
}

fn postgresql(url: &str, folder: &Path, reassign_to: Option<&str>) -> ConnectorConfig {
    let url: url::Url = url.parse().unwrap();
    let settings = PostgresSettings {
        host: "127.0.0.1".to_owned(),
        port: url.port().unwrap(),
        user: url.username().to_owned(),
        database: url.path().trim_start_matches('/').to_owned(),
        clear_text: true,
        certificate_authority: None,
        reassign_to: reassign_to.map(|role| AccountName::parse(role).unwrap()),
        patience: Patience::default(),
    };
    let password = credential(folder, "password", url.password().unwrap());
    by_mail(ConnectorWay::Postgresql(settings), password)
}

/// A PostgreSQL that may keep others waiting for as long as a test takes, however busy the machine is.
fn unhurried(config: &mut ConnectorConfig) {
    if let ConnectorWay::Postgresql(settings) = &mut config.way {
        let long = Duration::from_secs(600);
        settings.patience = Patience {
            action: long,
            statement: long,
            lock: long,
        };
    }
}

fn github_of(github: &Github, folder: &Path) -> ConnectorConfig {
    let settings = GithubSettings {
        api: github.api().clone(),
        organization: AccountName::parse(ORGANIZATION).unwrap(),
        certificate_authority: None,
    };
    by_mail(ConnectorWay::Github(settings), credential(folder, "token", TOKEN))
}

fn with_ada() -> Value {
    json!({
        "owner": "owner",
        "users": { "owner": 1, "ada": 7, "bob": 8 },
        "members": { "owner": "active", "ada": "active", "bob": "active" },
        "teams": { "core": ["ada", "bob"] },
    })
}

/// A house with both systems, in both of which somebody has an account.
struct Connected {
    house: House,
    cluster: Postgres,
    github: Github,
    admin: Actor,
    owner: Actor,
    leaver: Actor,
    _folder: tempfile::TempDir,
}

impl Connected {
    /// `reassign_to`: the heir of what logins own.
    async fn new(reassign_to: Option<&str>) -> Self {
        Self::with(reassign_to, |_| ()).await
    }

    /// The same with other rules.
    async fn with(reassign_to: Option<&str>, set: impl Fn(&mut ConnectorConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cluster = Postgres::start().await.unwrap();
        let github = Github::start().await.unwrap();
        github.put(with_ada()).await.unwrap();
        let sql = "CREATE ROLE ada LOGIN PASSWORD 'pw'; CREATE ROLE bob LOGIN; CREATE ROLE heir";
        cluster.sql("postgres", sql).await.unwrap();
        let mut warehouse = postgresql(&cluster.url("postgres"), folder.path(), reassign_to);
        let mut code = github_of(&github, folder.path());
        set(&mut warehouse);
        set(&mut code);
        let house = House::with(|config| {
            config.metrics = true;
            config.connectors = [(system("warehouse"), warehouse), (system("code"), code)].into();
        })
        .await;
        let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
        let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
        let leaver = house.actor(&[(roles::READER, house.places.production)]).await;
        called(&house, leaver.principal, "ada@example.test").await;
        Self {
            house,
            cluster,
            github,
            admin,
            owner,
            leaver,
            _folder: folder,
        }
    }

    /// An Owner lets somebody come back.
    async fn enable(&self, person: PrincipalId) {
        let body = json!({"reason": "stays after all"});
        let enabled = self
            .house
            .call(Some(&self.owner), &route::ENABLE_PERSON, &[&person], &body)
            .await;
        assert_eq!(enabled.code(), "ok", "{:?}", enabled.json());
    }

    /// The case of the leaver, whose steps are done.
    async fn case(&self) -> CaseRecord {
        let case = opened(&self.house, &self.admin, self.leaver.principal, json!({})).await;
        settle_steps(&self.house).await;
        self.again(&case).await
    }

    /// The case of somebody else, whom the provider calls so.
    async fn case_of_another(&self, mail: &str) -> (PrincipalId, CaseRecord) {
        let leaver = self.house.actor(&[]).await.principal;
        called(&self.house, leaver, mail).await;
        let admin = self.house.sign_in(self.admin.principal).await;
        let case = opened(&self.house, &admin, leaver, json!({})).await;
        settle_steps(&self.house).await;
        (leaver, case)
    }

    async fn again(&self, case: &CaseRecord) -> CaseRecord {
        // Weeks may have passed since the last sign-in.
        let admin = self.house.sign_in(self.admin.principal).await;
        record(&self.house, &admin, case.id).await
    }

    /// The job looks once, some time later.
    async fn look(&self, later: Duration) {
        self.house.clock.advance(later);
        drive::drive(&self.house.app).await.unwrap();
    }

    async fn radius(&self) -> Vec<FoundSystem> {
        let body = json!({"of": Suspect::Person(self.leaver.principal)});
        let answer = self
            .house
            .call(Some(&self.admin), &route::BLAST_RADIUS, &[], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        let reply: RadiusReply = answer.parse();
        reply.connected
    }

    async fn accept(&self, by: &Actor, case: &CaseRecord, body: &Value) -> String {
        let answer = self
            .house
            .call(Some(by), &route::ACCEPT_CONNECTED, &[&case.id], body)
            .await;
        answer.code()
    }

    async fn told(&self) -> Vec<String> {
        told(&self.house, self.leaver.principal).await
    }
}

/// A session that holds a table of the cluster until it is dropped.
async fn holding(cluster: &Postgres, table: &str) -> sqlx::PgConnection {
    use sqlx::{Connection as _, Executor as _};
    let mut holder = sqlx::PgConnection::connect(&cluster.url("postgres"))
        .await
        .unwrap();
    let sql = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    holder
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
        .await
        .unwrap();
    holder
}

/// The provider vouches for somebody's address.
async fn called(house: &House, person: PrincipalId, mail: &str) {
    let mut locked = house.app.store.locked().await.unwrap();
    locked.set_mail_address(person, Some(mail)).await.unwrap();
    locked.commit().await.unwrap();
}

/// What the log says of somebody's accounts, state by state.
pub async fn told(house: &House, person: PrincipalId) -> Vec<String> {
    let told = told_with_numbers(house, person).await;
    told.into_iter().map(|(_, state)| state).collect()
}

/// The same, each with its number in the log.
async fn told_with_numbers(house: &House, person: PrincipalId) -> Vec<(u64, String)> {
    let filter = LogFilter {
        kinds: vec![EventKind::OffboardingAccount],
        subject: Some(person),
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let mut entries = reader.events_matching(&filter, None, 1_000).await.unwrap();
    entries.sort_by_key(|entry| entry.index);
    let state = |leaf: &[u8]| {
        let leaf = Leaf::parse(leaf).unwrap();
        let text = |name: &str| {
            let mut facts = leaf.facts.iter();
            match facts.find(|(field, _)| field.as_str() == name) {
                Some((_, Fact::Label(label))) => label.as_str().to_owned(),
                other => panic!("{other:?}"),
            }
        };
        format!("{} {}", text("system"), text("state"))
    };
    let each = entries.iter();
    each.map(|entry| (entry.index, state(&entry.leaf))).collect()
}

fn of<'a>(case: &'a CaseRecord, name: &str) -> &'a CaseSystemRecord {
    let mut systems = case.connected.iter();
    systems.find(|one| one.system == system(name)).unwrap()
}

fn account<'a>(case: &'a CaseRecord, name: &str) -> &'a CaseAccountRecord {
    of(case, name).accounts.first().unwrap()
}
