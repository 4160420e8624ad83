//! Generations of the key-encryption key come and go while values are read and written, on one server and on several (rule 33).

use crate::{
    house::{Actor, House},
    releases::{open, release, released},
    replicas::two,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    event::EventKind,
    ids::SecretId,
};
use claviger_protocol::{release::ReleaseReply, route};
use claviger_server::{
    jobs::generations::catch_up,
    keys::generations::{self, rewrap_some},
    sequencer::job,
};
use claviger_storage::{log::LogFilter, organization::KekGeneration};
use serde_json::json;
use std::collections::BTreeMap;

/// Makes a new generation and wraps nothing anew yet.
pub async fn begin(house: &House) {
    let root = house.app.config.root.require().await.unwrap();
    let organization = house.app.organization;
    let begun = job::<(), _>(move |change| {
        Box::pin(async move {
            let (keys, entropy) = (change.keys(), change.entropy());
            let event = generations::begin(change.db(), &keys, &root, organization, &*entropy).await?;
            change.record(event);
            Ok(())
        })
    });
    house.app.sequencer.change(begun).await.unwrap();
}

pub async fn generations(house: &House) -> Vec<KekGeneration> {
    let mut db = house.app.store.reader().await.unwrap();
    db.kek_generations().await.unwrap()
}

async fn value(house: &House, reader: &Actor, secret: SecretId) -> Vec<u8> {
    let reply: ReleaseReply = release(house, reader, secret, "reveal").await.parse();
    open(house, reader, secret, &reply, released(&reply))
}

async fn write(house: &House, editor: &Actor, secret: SecretId, version: u64, value: &[u8]) -> String {
    let body = json!({"version": version, "value": house.sealed(editor, secret, version, value)});
    let answer = house
        .call(Some(editor), &route::WRITE_VERSION, &[&secret], &body)
        .await;
    answer.code()
}

