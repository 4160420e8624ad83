//! kill -9 of the server while a case goes on: each case completes after the restart, no step takes effect twice, none is lost. 20
//! times; with CLAVIGER_SOAK=1, 200 times. Each kill comes as soon as the tables show that a step went on, so that they meet the
//! steps however fast the machine is.

use super::release;
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
async fn killed_at_any_step_a_case_on_sqlite_completes() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    again_and_again(&Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_step_a_case_on_postgres_completes() {
    // A cluster of its own: others would wait for what this one does to it.
    let cluster = Postgres::start().await.unwrap();
    let keys = tempfile::tempdir().unwrap();
    again_and_again(&Place {
        database: Database::Postgres(cluster.fresh_database().await.unwrap()),
        key: keys.path().join("root.key"),
    })
    .await;
}

async fn again_and_again(place: &Place) {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        20
    };
    let mut house = place.house().await;
    house.furnish().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let heir = house.actor(&[(roles::VIEWER, production)]).await;
    let leaver = house
        .actor(&[(roles::READER, production), (roles::VIEWER, house.places.staging)])
        .await;
    let mut secrets = Vec::new();
    for number in 0..SECRETS {
        let secret = house
            .secret(production, &format!("S{number}"), &number.to_be_bytes())
            .await;
        secrets.push(secret);
    }
    for secret in &secrets {
        release(&house, &leaver, *secret, "copy").await;
    }
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    for secret in &secrets {
        let mut description = locked.secret(*secret).await.unwrap().unwrap().description;
        description.owner = Some(leaver.principal);
        locked.describe_secret(*secret, &description, now).await.unwrap();
    }
    locked.commit().await.unwrap();
    house.started.take().unwrap().stop().await;

    let (http, id) = (client(), CaseId::random(&SystemEntropy));
    let body = json!({"id": id, "person": leaver.principal, "reason": "leaves", "heir": heir.principal});
    let mut watch = Watch::of(place).await;
    let mut cut = 0;
    for round in 0..rounds {
        let before = watch.progress().await;
        let server = place.serve().await;
        if round == 0 {
            let reply = call(&http, &house, &server.url, &admin, &route::OPEN_CASE, &body).await;
            let (status, json) = reply.unwrap();
            assert_eq!(status, 200, "{json}");
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
    finished(&house, id).await;
    whole(&house, id, leaver.principal, heir.principal).await;
    house.started.take().unwrap().stop().await;
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

/// The last server does what is left.
async fn finished(house: &House, id: CaseId) {
    super::settle_steps(house).await;
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
