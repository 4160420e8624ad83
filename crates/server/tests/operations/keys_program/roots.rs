//! Another root key.

use super::{Files, assert_all_open, filled, keys};
use crate::{
    generations::generations,
    program::{PROGRAM, Place},
    whole::creation,
};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, event::EventKind, ids::SecretId};
use claviger_protocol::route;
use claviger_storage::{Database, log::LogFilter};
use claviger_testkit::peers::postgres::Postgres;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_is_changed_while_either_file_opens_the_database() {
    let files = Files::new();
    let old = files.place.clone();
    let new = Place {
        key: files.new_key(),
        ..old.clone()
    };
    let (_, _, secrets) = filled(&old, 3).await;
    let file = files.new_key().display().to_string();

    let said = keys(&old, &["rotate", "--finish-root"]).await.unwrap_err();
    assert!(said.contains("the root key is not being changed"), "{said}");
    let own = old.key.display().to_string();
    let said = keys(&old, &["rotate", "--root", &own]).await.unwrap_err();
    assert!(said.contains("the one in use already"), "{said}");
    let said = keys(&old, &["rotate", "--root", &file]).await.unwrap();
    assert!(said.contains("both open the database now"), "{said}");
    // Again, as after a crash before anything was said.
    keys(&old, &["rotate", "--root", &file]).await.unwrap();

    for place in [&old, &new] {
        let mut house = place.house().await;
        assert_all_open(&house, &house.app.keys.now(), &secrets).await;
        house.started.take().unwrap().stop().await;
        let said = keys(place, &["rotate"]).await.unwrap_err();
        assert!(
            said.contains("the root key is being changed; finish that first"),
            "{said}"
        );
    }
    let said = keys(&old, &["rotate", "--finish-root"]).await.unwrap_err();
    assert!(said.contains("`root_key` still is the old root key"), "{said}");
    let said = keys(&new, &["rotate", "--root", &own]).await.unwrap_err();
    assert!(said.contains("`root_key` is the new root key already"), "{said}");
    let listed = keys(&new, &["list"]).await.unwrap();
    assert!(
        listed.contains("the root key is being changed, `root_key` is the new one"),
        "{listed}"
    );
    keys(&new, &["rotate", "--finish-root"]).await.unwrap();

    let refused = old.refusal(&[], Path::new(PROGRAM)).await;
    assert!(
        refused.contains("the root key is not the one of this database"),
        "{refused}"
    );
    keys(&new, &["rotate"]).await.unwrap();
    let house = new.house().await;
    assert_all_open(&house, &house.app.keys.now(), &secrets).await;
    let filter = LogFilter {
        kinds: vec![EventKind::KeyRotated],
        ..LogFilter::default()
    };
    let mut db = house.app.store.reader().await.unwrap();
    let told = db.events_matching(&filter, None, 100).await.unwrap();
    assert_eq!(told.len(), 4, "twice begun, finished, and a generation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_learns_of_a_generation_under_another_root_from_its_key_file() {
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(url),
        key: directory.path().join("root.key"),
    };
    let new = directory.path().join("new.key");
    let mut house = place.house().await;
    house.furnish().await;
    let first = house
        .secret(house.places.production, "A", b"made under load")
        .await;
    keys(&place, &["rotate", "--root", &new.display().to_string()])
        .await
        .unwrap();
    std::fs::rename(&new, &place.key).unwrap();
    keys(&place, &["rotate", "--finish-root"]).await.unwrap();
    keys(&place, &["rotate"]).await.unwrap();
    let second = house
        .secret(house.places.production, "B", b"made under load")
        .await;
    let held = house.app.keys.now();
    assert_eq!(
        held.current_generation().unwrap().id(),
        generations(&house).await[0].id
    );
    assert_all_open(&house, &held, &[first, second]).await;

    // What it has opened goes on counting while the root key's home is away.
    let aside = directory.path().join("aside.key");
    std::fs::rename(&place.key, &aside).unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    let key = locked.server_keys().await.unwrap().remove(0);
    locked
        .rewrap_server_key(key.id, &key.wrapped, key.kek)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    house
        .secret(house.places.production, "C", b"made under load")
        .await;
    std::fs::rename(&aside, &place.key).unwrap();

    // Without the root key that counts a process neither signs nor wraps with what it knew.
    let third = Place {
        key: directory.path().join("third.key"),
        ..place.clone()
    };
    keys(&place, &["rotate", "--root", &third.key.display().to_string()])
        .await
        .unwrap();
    keys(&third, &["rotate", "--finish-root"]).await.unwrap();
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let before = house.head().await;
    let id = SecretId::random(&SystemEntropy);
    let body = creation(&house, &editor, id);
    let refused = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
    assert_eq!(refused.code(), "internal");
    assert_eq!(house.head().await.next_index, before.next_index);
}
