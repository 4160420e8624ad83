//! New keys for log, orders and sealing: from the commit on every process uses them, and everything that is needed to follow is told
//! (rules 20 and 39).

use crate::{
    generations::begin,
    house::{Actor, House, description, split},
    orders::{grant_of, orders},
    releases::{release, released},
    replicas::two,
};
use claviger_crypto::{
    sealing::SealingPublicKey,
    signing::ServerPublicKey,
    succession::Succession,
    to_server::{ToServer, seal_to_server},
};
use claviger_ledger::{checkpoint::Checkpoint, log_key::VerifierKey};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, event::EventKind, ids::SecretId};
use claviger_protocol::{
    enrolment::{Bundle, Enrolment, SigningPurpose},
    release::ReleaseReply,
    route,
    signed::parse,
};
use claviger_server::{
    jobs::generations::catch_up,
    keys::succession::{HandOver, replace},
};
use claviger_storage::{log::LogFilter, organization::KeyPurpose};
use serde_json::json;

/// As the command does it.
pub async fn rotate(house: &House, purpose: KeyPurpose) {
    let (mut locked, keys) = house.app.keys.lock(&house.app.store).await.unwrap();
    let organization = house.app.organization;
    let replaced = replace(&mut *locked, &keys, purpose, organization, &SystemEntropy)
        .await
        .unwrap();
    let draft = replaced.event.into_draft(organization, &SystemEntropy);
    let pens = HandOver::new(&keys.log, replaced.log.as_ref());
    locked.append(vec![draft], &pens).await.unwrap();
    locked.commit().await.unwrap();
}

async fn enrolment(house: &House) -> (Enrolment, Bundle) {
    let enrolment: Enrolment = house
        .call(None, &route::ENROLMENT, &[], &json!(null))
        .await
        .parse();
    let bundle: Bundle = parse(&enrolment.bundle.body.0).unwrap();
    let orders = ServerPublicKey::from_bytes(bundle.orders.array().unwrap());
    orders
        .verify(&enrolment.bundle.body.0, &enrolment.bundle.signature.0)
        .unwrap();
    (enrolment, bundle)
}

fn signed_by(checkpoint: &str, key: &VerifierKey) -> bool {
    Checkpoint::verify(checkpoint, key, &[]).is_ok()
}

