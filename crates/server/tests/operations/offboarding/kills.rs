//! kill -9 of the server while a case goes on: each case completes after the restart, no step takes effect twice, none is lost. 20
//! times; with CLAVIGER_SOAK=1, 200 times. Each kill comes as soon as the tables show that a step went on, so that they meet the
//! steps however fast the machine is; when a case has no step left, the next one is opened.

use crate::{
    house::House,
    program::{Place, call, client},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    event::EventKind,
    ids::{CaseId, PrincipalId},
    offboarding::{CaseState, EffectKind, StepState},
};
use claviger_protocol::route;
use claviger_storage::{Database, log::LogFilter};
use claviger_testkit::peers::postgres::Postgres;
use serde_json::json;
use std::time::Duration;

/// Secrets that each leaver holds and owns: more than a transaction takes, so that steps are cut in the middle.
const SECRETS: usize = 230;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_killed_at_any_step_cases_on_sqlite_complete() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    again_and_again("SQLite", &place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_killed_at_any_step_cases_on_postgres_complete() {
    // A cluster of its own: others would wait for what this one does to it.
    let cluster = Postgres::start().await.unwrap();
    let keys = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(cluster.fresh_database().await.unwrap()),
        key: keys.path().join("root.key"),
    };
    again_and_again("PostgreSQL", &place).await;
}

/// Kills that one case meets before it has no step left, or more.
const KILLS_OF_A_CASE: usize = 8;

/// Somebody who leaves, and who takes over.
struct Leaver {
    case: CaseId,
    person: PrincipalId,
    heir: PrincipalId,
}

