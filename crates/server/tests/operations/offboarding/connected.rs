//! Accounts in connected systems through a case: PostgreSQL itself, and GitHub's side as its description has it.

use super::{opened, record, settle_steps};
use crate::{
    house::{Actor, House},
    program::{PROGRAM, Place, call, client},
};
use claviger_connectors::{github::GithubSettings, postgres::PostgresSettings};
use claviger_ledger::leaf::{Fact, Leaf};
use claviger_model::{
    blast::Suspect,
    builtin_roles as roles,
    connected::{AccountName, AccountState, AskedState, CaseAccount, Presence, SystemName},
    entropy::SystemEntropy,
    event::EventKind,
    ids::CaseId,
    offboarding::{CaseState, EffectKind},
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::{
        cases::CaseRecord,
        connected::{CaseAccountRecord, CaseSystemRecord, FoundSystem},
        radius::RadiusReply,
        report::{Report, ReportReply, read, split, written},
    },
    route,
};
use claviger_server::{
    config::{ConnectorConfig, ConnectorWay, MatchBy},
    operations::offboarding::connected::drive,
    report::{
        keys::PublishedKeys,
        verify::{Fault, verify},
    },
};
use claviger_storage::{Database, log::LogFilter};
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
    };
    let password = credential(folder, "password", url.password().unwrap());
    by_mail(ConnectorWay::Postgresql(settings), password)
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
        let folder = tempfile::tempdir().unwrap();
        let cluster = Postgres::start().await.unwrap();
        let github = Github::start().await.unwrap();
        github.put(with_ada()).await.unwrap();
        let sql = "CREATE ROLE ada LOGIN PASSWORD 'pw'; CREATE ROLE bob LOGIN; CREATE ROLE heir";
        cluster.sql("postgres", sql).await.unwrap();
        let warehouse = postgresql(&cluster.url("postgres"), folder.path(), reassign_to);
        let code = github_of(&github, folder.path());
        let house = House::with(|config| {
            config.connectors = [(system("warehouse"), warehouse), (system("code"), code)].into();
        })
        .await;
        let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
        let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
        let leaver = house.actor(&[(roles::READER, house.places.production)]).await;
        let mut locked = house.app.store.locked().await.unwrap();
        let address = Some("ada@example.test");
        locked.set_mail_address(leaver.principal, address).await.unwrap();
        locked.commit().await.unwrap();
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

    /// The case of the leaver, whose steps are done.
    async fn case(&self) -> CaseRecord {
        let case = opened(&self.house, &self.admin, self.leaver.principal, json!({})).await;
        settle_steps(&self.house).await;
        self.again(&case).await
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

    /// What the log says of accounts in this case, state by state.
    async fn told(&self) -> Vec<String> {
        let filter = LogFilter {
            kinds: vec![EventKind::OffboardingAccount],
            subject: Some(self.leaver.principal),
            ..LogFilter::default()
        };
        let mut reader = self.house.app.store.reader().await.unwrap();
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
        entries.iter().map(|entry| state(&entry.leaf)).collect()
    }
}

fn of<'a>(case: &'a CaseRecord, name: &str) -> &'a CaseSystemRecord {
    let mut systems = case.connected.iter();
    systems.find(|one| one.system == system(name)).unwrap()
}