async fn read(house: &House, reader: &Actor, secret: SecretId) -> ReleaseReply {
    let reply: ReleaseReply = release(house, reader, secret, "lease").await.parse();
    released(&reply);
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn no_process_signs_with_the_old_log_key_after_the_rotation_committed() {
    let (one, two, _directory) = two().await;
    let reader = one.actor(&[(roles::READER, one.places.production)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    let old = one.app.keys.now().log.verifier().clone();
    for house in [&one, &two] {
        assert!(signed_by(&read(house, &reader, secret).await.checkpoint, &old));
    }
    rotate(&one, KeyPurpose::Log).await;
    let handed_over = one.head().await.checkpoint;
    // Nothing told either process.
    assert_eq!(two.app.keys.now().log.verifier(), &old);
    let reply = read(&two, &reader, secret).await;
    let new = two.app.keys.now().log.verifier().clone();
    assert_ne!(new, old);
    assert_eq!(new.name(), old.name(), "the log goes on");
    assert!(signed_by(&reply.checkpoint, &new) && !signed_by(&reply.checkpoint, &old));
    assert!(
        signed_by(&handed_over, &old) && signed_by(&handed_over, &new),
        "whoever pinned either goes on from here"
    );
    let made = one.secret(one.places.production, "B", b"b").await;
    assert!(signed_by(&one.head().await.checkpoint, &new));
    assert!(signed_by(&read(&one, &reader, made).await.checkpoint, &new));

    let mut db = one.app.store.reader().await.unwrap();
    let filter = LogFilter {
        kinds: vec![EventKind::KeyRotated],
        ..LogFilter::default()
    };
    let told = db.events_matching(&filter, None, 10).await.unwrap();
    let leaf = String::from_utf8(told[0].leaf.clone()).unwrap();
    assert!(
        leaf.contains("\"what\":\"log\"") && leaf.contains("\"number\":2"),
        "{leaf}"
    );
    let keys = db.server_keys().await.unwrap();
    let gone = keys
        .iter()
        .find(|key| key.purpose == KeyPurpose::Log && key.generation == 1)
        .unwrap();
    assert!(
        gone.wrapped.is_empty() && gone.retired_at.is_some(),
        "its private half is destroyed"
    );
    drop(db);

    // What is retired is no hindrance to a new generation of the key-encryption key.
    begin(&one).await;
    catch_up(&two.app).await.unwrap();
    read(&two, &reader, secret).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_told_how_to_follow_by_any_process() {
    let (one, two, _directory) = two().await;
    let (_, first) = enrolment(&two).await;
    for purpose in [
        KeyPurpose::Log,
        KeyPurpose::Orders,
        KeyPurpose::Log,
        KeyPurpose::Sealing,
    ] {
        rotate(&one, purpose).await;
    }
    // This one has signed nothing since.
    let (told, last) = enrolment(&two).await;
    assert_ne!(last.sealing, first.sealing);
    let public = |text: &str| *text.parse::<VerifierKey>().unwrap().public().as_bytes();
    let ends = [
        (SigningPurpose::Log, public(&first.log), public(&last.log), 2),
        (
            SigningPurpose::Orders,
            first.orders.array().unwrap(),
            last.orders.array().unwrap(),
            1,
        ),
    ];
    for (purpose, from, to, steps) in ends {
        let links = told.succession.iter().filter(|link| link.purpose == purpose);
        let (mut at, mut made) = (from, 0);
        for link in links.filter(|link| link.number > 1) {
            let next = link.public.array().unwrap();
            let step = Succession {
                organization: one.app.organization,
                purpose: purpose.as_str(),
                number: link.number,
                from: &at,
                to: &next,
            };
            let signature = link.signature.as_ref().unwrap();
            step.verify(&ServerPublicKey::from_bytes(at), &signature.0)
                .unwrap();
            (at, made) = (next, made + 1);
        }
        assert_eq!((at, made), (to, steps), "{purpose:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_wait_are_signed_anew_and_new_ones_by_the_new_key_everywhere() {
    let (one, two, _directory) = two().await;
    let owner = one.actor(&[(roles::OWNER, one.places.root)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    let mut readers = Vec::new();
    for _ in 0..2 {
        let reader = one.actor(&[(roles::READER, one.places.production)]).await;
        read(&one, &reader, secret).await;
        readers.push(reader);
    }
    let end = async |house: &House, reader: &Actor| {
        let grant = grant_of(house, reader).await;
        let body = json!({"reason": "left"});
        let ended = house
            .call(Some(&owner), &route::END_GRANT, &[&grant], &body)
            .await;
        assert_eq!(ended.code(), "ok");
    };
    end(&one, &readers[0]).await;
    let waiting = orders(&one, &readers[0]).await;
    assert_eq!(waiting.len(), 1);
    let old = one.app.keys.now().orders_public;
    rotate(&one, KeyPurpose::Orders).await;
    end(&two, &readers[1]).await;
    let new = two.app.keys.now().orders_public;
    assert_ne!(new, old);
    one.app.keys.learn(&one.app.store).await.unwrap();
    // Each is verified by the key of now.
    let again = orders(&one, &readers[0]).await;
    assert_eq!(
        again[0].1.body, waiting[0].1.body,
        "the same order, so that its acknowledgement fits"
    );
    assert_ne!(again[0].1.signature, waiting[0].1.signature);
    assert_eq!(orders(&one, &readers[1]).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_sealed_to_the_old_key_is_refused_and_to_the_new_one_taken() {
    let (one, two, _directory) = two().await;
    let editor = one.actor(&[(roles::EDITOR, one.places.production)]).await;
    let old = one.app.keys.now().sealing.public();
    rotate(&one, KeyPurpose::Sealing).await;
    let create = async |house: &House, to: &SealingPublicKey| {
        let id = SecretId::random(&SystemEntropy);
        let binding = ToServer::Write {
            organization: house.app.organization,
            device: editor.device,
            secret: id,
            version: 1,
        };
        let value = split(seal_to_server(to, &binding, b"value", &SystemEntropy).unwrap());
        let body = json!({
            "id": id, "scope": house.places.production, "description": description(&id.to_string()), "value": value,
        });
        let answer = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
        answer.code()
    };
    let (_, bundle) = enrolment(&one).await;
    let new = SealingPublicKey::from_bytes(&bundle.sealing.0).unwrap();
    assert_ne!(new, old);
    // The second process has heard of nothing.
    assert_eq!(create(&two, &new).await, "ok");
    for house in [&one, &two] {
        assert_eq!(create(house, &old).await, "bad_seal");
        assert_eq!(create(house, &new).await, "ok");
    }
}