async fn again_and_again(what: &str, place: &Place) {
    let rounds: usize = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        20
    };
    let mut house = place.house().await;
    house.furnish().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut leavers = Vec::new();
    for number in 0..rounds.div_ceil(KILLS_OF_A_CASE) {
        leavers.push(leaver(&house, number).await);
    }
    house.started.take().unwrap().stop().await;

    let http = client();
    let mut watch = Watch::of(place).await;
    let (mut opened, mut cut) = (0, 0);
    for round in 0..rounds {
        let before = watch.progress().await;
        let done = watch.is_done().await;
        let server = place.serve().await;
        if round == 0 {
            let brake = json!({"people_per_hour": rounds, "protected": []});
            let set = call(
                &http,
                &house,
                &server.url,
                &owner,
                &route::SET_OFFBOARDING_SETTINGS,
                &brake,
            )
            .await;
            assert_eq!(set.unwrap().0, 200);
        }
        if let Some(next) = leavers.get(opened).filter(|_| done) {
            let body = json!({"id": next.case, "person": next.person, "reason": "leaves", "heir": next.heir});
            let reply = call(&http, &house, &server.url, &owner, &route::OPEN_CASE, &body).await;
            let (status, json) = reply.unwrap();
            assert_eq!(status, 200, "{json}");
            opened += 1;
        }
        // Where nothing is left to do, a kill meets a server that looks and finds nothing.
        for _ in 0..MOST_LOOKS {
            if watch.progress().await > before {
                cut += usize::from(!watch.is_done().await);
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().await;
    }
    assert!(cut > 0, "no kill met a case that went on");
    let mut house = place.house().await;
    super::settle_steps(&house).await;
    for leaver in leavers.iter().take(opened) {
        finished(&house, leaver.case).await;
        whole(&house, leaver.case, leaver.person, leaver.heir).await;
    }
    println!(
        "{what}: {rounds} kills, {cut} of them while steps of one of {opened} cases were left; all done, nothing twice"
    );
    house.started.take().unwrap().stop().await;
}

/// Somebody who holds and owns more secrets than a transaction takes.
async fn leaver(house: &House, number: usize) -> Leaver {
    let production = house.places.production;
    let heir = house.actor(&[(roles::VIEWER, production)]).await;
    let leaver = house
        .actor(&[(roles::READER, production), (roles::VIEWER, house.places.staging)])
        .await;
    let mut secrets = Vec::new();
    for each in 0..SECRETS {
        let value = [number.to_be_bytes(), each.to_be_bytes()].concat();
        secrets.push(
            house
                .secret(production, &format!("S{number}-{each}"), &value)
                .await,
        );
    }
    for some in secrets.chunks(20) {
        let items: Vec<_> = some
            .iter()
            .map(|secret| json!({"secret": secret, "purpose": "copy"}))
            .collect();
        let answer = house
            .call(Some(&leaver), &route::RELEASES, &[], &json!({ "items": items }))
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    }
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    for secret in &secrets {
        let mut description = locked.secret(*secret).await.unwrap().unwrap().description;
        description.owner = Some(leaver.principal);
        locked.describe_secret(*secret, &description, now).await.unwrap();
    }
    locked.commit().await.unwrap();
    Leaver {
        case: CaseId::random(&SystemEntropy),
        person: leaver.principal,
        heir: heir.principal,
    }
}

/// How often the tables are looked at before a server that has nothing to do is killed.
const MOST_LOOKS: usize = 400;
const PROGRESS: &str = "SELECT (SELECT COUNT(*) FROM offboarding_effects) \
    + (SELECT COUNT(*) FROM offboarding_rotations) \
    + (SELECT COUNT(*) FROM offboarding_steps WHERE state = 'done')";
const UNDONE: &str = "SELECT COUNT(*) FROM offboarding_steps WHERE state <> 'done'";

/// Looks at the tables beside the server, as no other server may.
enum Watch {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl Watch {
    async fn of(place: &Place) -> Self {
        use sqlx::{ConnectOptions as _, Connection as _};
        match &place.database {
            Database::Sqlite(file) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                Self::Sqlite(options.connect().await.unwrap())
            }
            Database::Postgres(url) => Self::Postgres(sqlx::PgConnection::connect(url).await.unwrap()),
        }
    }

    async fn count(&mut self, query: &'static str) -> i64 {
        match self {
            Self::Sqlite(db) => sqlx::query_scalar(query).fetch_one(db).await,
            Self::Postgres(db) => sqlx::query_scalar(query).fetch_one(db).await,
        }
        .unwrap()
    }

    async fn progress(&mut self) -> i64 {
        self.count(PROGRESS).await
    }

    async fn is_done(&mut self) -> bool {
        self.count(UNDONE).await == 0
    }
}

/// The last server has done what was left.
async fn finished(house: &House, id: CaseId) {
    let mut reader = house.app.store.reader().await.unwrap();
    let case = reader.case(id).await.unwrap().unwrap();
    assert_eq!(case.state, CaseState::Waiting);
    let steps = reader.case_steps(id).await.unwrap();
    assert!(
        steps.iter().all(|step| step.state == StepState::Done),
        "{steps:?}"
    );
}

/// Nothing is there twice and nothing is missing.
async fn whole(house: &House, id: CaseId, person: PrincipalId, heir: PrincipalId) {
    let mut reader = house.app.store.reader().await.unwrap();
    let effects: Vec<_> = reader
        .count_effects(id)
        .await
        .unwrap()
        .into_iter()
        .map(|of| (of.kind, of.all))
        .collect();
    let count = |kind| effects.iter().find(|of| of.0 == kind).map_or(0, |of| of.1);
    let secrets = u64::try_from(SECRETS).unwrap();
    assert_eq!(count(EffectKind::SecretOwner), secrets);
    assert_eq!((count(EffectKind::Grant), count(EffectKind::Session)), (2, 1));
    assert_eq!(reader.count_open_rotations(id).await.unwrap(), secrets);
    assert_eq!(reader.secrets_owned_by(person, None, 1).await.unwrap(), []);
    let page = reader.secrets_owned_by(heir, None, 1_000).await.unwrap();
    assert_eq!(page.len(), SECRETS);
    // One event for each effect: what was rolled back left none, and nothing was done twice.
    let events = async |reader: &mut dyn claviger_storage::Reader, kind| {
        let filter = LogFilter {
            kinds: vec![kind],
            subject: Some(person),
            ..LogFilter::default()
        };
        reader.events_matching(&filter, None, 10_000).await.unwrap().len()
    };
    assert_eq!(events(&mut *reader, EventKind::OffboardingBegun).await, 1);
    assert_eq!(events(&mut *reader, EventKind::OffboardingStepDone).await, 6);
    assert_eq!(events(&mut *reader, EventKind::GrantEnded).await, 2);
    assert_eq!(events(&mut *reader, EventKind::SecretEdited).await, SECRETS);
    assert_eq!(events(&mut *reader, EventKind::RequestMade).await, SECRETS);
    assert_eq!(events(&mut *reader, EventKind::SessionEnded).await, 1);
}