fn account<'a>(case: &'a CaseRecord, name: &str) -> &'a CaseAccountRecord {
    of(case, name).accounts.first().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_shown_taken_away_and_verified_before_the_case_is_done() {
    let all = Connected::new(Some("heir")).await;
    let shown = all.radius().await;
    let names: Vec<_> = shown
        .iter()
        .map(|one| (one.system.as_str(), one.accounts.len(), one.said.clone()))
        .collect();
    assert_eq!(names, [("code", 1, None), ("warehouse", 1, None)]);
    let case = all.case().await;
    assert_eq!(case.connected.len(), 2);
    super::obey(&all.house, &all.leaver).await;
    let waits = all.again(&case).await;
    assert_eq!(waits.state, CaseState::Waiting);
    assert!(waits.connected.iter().all(|one| one.state == AskedState::Open));

    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done, "{:?}", done.connected);
    for name in ["code", "warehouse"] {
        let account = account(&done, name);
        assert_eq!(account.account.name.as_str(), "ada");
        assert_eq!(
            (account.state, account.left),
            (AccountState::Verified, Some(Presence::Gone))
        );
        assert!(
            account.disabled_at.is_some() && account.removed_at.is_some() && account.verified_at.is_some()
        );
    }
    let effects = done
        .effects
        .iter()
        .find(|one| one.kind == EffectKind::ConnectedAccount);
    assert_eq!(effects.unwrap().all, 2);
    assert_eq!(
        all.told().await,
        [
            "code asked",
            "code found",
            "code disabled",
            "code removed",
            "code verified-gone",
            "warehouse asked",
            "warehouse found",
            "warehouse disabled",
            "warehouse removed",
            "warehouse verified-gone",
        ]
    );
    // They are gone there, and nobody else is.
    let roles =
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('ada', 'bob')";
    assert_eq!(all.cluster.sql("postgres", roles).await.unwrap(), "bob");
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"], json!({"owner": "active", "bob": "active"}));
    assert_eq!(all.github.told().await.unwrap().violations, [""; 0]);
    assert!(all.radius().await.iter().all(|one| one.accounts.is_empty()));
    // Looking again does nothing.
    let before = all.told().await.len();
    all.look(Duration::from_secs(600)).await;
    assert_eq!(all.told().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_for_weeks_holds_up_the_case_and_nobody_else() {
    let all = Connected::new(Some("heir")).await;
    all.cluster.stop().await.unwrap();
    let shown = all.radius().await;
    let said: Vec<_> = shown.iter().map(|one| one.said.as_deref()).collect();
    assert_eq!(said, [None, Some("unreachable")]);
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let first = all.again(&case).await;
    assert_eq!(account(&first, "code").state, AccountState::Verified);
    let down = of(&first, "warehouse");
    let since = down.trying.since.unwrap();
    assert_eq!(
        (down.state, down.trying.said.as_deref()),
        (AskedState::Open, Some("unreachable"))
    );
    assert_eq!(down.trying.next_at.since(since), Duration::from_secs(1));
    // Three weeks; every attempt is made, and one event tells of all of them.
    for _ in 0..12 {
        all.look(Duration::from_secs(42 * 3600)).await;
    }
    let weeks = all.again(&case).await;
    let down = of(&weeks, "warehouse");
    assert_eq!((weeks.state, down.trying.attempts), (CaseState::Waiting, 13));
    assert_eq!(down.trying.since, Some(since));
    let failing = |told: Vec<String>| told.iter().filter(|one| *one == "warehouse failing").count();
    assert_eq!(failing(all.told().await), 1);
    // Not asked before it is due.
    all.cluster.start_again().await.unwrap();
    drive::drive(&all.house.app).await.unwrap();
    assert_eq!(of(&all.again(&case).await, "warehouse").state, AskedState::Open);
    all.look(Duration::from_secs(256)).await;
    settle_steps(&all.house).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    assert_eq!(account(&done, "warehouse").left, Some(Presence::Gone));
    assert_eq!(of(&done, "warehouse").trying.since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_away_in_the_middle_goes_on_where_it_was() {
    let mut all = Connected::new(Some("heir")).await;
    let case = all.case().await;
    // It told, and is away before anything is done to what it told of.
    all.look(Duration::ZERO).await;
    let gone = all.again(&case).await;
    let mut reader = all.house.app.store.reader().await.unwrap();
    let mut row = reader
        .case_account(account(&gone, "code").id)
        .await
        .unwrap()
        .unwrap();
    drop(reader);
    row.state = AccountState::Removed;
    row.left = None;
    row.verified_at = None;
    row.trying.next_at = all.house.app.clock.now();
    let mut locked = all.house.app.store.locked().await.unwrap();
    assert!(locked.update_case_account(&row).await.unwrap());
    locked.commit().await.unwrap();
    all.github.stop();
    all.look(Duration::ZERO).await;
    let away = all.again(&case).await;
    let code = account(&away, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref()),
        (AccountState::Removed, Some("unreachable"))
    );
    assert_eq!(code.verified_at, None);
    // Somebody invited them again meanwhile: it is not verified, and goes from the beginning.
    all.github.start_again(with_ada()).await.unwrap();
    all.look(Duration::from_secs(1)).await;
    let there = all.again(&case).await;
    let code = account(&there, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref()),
        (AccountState::Found, Some("still-there"))
    );
    assert_eq!(code.trying.attempts, 2);
    all.look(Duration::from_secs(2)).await;
    let done = all.again(&case).await;
    assert_eq!(account(&done, "code").left, Some(Presence::Gone));
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"], json!({"owner": "active", "bob": "active"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_owns_tables_is_never_said_to_be_removed_without_an_heir() {
    let all = Connected::new(None).await;
    let sql = "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42); ALTER TABLE kept OWNER TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    let login = account(&done, "warehouse");
    assert_eq!(
        (login.state, login.left),
        (AccountState::Verified, Some(Presence::Disabled))
    );
    assert_eq!(
        (login.kept.as_deref(), login.removed_at),
        (Some("owns-things"), None)
    );
    let told = all.told().await;
    assert!(
        told.contains(&"warehouse kept".to_owned())
            && told.contains(&"warehouse verified-disabled".to_owned())
    );
    assert!(!told.contains(&"warehouse removed".to_owned()));
    assert_eq!(
        all.cluster.sql("postgres", "SELECT n FROM kept").await.unwrap(),
        "42"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_accepts_with_a_reason_what_cannot_be_verified_and_nobody_else_does() {
    let all = Connected::new(Some("heir")).await;
    all.cluster.stop().await.unwrap();
    // What the connector may not do there: its token is no owner's.
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let body = json!({"system": "warehouse", "reason": "it was shut down"});
    assert_eq!(all.accept(&all.admin, &case, &body).await, "forbidden");
    assert_ne!(all.accept(&all.leaver, &case, &body).await, "ok");
    let elsewhere = json!({"system": "nowhere", "reason": "it was shut down"});
    assert_eq!(all.accept(&all.owner, &case, &elsewhere).await, "not_found");
    let account_of_another = json!({
        "system": "warehouse", "account": account(&all.again(&case).await, "code").id, "reason": "r",
    });
    assert_eq!(
        all.accept(&all.owner, &case, &account_of_another).await,
        "not_found"
    );
    let settled = json!({
        "system": "code", "account": account(&all.again(&case).await, "code").id, "reason": "r",
    });
    assert_eq!(all.accept(&all.owner, &case, &settled).await, "wrong_state");
    assert_eq!(all.again(&case).await.state, CaseState::Waiting);

    assert_eq!(all.accept(&all.owner, &case, &body).await, "ok");
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    let down = of(&done, "warehouse");
    let accepted = down.accepted.as_ref().unwrap();
    assert_eq!(
        (down.state, accepted.by),
        (AskedState::Accepted, all.owner.principal)
    );
    assert_eq!(accepted.reason, "it was shut down");
    assert_eq!(all.accept(&all.owner, &case, &body).await, "wrong_state");
    // Nothing is done to it any more.
    all.cluster.start_again().await.unwrap();
    all.look(Duration::from_secs(600)).await;
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname = 'ada' AND rolcanlogin";
    assert_eq!(all.cluster.sql("postgres", roles).await.unwrap(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_somebody_who_came_back_are_left_alone() {
    let mut all = Connected::new(Some("heir")).await;
    all.github.stop();
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let body = json!({"reason": "stays after all"});
    let enabled = all
        .house
        .call(
            Some(&all.owner),
            &route::ENABLE_PERSON,
            &[&all.leaver.principal],
            &body,
        )
        .await;
    assert_eq!(enabled.code(), "ok");
    all.github.start_again(with_ada()).await.unwrap();
    for _ in 0..3 {
        all.look(Duration::from_secs(600)).await;
    }
    let left = all.again(&case).await;
    let code = of(&left, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref(), code.accounts.len()),
        (AskedState::Open, Some("came-back"), 0)
    );
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"]["ada"], "active");
    // An Owner lets it stay, and the old case ends.
    let owner = all.house.sign_in(all.owner.principal).await;
    let stays = json!({"system": "code", "reason": "works here again"});
    assert_eq!(all.accept(&owner, &case, &stays).await, "ok");
    assert_eq!(all.again(&case).await.state, CaseState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_word_changes_nothing_that_an_owner_accepted() {
    let all = Connected::new(Some("heir")).await;
    all.github
        .put(json!({"owner": "ada", "users": {"ada": 7, "owner": 1}}))
        .await
        .unwrap();
    // The account is the connector's own: it is protected, and said to be so.
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let waits = all.again(&case).await;
    let own = account(&waits, "code");
    assert_eq!(
        (own.state, own.trying.said.as_deref()),
        (AccountState::Found, Some("protected"))
    );
    assert_eq!(waits.state, CaseState::Waiting);
    let body = json!({"system": "code", "account": own.id, "reason": "the organization's own"});
    assert_eq!(all.accept(&all.owner, &case, &body).await, "ok");
    all.look(Duration::from_secs(600)).await;
    let done = all.again(&case).await;
    assert_eq!(account(&done, "code").state, AccountState::Accepted);
    assert_eq!(done.state, CaseState::Done);
    assert_eq!(all.github.state().await.unwrap()["members"]["ada"], "active");
}

async fn report(all: &Connected, case: &CaseRecord) -> (Report, String, PublishedKeys) {
    let answer = all
        .house
        .call(Some(&all.admin), &route::CASE_REPORT, &[&case.id], &Value::Null)
        .await;
    let reply: ReportReply = answer.parse();
    let answer = all.house.call(None, &route::ENROLMENT, &[], &Value::Null).await;
    let keys = PublishedKeys::read(&String::from_utf8(answer.body).unwrap()).unwrap();
    let both = [&reply.json, &reply.html];
    for file in both {
        verify(file, &keys).unwrap();
    }
    let report = read(&split(&reply.json).unwrap().body.0).unwrap();
    (report, reply.html, keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_each_account_and_the_log_proves_it() {
    let all = Connected::new(None).await;
    let sql = "CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    super::obey(&all.house, &all.leaver).await;
    all.house.clock.advance(Duration::from_secs(3));
    all.look(Duration::ZERO).await;
    let (honest, html, keys) = report(&all, &case).await;
    assert!(html.contains("of no use, and not removed: owns-things"));
    let proved = verify(&html, &keys).unwrap().proved;
    // Two systems and an account in each.
    assert_eq!(proved.accounts, 4);

    let forged = |change: &dyn Fn(&mut Report)| {
        let mut report = honest.clone();
        change(&mut report);
        let signing = all.house.app.keys.now();
        let json = written(&report, |body| signing.orders.sign(body)).unwrap();
        verify(&json, &keys).unwrap_err()
    };
    let later = |at: &mut Timestamp| *at = at.plus(Duration::from_secs(1));
    type Change<'a> = Box<dyn Fn(&mut CaseAccountRecord) + 'a>;
    let changes: [Change<'_>; 7] = [
        Box::new(|account| later(account.verified_at.as_mut().unwrap())),
        Box::new(|account| later(account.disabled_at.as_mut().unwrap())),
        Box::new(|account| later(&mut account.found_at)),
        Box::new(|account| account.left = Some(Presence::There)),
        Box::new(|account| account.verified_at = None),
        Box::new(|account| account.account.name = AccountName::parse("bob").unwrap()),
        Box::new(|account| {
            account.removed_at = account.verified_at.map(|at| at.plus(Duration::from_secs(9)))
        }),
    ];
    for change in &changes {
        for nth in 0..2 {
            let fault = forged(&|report| change(&mut report.case.connected[nth].accounts[0]));
            assert!(matches!(fault, Fault::Claim(_)), "{fault:?}");
        }
    }
    // What was only disabled cannot be said to be gone.
    let gone = forged(&|report| report.case.connected[1].accounts[0].left = Some(Presence::Gone));
    assert!(matches!(gone, Fault::Claim(_)), "{gone:?}");
    let asked = forged(&|report| later(report.case.connected[0].asked_at.as_mut().unwrap()));
    assert!(matches!(asked, Fault::Claim(_)), "{asked:?}");
    let effect = forged(&|report| {
        let mut effects = report.effects.iter_mut();
        let effect = effects
            .find(|one| one.kind == EffectKind::ConnectedAccount)
            .unwrap();
        later(&mut effect.at);
    });
    assert!(matches!(effect, Fault::Claim(_)), "{effect:?}");
}

/// Accounts of the one who leaves while the server is killed.
const ACCOUNTS: usize = 12;

/// kill -9 of the server as soon as something went on; the configuration is that of a file, as an operator writes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_point_every_account_is_taken_away_and_told_once() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cluster = Postgres::start().await.unwrap();
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let leaver = house.actor(&[]).await;
    house.started.take().unwrap().stop().await;
    let logins: Vec<_> = (0..ACCOUNTS).map(|nth| format!("of_leaver_{nth}")).collect();
    for login in &logins {
        let sql = format!(
            "CREATE ROLE {login} LOGIN; CREATE TABLE t_{login} (n int); ALTER TABLE t_{login} OWNER TO {login}"
        );
        cluster.sql("postgres", &sql).await.unwrap();
    }
    cluster.sql("postgres", "CREATE ROLE takes_over").await.unwrap();
    let url: url::Url = cluster.url("postgres").parse().unwrap();
    let password = credential(keys.path(), "password", url.password().unwrap());
    let config = keys.path().join("server.toml");
    let text = format!(
        "[connectors.warehouse]\nkind = \"postgresql\"\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\ntls = \"none\"\n\
         password_file = {password:?}\nreassign_to = \"takes_over\"\n[connectors.warehouse.accounts]\n\"{}\" = {logins:?}\n",
        url.port().unwrap(),
        url.username(),
        leaver.principal,
    );
    std::fs::write(&config, text).unwrap();
    let serve = || {
        let mut command = place.command(&[], Path::new(PROGRAM));
        command.env("CLAVIGER_CONFIG", &config);
        command
    };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.path().join("claviger.db"));
    let mut watch = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let (http, id) = (client(), CaseId::random(&SystemEntropy));
    let mut cut = 0;
    for round in 0..12 {
        let before = moved(&mut watch).await;
        let server = place.serve_as(serve()).await;
        if round == 0 {
            let body = json!({"id": id, "person": leaver.principal, "reason": "leaves"});
            let reply = call(&http, &house, &server.url, &admin, &route::OPEN_CASE, &body).await;
            assert_eq!(reply.unwrap().0, 200);
        }
        for _ in 0..2_000 {
            if moved(&mut watch).await > before {
                cut += 1;
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().await;
    }
    assert!(
        cut > 3,
        "too few kills met an account that was being taken away: {cut}"
    );
    let server = place.serve_as(serve()).await;
    let settled = async || {
        let mut watch = sqlx::ConnectOptions::connect(&options).await.unwrap();
        while left(&mut watch).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(300), settled())
        .await
        .unwrap();
    server.kill().await;

    let mut house = place.house().await;
    let mut reader = house.app.store.reader().await.unwrap();
    let accounts = reader.case_accounts(id).await.unwrap();
    assert_eq!(accounts.len(), ACCOUNTS);
    let gone = |account: &CaseAccount| account.left == Some(Presence::Gone) && account.removed_at.is_some();
    assert!(accounts.iter().all(gone), "{accounts:?}");
    let effects = reader.count_effects(id).await.unwrap();
    let taken = effects
        .iter()
        .find(|one| one.kind == EffectKind::ConnectedAccount);
    assert_eq!(taken.map(|one| one.all), Some(ACCOUNTS as u64));
    // Found, disabled, removed and verified once each, and asked once, whoever did it how often.
    let filter = LogFilter {
        kinds: vec![EventKind::OffboardingAccount],
        subject: Some(leaver.principal),
        ..LogFilter::default()
    };
    let events = reader.events_matching(&filter, None, 1_000).await.unwrap().len();
    assert_eq!(events, 4 * ACCOUNTS + 1);
    drop(reader);
    house.started.take().unwrap().stop().await;
    let there = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'of\\_leaver\\_%'";
    assert_eq!(cluster.sql("postgres", there).await.unwrap(), "0");
    let tables = "SELECT count(*) FROM pg_tables WHERE tableowner = 'takes_over'";
    assert_eq!(
        cluster.sql("postgres", tables).await.unwrap(),
        ACCOUNTS.to_string()
    );
}

async fn moved(db: &mut sqlx::SqliteConnection) -> i64 {
    let progress = "SELECT (SELECT COUNT(*) FROM offboarding_accounts) + (SELECT COUNT(disabled_at) + COUNT(removed_at) \
         + COUNT(verified_at) FROM offboarding_accounts)";
    sqlx::query_scalar(progress).fetch_one(db).await.unwrap()
}

async fn left(db: &mut sqlx::SqliteConnection) -> i64 {
    let left = "SELECT (SELECT COUNT(*) FROM offboarding_systems WHERE state = 'open') \
         + (SELECT COUNT(*) FROM offboarding_accounts WHERE state <> 'verified')";
    sqlx::query_scalar(left).fetch_one(db).await.unwrap()
}