async fn count(house: &House, kind: EventKind) -> usize {
    let mut db = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        kinds: vec![kind],
        ..LogFilter::default()
    };
    db.events_matching(&filter, None, 100).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_opens_after_any_number_of_rotations() {
    let house = House::new().await;
    let production = house.places.production;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let mut written: BTreeMap<SecretId, Vec<Vec<u8>>> = BTreeMap::new();
    let dice = || {
        let mut random = [0; 1];
        SystemEntropy.fill(&mut random);
        usize::from(random[0])
    };
    const TURNS: u64 = 60;
    let (mut begun, mut finished) = (0, 0);
    for turn in 0..TURNS {
        let fresh = turn.to_be_bytes().to_vec();
        let known: Vec<SecretId> = written.keys().copied().collect();
        let any = known.get(dice() % known.len().max(1)).copied();
        match (dice() % 6, any) {
            (0 | 1, Some(secret)) => {
                let versions = written.get_mut(&secret).unwrap();
                let version = u64::try_from(versions.len()).unwrap() + 1;
                assert_eq!(write(&house, &editor, secret, version, &fresh).await, "ok");
                versions.push(fresh);
            }
            (2, Some(secret)) => {
                let versions = written.get_mut(&secret).unwrap();
                let to = dice() % versions.len() + 1;
                let body = json!({"to": to, "version": versions.len() + 1});
                let answer = house
                    .call(Some(&editor), &route::ROLL_BACK, &[&secret], &body)
                    .await;
                assert_eq!(answer.code(), "ok");
                versions.push(versions[to - 1].clone());
            }
            (3, _) if begun == finished => {
                begin(&house).await;
                begun += 1;
            }
            (4, _) => {
                catch_up(&house.app).await.unwrap();
                finished = begun;
            }
            _ => {
                let secret = house.secret(production, &format!("S{turn}"), &fresh).await;
                written.insert(secret, vec![fresh]);
            }
        }
        if let Some(secret) = any {
            assert_eq!(
                &value(&house, &editor, secret).await,
                written[&secret].last().unwrap()
            );
        }
    }
    if begun == finished {
        begin(&house).await;
        begun += 1;
    }
    catch_up(&house.app).await.unwrap();
    let left = generations(&house).await;
    assert_eq!(left.len(), 1, "those before are destroyed");
    assert_eq!(left[0].generation, begun + 1);
    let mut db = house.app.store.reader().await.unwrap();
    for (secret, versions) in &written {
        for (version, expected) in (1..).zip(versions) {
            let row = db.sealed_version(*secret, version).await.unwrap().unwrap();
            assert_eq!(row.kek, left[0].id);
            let keys = house.app.keys.now();
            let opened = claviger_server::operations::secrets::value::open(&house.app, &keys, &row);
            assert_eq!(opened.unwrap().unwrap().expose(), expected);
        }
    }
    let rotations = usize::try_from(begun).unwrap();
    assert_eq!(count(&house, EventKind::KeyRotated).await, rotations);
    assert_eq!(count(&house, EventKind::KeyDestroyed).await, rotations);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_is_not_replaced_while_one_before_it_wraps_something() {
    let house = House::new().await;
    house.secret(house.places.production, "A", b"a").await;
    begin(&house).await;
    let root = house.app.config.root.require().await.unwrap();
    let keys = house.app.keys.learn(&house.app.store).await.unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    let again = generations::begin(&mut *locked, &keys, &root, house.app.organization, &SystemEntropy).await;
    assert!(matches!(again, Err(generations::GenerationError::Unfinished(1))));
    drop(locked);
    assert_eq!(generations(&house).await.len(), 2);
    // A transaction that is broken off leaves everything as it was.
    let mut locked = house.app.store.locked().await.unwrap();
    let retired = keys.retired();
    let some = rewrap_some(&mut *locked, &keys, retired[0], &SystemEntropy)
        .await
        .unwrap();
    assert_eq!(some, 1);
    drop(locked);
    let mut db = house.app.store.reader().await.unwrap();
    assert_eq!(db.count_data_keys(retired[0]).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_knows_nothing_of_it_reads_and_writes_under_the_new_generation() {
    let (one, two, _directory) = two().await;
    let production = one.places.production;
    let editor = one.actor(&[(roles::EDITOR, production)]).await;
    let old = one.secret(production, "OLD", b"old").await;
    // The other one keeps it in memory, as the tables have it.
    assert_eq!(value(&two, &editor, old).await, b"old");
    let before = two.app.keys.now();
    begin(&one).await;
    let fresh = one.secret(production, "FRESH", b"fresh").await;
    assert_eq!(value(&two, &editor, fresh).await, b"fresh");

    // Nothing tells it: it holds the first generation when it seals, and learns of the second under the lock.
    begin_after_catching_up(&one).await;
    let held = two.app.keys.now();
    let newest = generations(&one).await.pop().unwrap();
    assert_ne!(held.current_generation().unwrap().id(), newest.id);
    let late = two.secret(production, "LATE", b"late").await;
    let mut db = one.app.store.reader().await.unwrap();
    let row = db.sealed_version(late, 1).await.unwrap().unwrap();
    assert_eq!(row.kek, newest.id, "nothing new goes under a retired generation");
    assert_eq!(write(&two, &editor, old, 2, b"newer").await, "ok");

    catch_up(&one.app).await.unwrap();
    assert_eq!(generations(&one).await, vec![newest]);
    for (secret, expected) in [(old, &b"newer"[..]), (fresh, b"fresh"), (late, b"late")] {
        assert_eq!(value(&one, &editor, secret).await, expected);
        assert_eq!(value(&two, &editor, secret).await, expected);
    }
    // Whoever is asked for a value under a lock knows that the old ones are gone.
    let now = two.app.keys.now();
    assert!(before.retired().is_empty() && now.retired().is_empty());
    assert!(
        now.generation(before.current_generation().unwrap().id())
            .is_none()
    );
}

async fn begin_after_catching_up(house: &House) {
    catch_up(&house.app).await.unwrap();
    begin(house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_finish_one_rotation_together_while_values_are_read_and_written() {
    let (one, two, _directory) = two().await;
    let production = one.places.production;
    let editor = one.actor(&[(roles::EDITOR, production)]).await;
    let mut secrets = Vec::new();
    for n in 0..150 {
        secrets.push(one.secret(production, &format!("S{n}"), &[n]).await);
    }
    begin(&one).await;
    let reads = async {
        for (n, secret) in (0..).zip(&secrets) {
            let house = if n % 2 == 0 { &one } else { &two };
            assert_eq!(value(house, &editor, *secret).await, [n]);
            if n % 10 == 0 {
                assert_eq!(write(house, &editor, *secret, 2, b"new").await, "ok");
            }
        }
    };
    let (first, second, ()) = tokio::join!(catch_up(&one.app), catch_up(&two.app), reads);
    first.unwrap();
    second.unwrap();
    assert_eq!(generations(&one).await.len(), 1);
    assert_eq!(count(&one, EventKind::KeyDestroyed).await, 1, "destroyed once");
    for (n, secret) in (0..).zip(&secrets) {
        let expected = if n % 10 == 0 { b"new".to_vec() } else { vec![n] };
        assert_eq!(value(&two, &editor, *secret).await, expected);
    }
}
