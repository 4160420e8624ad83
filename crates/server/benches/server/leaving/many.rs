//! A thousand people at once, each with a device, a grant, a team and values that they hold: a thousand calls by sixteen clients against
//! the real program, until everything of everybody is refused, and until every step of every case is done.

use super::millis;
use crate::{
    house::{House, name},
    program::{Place, call, client},
    row::{Row, median},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{CaseId, PrincipalId},
    principal::{Nature, PrincipalState},
};
use claviger_protocol::route;
use claviger_storage::{
    Database,
    principals::{MemberSource, Principal, TeamMember},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::time::{Duration, Instant};

const PEOPLE: usize = 1_000;
const SECRETS: usize = 20;
/// Values that each of them holds.
const HELD: usize = 3;
const CLIENTS: usize = 16;

pub async fn measure() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = data.path().join("claviger.db");
    let place = Place {
        database: Database::Sqlite(file.clone()),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let people = hired(&house).await;
    house.started.take().unwrap().stop().await;

    let (server, http) = (place.serve().await, client());
    let brake = json!({"people_per_hour": 10 * PEOPLE, "protected": []});
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
    let begin = Instant::now();
    let calls = people.into_iter().map(|person| {
        let (http, house, url, owner) = (&http, &house, &server.url, &owner);
        async move {
            let body =
                json!({"id": CaseId::random(&SystemEntropy), "person": person, "reason": "to measure"});
            let start = Instant::now();
            let (status, reply) = call(http, house, url, owner, &route::OPEN_CASE, &body)
                .await
                .unwrap();
            assert_eq!(status, 200, "{reply}");
            assert!(!reply["case"]["begun"].is_null(), "{reply}");
            millis(start)
        }
    });
    let calls: Vec<f64> = stream::iter(calls).buffer_unordered(CLIENTS).collect().await;
    let refused = begin.elapsed().as_secs_f64();
    let mut watch: SqliteConnection = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    // Every case has a step for each thing that it does; which these are is the server's to say.
    let open = "SELECT COUNT(*) FROM offboarding_steps WHERE state <> 'done'";
    while sqlx::query_scalar::<_, i64>(open)
        .fetch_one(&mut watch)
        .await
        .unwrap()
        > 0
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = begin.elapsed().as_secs_f64();
    let failing: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM offboarding_steps WHERE attempts > 0")
        .fetch_one(&mut watch)
        .await
        .unwrap();
    assert_eq!(failing, 0, "no step was tried twice");
    // Each step begins when the one before it is done; the first of them waits for the cases before it.
    let longest: i64 = sqlx::query_scalar(
        "SELECT MAX(took) FROM (SELECT done_at - LAG(done_at) OVER (PARTITION BY offboarding ORDER BY done_at) AS took, \
         ROW_NUMBER() OVER (PARTITION BY offboarding ORDER BY done_at) AS nth FROM offboarding_steps) WHERE nth > 2",
    )
    .fetch_one(&mut watch)
    .await
    .unwrap();
    server.kill().await;

    let slowest = calls.iter().copied().fold(0.0, f64::max);
    Row::new(
        "1,000 people at once: until everything of everybody is refused",
        refused,
        "s",
    )
    .alone();
    Row::new("one of these calls", median(calls), "ms").alone();
    Row::new("the longest of these calls", slowest, "ms").at_most(1_000.0);
    Row::new("until every step of every case is done", all, "s").at_most(60.0);
    Row::new(
        "the longest step of a case, after the one before it",
        longest as f64,
        "ms",
    )
    .at_most(1_000.0);
}

/// A thousand people; each of them holds a few values, and is in one of ten teams.
async fn hired(house: &House) -> Vec<PrincipalId> {
    let production = house.places.production;
    let mut secrets = Vec::new();
    for number in 0..SECRETS {
        secrets.push(
            house
                .secret(production, &format!("S{number}"), &number.to_be_bytes())
                .await,
        );
    }
    let mut teams = Vec::new();
    let mut locked = house.app.store.locked().await.unwrap();
    for number in 0..10 {
        let team = Principal {
            id: PrincipalId::random(&SystemEntropy),
            name: name(&format!("Team {number}")),
            state: PrincipalState::Active,
            nature: Nature::Team,
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&team).await.unwrap();
        teams.push(team.id);
    }
    locked.commit().await.unwrap();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let actor = house.actor(&[(roles::READER, production)]).await;
        let held = (0..HELD).map(|one| secrets[(number + one) % SECRETS]);
        let items: Vec<Value> = held
            .map(|secret| json!({"secret": secret, "purpose": "copy"}))
            .collect();
        let body = json!({ "items": items });
        let answer = house.call(Some(&actor), &route::RELEASES, &[], &body).await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        let mut locked = house.app.store.locked().await.unwrap();
        let membership = TeamMember {
            team: teams[number % teams.len()],
            member: actor.principal,
            source: MemberSource::Local,
        };
        locked.add_team_member(membership).await.unwrap();
        locked.commit().await.unwrap();
        people.push(actor.principal);
    }
    people
}
