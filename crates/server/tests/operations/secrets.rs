//! The life of a secret.

use crate::house::{House, description};
use crate::releases::{open, release, released};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::SecretId,
    secret::{BIN, MAX_VALUE_BYTES, Stage},
};
use claviger_protocol::{
    release::ReleaseReply,
    requests::{May, RequestRecord, RequestState, RequestsReply},
    route,
    secrets::{BinReply, SecretRecord, VersionsReply},
};
use claviger_server::operations::secrets::bin::erase_due;
use claviger_storage::Database;
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn from_its_making_to_its_erasure() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let editor = house
        .actor(&[(roles::EDITOR, production), (roles::EDITOR, staging)])
        .await;
    let id = SecretId::random(&SystemEntropy);
    let body = json!({
        "id": id, "scope": production, "description": description("API_KEY"),
        "value": house.sealed(&editor, id, 1, b"one"),
    });
    let made: SecretRecord = house
        .call(Some(&editor), &route::CREATE_SECRET, &[], &body)
        .await
        .parse();
    let again: SecretRecord = house
        .call(Some(&editor), &route::CREATE_SECRET, &[], &body)
        .await
        .parse();
    assert_eq!((&made, made.size), (&again, 3));
    let mut altered = body.clone();
    altered["value"] = json!(house.sealed(&editor, id, 1, b"two"));
    assert_eq!(
        house
            .call(Some(&editor), &route::CREATE_SECRET, &[], &altered)
            .await
            .code(),
        "conflict"
    );

    // Another secret of that name, case aside.
    let other = SecretId::random(&SystemEntropy);
    let taken = json!({
        "id": other, "scope": production, "description": description("api_key"),
        "value": house.sealed(&editor, other, 1, b"x"),
    });
    assert_eq!(
        house
            .call(Some(&editor), &route::CREATE_SECRET, &[], &taken)
            .await
            .code(),
        "name_taken"
    );

    let edit = json!({"revision": made.revision, "description": description("KEY")});
    let edited: SecretRecord = house
        .call(Some(&editor), &route::EDIT_SECRET, &[&id], &edit)
        .await
        .parse();
    assert!(edited.revision > made.revision);
    let stale = json!({"revision": made.revision, "description": description("OTHER")});
    assert_eq!(
        house
            .call(Some(&editor), &route::EDIT_SECRET, &[&id], &stale)
            .await
            .code(),
        "conflict"
    );

    let write = |version: u64, value: &[u8]| json!({"version": version, "value": house.sealed(&editor, id, version, value)});
    let second: SecretRecord = house
        .call(Some(&editor), &route::WRITE_VERSION, &[&id], &write(2, b"two"))
        .await
        .parse();
    assert_eq!(second.secret.version, 2);
    let repeated: SecretRecord = house
        .call(Some(&editor), &route::WRITE_VERSION, &[&id], &write(2, b"two"))
        .await
        .parse();
    assert_eq!(second, repeated);
    assert_eq!(
        house
            .call(Some(&editor), &route::WRITE_VERSION, &[&id], &write(2, b"else"))
            .await
            .code(),
        "conflict"
    );
    assert_eq!(
        house
            .call(Some(&editor), &route::WRITE_VERSION, &[&id], &write(4, b"gap"))
            .await
            .code(),
        "conflict"
    );

    let back = json!({"to": 1, "version": 3});
    let third: SecretRecord = house
        .call(Some(&editor), &route::ROLL_BACK, &[&id], &back)
        .await
        .parse();
    assert_eq!(third.secret.version, 3);
    let reply: ReleaseReply = release(&house, &editor, id, "reveal").await.parse();
    assert_eq!(open(&house, &editor, id, &reply, released(&reply)), b"one");
    let versions: VersionsReply = house
        .call(Some(&editor), &route::VERSIONS, &[&id], &Value::Null)
        .await
        .parse();
    let stages: Vec<_> = versions
        .versions
        .iter()
        .map(|version| (version.number, version.stage))
        .collect();
    assert_eq!(
        stages,
        [(3, Stage::Current), (2, Stage::Previous), (1, Stage::Retired)]
    );

    let moved: SecretRecord = house
        .call(
            Some(&editor),
            &route::MOVE_SECRET,
            &[&id],
            &json!({"scope": staging}),
        )
        .await
        .parse();
    assert_eq!(moved.secret.scope, staging);

    assert_eq!(
        house
            .call(Some(&editor), &route::DELETE_SECRET, &[&id], &Value::Null)
            .await
            .code(),
        "ok"
    );
    assert_eq!(
        release(&house, &editor, id, "use").await.json()["results"][0]["problem"]["code"],
        "not_found"
    );
    let bin: BinReply = house
        .call(Some(&editor), &route::BIN, &[], &Value::Null)
        .await
        .parse();
    assert_eq!(
        (bin.secrets.len(), bin.secrets[0].deleted_by),
        (1, editor.principal)
    );
    let restored: SecretRecord = house
        .call(Some(&editor), &route::RESTORE_SECRET, &[&id], &Value::Null)
        .await
        .parse();
    assert_eq!(restored.secret.version, 3);

    assert_eq!(
        house
            .call(Some(&editor), &route::DELETE_SECRET, &[&id], &Value::Null)
            .await
            .code(),
        "ok"
    );
    assert_eq!(erase_due(&house.app).await.unwrap(), 0);
    house.clock.advance(BIN + Duration::from_secs(1));
    assert_eq!(erase_due(&house.app).await.unwrap(), 1);
    assert!(
        house
            .app
            .store
            .reader()
            .await
            .unwrap()
            .secret(id)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_too_large_or_sealed_for_elsewhere_are_refused() {
    let house = House::new().await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let id = SecretId::random(&SystemEntropy);
    let create = |value| json!({"id": id, "scope": house.places.production, "description": description("A"), "value": value});
    let large = create(house.sealed(&editor, id, 1, &vec![1; MAX_VALUE_BYTES + 1]));
    let refused = house
        .call(Some(&editor), &route::CREATE_SECRET, &[], &large)
        .await;
    assert_eq!(refused.code(), "value_too_large");
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        words.contains("65536 bytes at most"),
        "the limit is named: {words}"
    );
    let other = house.actor(&[]).await;
    for wrong in [
        house.sealed(&editor, id, 2, b"x"),
        house.sealed(&editor, SecretId::random(&SystemEntropy), 1, b"x"),
        house.sealed(&other, id, 1, b"x"),
    ] {
        let answer = house
            .call(Some(&editor), &route::CREATE_SECRET, &[], &create(wrong))
            .await;
        assert_eq!(answer.code(), "bad_seal");
    }
}

