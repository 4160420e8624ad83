//! kill -9 of the server while a case goes on: each case completes after the restart, no step takes effect twice, none is lost. 20
//! times; with CLAVIGER_SOAK=1, 200 times. Each kill comes as soon as the tables show that a step went on or an account in a connected
//! system did, so that they meet the steps however fast the machine is; when nothing of a case is left, the next one is opened.

use super::{
    warehouse::{LEFT, MOVED, Warehouse},
    watch::Watch,
};
use crate::{
    access::team,
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
/// Logins that each leaver has in a connected system.
const LOGINS: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_killed_at_any_step_cases_on_sqlite_complete() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    let cluster = Postgres::start().await.unwrap();
    again_and_again("SQLite", &place, &cluster).await;
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
    again_and_again("PostgreSQL", &place, &cluster).await;
}

/// Kills that one case meets before it has no step left, or more.
const KILLS_OF_A_CASE: usize = 8;

/// Somebody who leaves, and who takes over.
struct Leaver {
    case: CaseId,
    person: PrincipalId,
    heir: PrincipalId,
    /// The team that the heir comes into, and the one in which nobody is left.
    teams: [PrincipalId; 2],
}

async fn again_and_again(what: &str, place: &Place, cluster: &Postgres) {
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
    let people: Vec<_> = leavers.iter().map(|leaver| leaver.person).collect();
    let warehouse = Warehouse::with(cluster, place.key.parent().unwrap(), &people, LOGINS).await;

    let http = client();
    let mut watch = Watch::of(place).await;
    let (mut opened, mut cut, mut cut_outside) = (0, 0, 0);
    for round in 0..rounds {
        let before = [watch.count(PROGRESS).await, watch.count(MOVED).await];
        let done = watch.count(LEFT).await == 0;
        let server = warehouse.serve(place).await;
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
            let body = json!({
                "id": next.case, "person": next.person, "reason": "leaves", "heir": next.heir, "teams": [next.teams[0]],
            });
            let reply = call(&http, &house, &server.url, &owner, &route::OPEN_CASE, &body).await;
            let (status, json) = reply.unwrap();
            assert_eq!(status, 200, "{json}");
            opened += 1;
        }
        // Where nothing is left to do, a kill meets a server that looks and finds nothing.
        for _ in 0..MOST_LOOKS {
            let now = [watch.count(PROGRESS).await, watch.count(MOVED).await];
            if now != before {
                let left = watch.count(LEFT).await > 0;
                cut += usize::from(left);
                cut_outside += usize::from(left && now.last() != before.last());
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().await;
    }
    assert!(cut > 0, "no kill met a case that went on");
    assert!(
        cut_outside > 0,
        "no kill met an account that was being taken away"
    );
    warehouse.finish(place).await;
    let mut house = place.house().await;
    for leaver in leavers.iter().take(opened) {
        finished(&house, leaver.case).await;
        whole(&house, leaver).await;
        warehouse.gone(&house, leaver.case, leaver.person, LOGINS).await;
    }
    warehouse.holds_none_of(opened * LOGINS).await;
    println!(
        "{what}: {rounds} kills, {cut} of them while something of one of {opened} cases was left, {cut_outside} as an account \
         was being taken away; all done, nothing twice"
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
        teams: [
            team(house, &format!("handed over {number}"), &[leaver.principal]).await,
            team(house, &format!("left {number}"), &[leaver.principal]).await,
        ],
    }
}

/// How often the tables are looked at before a server that has nothing to do is killed.
const MOST_LOOKS: usize = 400;
const PROGRESS: &str = "SELECT (SELECT COUNT(*) FROM offboarding_effects) \
    + (SELECT COUNT(*) FROM offboarding_rotations) \
    + (SELECT COUNT(*) FROM offboarding_steps WHERE state = 'done')";

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
async fn whole(house: &House, leaver: &Leaver) {
    let (id, person, heir) = (leaver.case, leaver.person, leaver.heir);
    let [handed, left] = leaver.teams;
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
    let teams = [EffectKind::LocalTeam, EffectKind::HeirTeam, EffectKind::TeamLeft].map(count);
    assert_eq!(teams, [2, 1, 1]);
    let members = reader.team_members(handed).await.unwrap();
    assert_eq!(members.iter().map(|one| one.member).collect::<Vec<_>>(), [heir]);
    let empty = reader.teams_left(id, 9).await.unwrap();
    assert_eq!(empty.iter().map(|(team, _)| *team).collect::<Vec<_>>(), [left]);
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
    // In and out of the two teams, and that one is empty.
    assert_eq!(events(&mut *reader, EventKind::TeamChanged).await, 4);
    assert_eq!(events(&mut *reader, EventKind::GrantEnded).await, 2);
    assert_eq!(events(&mut *reader, EventKind::SecretEdited).await, SECRETS);
    assert_eq!(events(&mut *reader, EventKind::RequestMade).await, SECRETS);
    assert_eq!(events(&mut *reader, EventKind::SessionEnded).await, 1);
}
