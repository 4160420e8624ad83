//! Two servers on one PostgreSQL: a revocation that committed first wins, everywhere and at once.

use crate::house::{House, grant};
use crate::offboarding::opened;
use crate::releases::release;
use claviger_model::{builtin_roles as roles, event::EventKind};
use claviger_protocol::{release::ReleaseReply, route, stream::Hint};
use claviger_server::{
    jobs::replicas::follow,
    stream::{Audience, Sent},
};
use claviger_storage::{Database, log::LogFilter};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::json;

pub async fn two() -> (House, House, tempfile::TempDir) {
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (key, clock) = (directory.path().join("root.key"), ManualClock::default());
    let mut one = House::open(Database::Postgres(url.clone()), &key, clock.clone()).await;
    one.furnish().await;
    let two = House::open(Database::Postgres(url), &key, clock).await;
    (one, two, directory)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_revokes_the_other_refuses() {
    let (one, two, _directory) = two().await;
    let owner = one.actor(&[(roles::OWNER, one.places.root)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    for _ in 0..5 {
        let reader = one.actor(&[]).await;
        let mut locked = one.app.store.locked().await.unwrap();
        let given = grant(
            reader.principal,
            roles::READER,
            one.places.production,
            locked.now(),
        );
        locked.insert_grant(&given).await.unwrap();
        locked.commit().await.unwrap();
        // The other one has decided, and kept it.
        for house in [&one, &two] {
            let reply: ReleaseReply = release(house, &reader, secret, "reveal").await.parse();
            crate::releases::released(&reply);
        }
        let body = json!({"reason": "left"});
        assert_eq!(
            one.call(Some(&owner), &route::END_GRANT, &[&given.id], &body)
                .await
                .code(),
            "ok"
        );
        let refused = release(&two, &reader, secret, "reveal").await.json();
        assert_eq!(refused["results"][0]["problem"]["code"], "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_released_at_one_releases_nothing_at_the_other() {
    let (one, two, _directory) = two().await;
    let reader = one.actor(&[(roles::READER, one.places.production)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    let body = serde_json::to_vec(&json!({"items": [{"secret": secret, "purpose": "use"}]})).unwrap();
    let proof = one.proof(&reader, "POST", route::RELEASES.path, &body, true);
    let with_it = |house: &House| {
        let mut request = house.request(
            Some(&reader),
            &route::RELEASES,
            route::RELEASES.path,
            body.clone(),
        );
        request.headers_mut().insert("dpop", proof.parse().unwrap());
        request
    };
    let reply: ReleaseReply = one.send(with_it(&one)).await.parse();
    crate::releases::released(&reply);
    let before = one.head().await.next_index;
    for _ in 0..2 {
        assert_eq!(two.send(with_it(&two)).await.code(), "proof_reused");
    }
    let entries = one
        .app
        .store
        .reader()
        .await
        .unwrap()
        .events_from(before, 10)
        .await
        .unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    assert!(
        !kinds.is_empty() && kinds.iter().all(|kind| *kind == EventKind::ReplayDetected),
        "{kinds:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_no_release_stands_after_the_revocation_in_the_log() {
    let (one, two, _directory) = two().await;
    let owner = one.actor(&[(roles::OWNER, one.places.root)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    for _ in 0..5 {
        let reader = one.actor(&[(roles::READER, one.places.production)]).await;
        let id = one
            .app
            .store
            .reader()
            .await
            .unwrap()
            .grant_history(reader.principal, 1)
            .await
            .unwrap()[0]
            .id;
        let body = json!({"reason": "left"});
        let (first, released) = tokio::sync::oneshot::channel();
        let reads = async {
            let mut first = Some(first);
            for _ in 0..10_000 {
                let reply = release(&two, &reader, secret, "reveal").await.json();
                match reply["results"][0]["problem"]["code"].as_str() {
                    None => first.take().into_iter().for_each(|first| first.send(()).unwrap()),
                    Some(code) => return assert_eq!((code, first.is_none()), ("not_found", true)),
                }
            }
            panic!("never refused");
        };
        let ends = async {
            released.await.unwrap();
            assert_eq!(
                one.call(Some(&owner), &route::END_GRANT, &[&id], &body)
                    .await
                    .code(),
                "ok"
            );
        };
        tokio::join!(reads, ends);
        let mut db = one.app.store.reader().await.unwrap();
        let filter = LogFilter {
            subject: Some(reader.principal),
            ..LogFilter::default()
        };
        let mut entries = db.events_matching(&filter, None, 1_000).await.unwrap();
        entries.sort_by_key(|entry| entry.index);
        let ended = entries
            .iter()
            .position(|entry| entry.kind == EventKind::GrantEnded)
            .unwrap();
        for entry in &entries[ended..] {
            let leaf = claviger_ledger::leaf::Leaf::parse(&entry.leaf).unwrap();
            let released =
                entry.kind.releases_value() && leaf.outcome == claviger_ledger::leaf::Outcome::Allowed;
            assert!(!released, "a release at {} after the revocation", entry.index);
        }
    }
    // Both wrote into one tree, without holes.
    let head = one.head().await;
    let entries = one
        .app
        .store
        .reader()
        .await
        .unwrap()
        .events_from(0, 10_000)
        .await
        .unwrap();
    assert!(entries.iter().map(|entry| entry.index).eq(0..head.next_index));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_devices_hear_of_the_purge_before_their_streams_close() {
    let (one, two, _directory) = two().await;
    let admin = one.actor(&[(roles::OFFBOARDER, one.places.root)]).await;
    let leaver = one.actor(&[(roles::READER, one.places.production)]).await;
    let cursor = follow(&two.app, None).await.unwrap();
    let mut told = two.app.hints.listen();
    opened(&one, &admin, leaver.principal, json!({})).await;
    follow(&two.app, Some(cursor)).await.unwrap();
    let sent: Vec<Sent> = std::iter::from_fn(|| told.try_recv().ok()).collect();
    let at = |what: Sent| sent.iter().position(|one| *one == what).unwrap();
    let person = leaver.principal;
    assert!(at(Sent::Hint(Audience::Person(person), Hint::Orders)) < at(Sent::LookAfter(person)));
}