/// Every character that can be written comes back; what no database of ours would take is refused alike.
#[tokio::test(flavor = "multi_thread")]
async fn notes_and_reasons_have_any_text_and_no_control_characters_on_both_databases() {
    const WRITTEN: &str =
        "two\nlines\t\u{1F469}\u{200D}\u{1F4BB} \u{5E9}\u{5DC}\u{5D5}\u{5DD} e\u{301} \u{1D11E} \u{10FFFF}";
    let keys = tempfile::tempdir().unwrap();
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let key = keys.path().join("root.key");
    let mut postgres = House::open(Database::Postgres(url), &key, ManualClock::default()).await;
    postgres.furnish().await;
    for house in [House::new().await, postgres] {
        let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
        let create = async |note: &str| {
            let id = SecretId::random(&SystemEntropy);
            let mut said = description(&id.to_string());
            said.note = note.to_owned();
            let body = json!({
                "id": id, "scope": house.places.production, "description": said,
                "value": house.sealed(&editor, id, 1, b"v"),
            });
            house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await
        };
        let made: SecretRecord = create(WRITTEN).await.parse();
        let read: SecretRecord = house
            .call(Some(&editor), &route::SECRET, &[&made.secret.id], &Value::Null)
            .await
            .parse();
        assert_eq!(read.secret.description.note, WRITTEN);
        let ask = async |reason: &str| {
            let body = json!({
                "id": crate::house::request_id(), "want": {"kind": "rotation", "secret": made.secret.id}, "reason": reason,
            });
            house.call(Some(&editor), &route::MAKE_REQUEST, &[], &body).await
        };
        let asked: RequestRecord = ask(WRITTEN).await.parse();
        assert_eq!(asked.reason, WRITTEN);
        for bad in ["a\0b", "a\u{1B}[2Jb", "a\u{85}b"] {
            for (answer, what) in [(create(bad).await, "note"), (ask(bad).await, "reason")] {
                assert_eq!(answer.code(), "bad_request", "{what} {bad:?}");
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains("control character U+00"), "{detail}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_is_asked_for_and_fulfilled_by_a_new_version() {
    let house = House::new().await;
    let production = house.places.production;
    let (consumer, editor) = (
        house.actor(&[(roles::CONSUMER, production)]).await,
        house.actor(&[(roles::EDITOR, production)]).await,
    );
    let secret = house.secret(production, "A", b"a").await;
    let id = crate::house::request_id();
    let body = json!({"id": id, "want": {"kind": "rotation", "secret": secret}, "reason": "it was in a log"});
    let made: RequestRecord = house
        .call(Some(&consumer), &route::MAKE_REQUEST, &[], &body)
        .await
        .parse();
    assert_eq!(made.state, RequestState::Open);
    let listed: RequestsReply = house
        .call(Some(&editor), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    let [seen] = &listed.requests[..] else {
        panic!("{:?}", listed.requests);
    };
    assert_eq!(
        (seen.id, &seen.want, &seen.state),
        (made.id, &made.want, &made.state)
    );
    assert_eq!(made.course.may, [May::Withdraw]);
    assert_eq!(
        seen.course.may,
        [May::Refuse, May::Fulfil],
        "each sees what they may do"
    );
    let write = json!({"version": 2, "value": house.sealed(&editor, secret, 2, b"b"), "fulfils": id});
    assert_eq!(
        house
            .call(Some(&editor), &route::WRITE_VERSION, &[&secret], &write)
            .await
            .code(),
        "ok"
    );
    let listed: RequestsReply = house
        .call(Some(&consumer), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    assert!(
        matches!(listed.requests[0].state, RequestState::Done { by, version: 2, .. } if by == editor.principal),
        "{:?}",
        listed.requests
    );
    let late = house
        .call(Some(&consumer), &route::WITHDRAW_REQUEST, &[&id], &Value::Null)
        .await;
    assert_eq!(late.code(), "wrong_state");
}
