//! A case can always begin, whatever cannot be counted, whoever else leaves badly, and however often somebody came back.

use super::{opened, record, release, settle_steps};
use crate::house::{Actor, House};
use claviger_model::{
    builtin_roles as roles,
    ids::CaseId,
    offboarding::{CaseState, Step, StepKind, StepState},
};
use claviger_protocol::{problem::Code, route};
use claviger_server::{http::Refusal, operations::offboarding::case::drive};
use claviger_storage::Database;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::PathBuf;

/// A house, and its tables by another way.
pub async fn with_tables() -> (House, SqliteConnection) {
    let mut file = PathBuf::new();
    let house = House::with(|config| {
        if let Database::Sqlite(path) = &config.database {
            file.clone_from(path);
        }
    })
    .await;
    let options = SqliteConnectOptions::new().filename(&file).foreign_keys(false);
    let tables = SqliteConnection::connect_with(&options).await.unwrap();
    (house, tables)
}

async fn admin(house: &House) -> Actor {
    house.actor(&[(roles::OFFBOARDER, house.places.root)]).await
}

async fn me(house: &House, actor: &Actor) -> String {
    house
        .call(Some(actor), &route::ME, &[], &Value::Null)
        .await
        .code()
}

async fn steps(house: &House, id: CaseId) -> Vec<Step> {
    house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .case_steps(id)
        .await
        .unwrap()
}

/// From here on, what somebody holds cannot be read.
async fn spoil(tables: &mut SqliteConnection, leaver: &Actor) {
    sqlx::query("UPDATE holdings SET how = 'nonsense' WHERE principal = $1")
        .bind(leaver.principal.as_bytes().to_vec())
        .execute(tables)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_begins_whose_blast_radius_cannot_be_counted() {
    let (house, mut tables) = with_tables().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &leaver, secret, "reveal").await;
    spoil(&mut tables, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_eq!(case.state, CaseState::Running);
    assert_ne!(me(&house, &leaver).await, "ok");
    settle_steps(&house).await;
    // What can be done is done; what cannot is shown, and not forgotten.
    let states: Vec<_> = steps(&house, case.id)
        .await
        .iter()
        .map(|step| step.state)
        .collect();
    assert_eq!(states[..5], [StepState::Done; 5]);
    assert_eq!(states[5], StepState::Failing);
    sqlx::query("UPDATE holdings SET how = 'secret.revealed'")
        .execute(&mut tables)
        .await
        .unwrap();
    house.clock.advance(std::time::Duration::from_secs(2));
    settle_steps(&house).await;
    let after = record(&house, &admin, case.id).await;
    assert_eq!(after.state, CaseState::Waiting);
    assert_eq!(after.rotations.iter().map(|of| of.open).sum::<u64>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_case_begins_whose_blast_radius_cannot_be_counted() {
    let (house, mut tables) = with_tables().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &leaver, secret, "reveal").await;
    let start = json!({"start": {"local": "2026-01-05T18:00:00", "zone": "UTC"}});
    let case = opened(&house, &admin, leaver.principal, start).await;
    spoil(&mut tables, &leaver).await;
    house.clock.set(case.start.unwrap().at);
    settle_steps(&house).await;
    let mut reader = house.app.store.reader().await.unwrap();
    let begun = reader.case(case.id).await.unwrap().unwrap();
    assert!(begun.state.has_begun(), "{begun:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_case_that_cannot_be_read_holds_up_no_other() {
    let (house, mut tables) = with_tables().await;
    let admin = admin(&house).await;
    let (bad, good) = (house.actor(&[]).await, house.actor(&[]).await);
    let first = opened(&house, &admin, bad.principal, json!({})).await;
    let second = opened(&house, &admin, good.principal, json!({})).await;
    for statement in [
        "UPDATE offboarding_cases SET cause = 'admin', brake = NULL, heir = X'01' WHERE id = $1",
        "UPDATE offboarding_cases SET look_at = 0 WHERE id = $1",
    ] {
        sqlx::query(statement)
            .bind(first.id.as_bytes().to_vec())
            .execute(&mut tables)
            .await
            .unwrap();
    }
    // The round says that something is wrong, after it did the rest.
    assert!(drive::drive(&house.app).await.is_err());
    assert_eq!(record(&house, &admin, second.id).await.state, CaseState::Waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_another_process_did_is_not_shown_as_failing() {
    let house = House::new().await;
    let admin = admin(&house).await;
    let leaver = house.actor(&[]).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let before = house.head().await.next_index;
    for kind in StepKind::ALL {
        drive::failed(&house.app, case.id, kind, &Refusal::new(Code::Internal))
            .await
            .unwrap();
    }
    let done = steps(&house, case.id).await;
    assert!(done.iter().all(|step| step.state == StepState::Done), "{done:?}");
    assert_eq!(house.head().await.next_index, before, "and nothing is said of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_came_back_while_their_case_waits_can_be_offboarded_again() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &leaver, secret, "reveal").await;
    let first = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let body = json!({"reason": "by mistake"});
    let enabled = house
        .call(Some(&admin), &route::ENABLE_PERSON, &[&leaver.principal], &body)
        .await;
    assert_eq!(enabled.code(), "ok");
    let back = house.sign_in(leaver.principal).await;
    assert_eq!(me(&house, &back).await, "ok");
    let waiting = record(&house, &admin, first.id).await;
    assert_eq!(waiting.state, CaseState::Waiting, "what was begun goes on");
    assert_eq!(
        waiting.returned_at,
        Some(claviger_model::time::Clock::now(&house.clock))
    );

    let second = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_ne!(second.id, first.id);
    assert_eq!(second.state, CaseState::Running);
    assert_ne!(me(&house, &back).await, "ok");
    assert!(second.devices.iter().any(|device| device.device == back.device));
    settle_steps(&house).await;
    // Both have the value on their lists, and the first one is as it was.
    for id in [first.id, second.id] {
        let case = record(&house, &admin, id).await;
        assert_eq!(case.state, CaseState::Waiting);
        assert_eq!(case.rotations.iter().map(|of| of.open).sum::<u64>(), 1);
    }
    let kept = record(&house, &admin, first.id).await;
    assert_eq!((kept.begun, kept.effects), (waiting.begun, waiting.effects));
    // While the second one waits, a third call joins it.
    let third = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_eq!(third.id, second.id);
    // Another value ends the rotation of both.
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    super::write(&house, &editor, secret, 2, b"2").await;
    for id in [first.id, second.id] {
        let case = record(&house, &admin, id).await;
        assert_eq!(case.rotations.iter().map(|of| of.open).sum::<u64>(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_enabled_by_any_way_is_no_leaver_any_more() {
    let house = House::new().await;
    let admin = admin(&house).await;
    let leaver = house.actor(&[]).await;
    let first = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    // As another way than our route might do it.
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(leaver.principal).await.unwrap().unwrap();
    row.state = claviger_model::principal::PrincipalState::Active;
    locked.update_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
    let second = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_ne!(second.id, first.id);
    assert_eq!(second.state, CaseState::Running);
}
