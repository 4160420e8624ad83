//! When a value that a leaver holds has changed, and when it has not.

use super::{opened, record, release, settle_steps, write};
use crate::house::{Actor, Answer, House};
use claviger_model::{
    builtin_roles as roles,
    ids::{CaseId, RequestId, SecretId},
    offboarding::{CaseState, RotationState},
    secret::BIN,
};
use claviger_protocol::{
    offboarding::cases::{CaseRecord, RotationRecord, RotationsReply},
    route,
};
use claviger_server::operations::secrets::bin::erase_due;
use serde_json::{Value, json};
use std::time::Duration;

struct Left {
    house: House,
    admin: Actor,
    editor: Actor,
    leaver: Actor,
    secret: SecretId,
    case: CaseId,
}

/// Somebody left who was shown the second version's value and used the first one's; the second is current.
async fn left() -> Left {
    let house = House::new().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "DB", b"one").await;
    release(&house, &leaver, secret, "use").await;
    write(&house, &editor, secret, 2, b"two").await;
    release(&house, &leaver, secret, "reveal").await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await.id;
    settle_steps(&house).await;
    Left {
        house,
        admin,
        editor,
        leaver,
        secret,
        case,
    }
}

impl Left {
    async fn rotation(&self) -> RotationRecord {
        let list: RotationsReply = self
            .house
            .call(
                Some(&self.admin),
                &route::CASE_ROTATIONS,
                &[&self.case],
                &json!({}),
            )
            .await
            .parse();
        assert_eq!(list.rotations.len(), 1);
        list.rotations.into_iter().next().unwrap()
    }

    async fn roll_back(&self, to: u64, version: u64) {
        let body = json!({"to": to, "version": version});
        let answer = self
            .house
            .call(Some(&self.editor), &route::ROLL_BACK, &[&self.secret], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    }

    async fn fulfil(&self, version: u64, value: &[u8], request: RequestId) -> Answer {
        let sealed = self.house.sealed(&self.editor, self.secret, version, value);
        let body = json!({"version": version, "value": sealed, "fulfils": request});
        self.house
            .call(Some(&self.editor), &route::WRITE_VERSION, &[&self.secret], &body)
            .await
    }

    async fn case(&self) -> CaseRecord {
        record(&self.house, &self.admin, self.case).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_names_the_request_of_a_case_settles_it() {
    let left = left().await;
    let request = left.rotation().await.request.unwrap();
    let answer = left.fulfil(3, b"three", request).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    assert_eq!(left.rotation().await.state, RotationState::Changed);
    let mut reader = left.house.app.store.reader().await.unwrap();
    let answer = reader.request(request).await.unwrap().unwrap().answer.unwrap();
    assert_eq!((answer.by, answer.version), (left.editor.principal, Some(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_value_again_fulfils_no_request_of_a_case() {
    let left = left().await;
    let request = left.rotation().await.request.unwrap();
    let answer = left.fulfil(3, b"two", request).await;
    assert_eq!(answer.code(), "wrong_state", "{:?}", answer.json());
    let again = left.fulfil(3, b"one", request).await;
    assert_eq!(again.code(), "wrong_state", "they hold that one too");
    assert_eq!(left.rotation().await.state, RotationState::Open);
    assert_eq!(left.fulfil(3, b"three", request).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn rolling_back_to_another_value_that_they_hold_settles_nothing() {
    let left = left().await;
    left.roll_back(1, 3).await;
    assert_eq!(left.rotation().await.state, RotationState::Open);
    write(&left.house, &left.editor, left.secret, 4, b"four").await;
    assert_eq!(left.rotation().await.state, RotationState::Changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn rolling_back_afterwards_opens_the_rotation_again() {
    let left = left().await;
    let queued = left.rotation().await;
    write(&left.house, &left.editor, left.secret, 3, b"three").await;
    assert_eq!(left.rotation().await.state, RotationState::Changed);
    left.roll_back(2, 4).await;
    let again = left.rotation().await;
    assert_eq!((again.state, again.settled), (RotationState::Open, None));
    assert_eq!((again.version, again.risk), (4, queued.risk));
    write(&left.house, &left.editor, left.secret, 5, b"five").await;
    assert_eq!(left.rotation().await.state, RotationState::Changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_erased_ends_its_rotation_and_the_case() {
    let left = left().await;
    super::obey(&left.house, &left.leaver).await;
    let deleted = left
        .house
        .call(
            Some(&left.editor),
            &route::DELETE_SECRET,
            &[&left.secret],
            &Value::Null,
        )
        .await;
    assert_eq!(deleted.code(), "ok");
    assert_eq!(
        left.rotation().await.state,
        RotationState::Open,
        "it may be good at its target"
    );
    assert_eq!(left.case().await.state, CaseState::Waiting);
    left.house.clock.advance(BIN + Duration::from_secs(1));
    assert_eq!(erase_due(&left.house.app).await.unwrap(), 1);
    let admin = left.house.sign_in(left.admin.principal).await;
    let after = Left { admin, ..left };
    let rotation = after.rotation().await;
    assert_eq!(rotation.state, RotationState::Gone);
    assert!(rotation.settled.is_some());
    assert_eq!(after.case().await.state, CaseState::Done);
}
