//! Releases: what comes out, and that nothing comes out without its event.

use crate::house::{Actor, Answer, House};
use claviger_crypto::sealing::{Encapsulation, ReleaseBinding, ReleaseInfo, ReleaseReceiver, open_value};
use claviger_ledger::{
    checkpoint::Checkpoint,
    hash::NodeHash,
    leaf::{Leaf, Outcome},
    lease::{CiphertextHash, Lease},
    proof::verify_path,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::{CallId, EventId, SecretId},
    time::Clock,
};
use claviger_protocol::{
    release::{Purpose, Release, ReleaseReply, ReleaseResult},
    route,
};
use claviger_server::{
    caller::{Call as CallOf, Caller, Proof, SignInStrength},
    sequencer::{
        Desk, Sequencer,
        release::{Call, Item, Sealed},
    },
};
use claviger_storage::sessions::LogoutTarget;
use serde_json::json;
use std::{sync::Arc, time::Duration};

pub async fn release(house: &House, actor: &Actor, secret: SecretId, purpose: &str) -> Answer {
    let body = json!({"items": [{"secret": secret, "purpose": purpose}]});
    house.call(Some(actor), &route::RELEASES, &[], &body).await
}

/// Opens a released value as a device does, after checking everything about its leaf.
pub fn open(
    house: &House,
    actor: &Actor,
    secret: SecretId,
    reply: &ReleaseReply,
    release: &Release,
) -> Vec<u8> {
    let checkpoint = Checkpoint::verify(&reply.checkpoint, house.app.keys.now().log.verifier(), &[])
        .unwrap()
        .checkpoint;
    let path: Vec<NodeHash> = release
        .proof
        .iter()
        .map(|hash| NodeHash::from_bytes(hash.array().unwrap()))
        .collect();
    verify_path(
        NodeHash::of_leaf(&release.leaf.0),
        release.index,
        &path,
        &checkpoint,
    )
    .unwrap();
    let leaf = Leaf::parse(&release.leaf.0).unwrap();
    assert_eq!(
        (leaf.event, leaf.outcome.clone()),
        (release.event, Outcome::Allowed)
    );
    let lease = Lease::of(&leaf).unwrap();
    assert_eq!(
        (lease.device, lease.secret, lease.version),
        (actor.device, secret, release.version)
    );
    assert_eq!(
        lease.terms.ciphertext_sha256,
        CiphertextHash::of(&release.sealed.0)
    );
    let (organization, device, session) = (house.app.organization, actor.device, actor.session);
    let encapsulation = Encapsulation::from_bytes(&reply.encapsulated.0).unwrap();
    let info = ReleaseInfo {
        organization,
        device,
        session,
    };
    let receiver = ReleaseReceiver::new(&actor.sealing, &encapsulation, info).unwrap();
    let key = receiver.release_key(release.event).unwrap();
    let binding = ReleaseBinding {
        organization,
        device,
        secret,
        version: release.version,
        event: release.event,
    };
    open_value(&key, &binding, &release.sealed.0)
        .unwrap()
        .expose()
        .to_vec()
}

pub fn released(reply: &ReleaseReply) -> &Release {
    match &reply.results[0] {
        ReleaseResult::Released(release) => release,
        ReleaseResult::Refused { problem } => panic!("{problem:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_comes_sealed_with_a_leaf_that_proves_itself() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.production)]).await;
    for (name, value) in [
        ("EMPTY", vec![]),
        ("BINARY", vec![0, 255, 10]),
        ("LARGE", vec![7; 64 * 1024]),
    ] {
        let secret = house.secret(house.places.production, name, &value).await;
        for purpose in ["use", "copy", "reveal", "lease"] {
            let reply: ReleaseReply = release(&house, &reader, secret, purpose).await.parse();
            let release = released(&reply);
            assert_eq!(
                open(&house, &reader, secret, &reply, release),
                value,
                "{name} {purpose}"
            );
            let leaf = Leaf::parse(&release.leaf.0).unwrap();
            assert!(leaf.kind.as_kind().unwrap().releases_value());
            assert_eq!(leaf.lease.unwrap().max_age_ms, 8 * 3600 * 1000, "production");
            let openings: Vec<_> = release
                .openings
                .iter()
                .map(|opening| opening.value.as_str())
                .collect();
            assert!(
                openings.contains(&format!("payments/production/{name}").as_str()),
                "{openings:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_end_with_the_grant_and_scopes_can_forbid_them() {
    let house = House::new().await;
    let secret = house.secret(house.places.staging, "TOKEN", b"t").await;
    let person = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let mut grant = crate::house::grant(person.principal, roles::READER, house.places.staging, now);
    grant.expires_at = Some(now.plus(Duration::from_secs(600)));
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    let age = |reply: &ReleaseReply| {
        Leaf::parse(&released(reply).leaf.0)
            .unwrap()
            .lease
            .unwrap()
            .max_age_ms
    };
    assert_eq!(
        age(&release(&house, &person, secret, "lease").await.parse()),
        600_000
    );

    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let body = json!({"lease_seconds": 0});
    let edited = house
        .call(Some(&owner), &route::EDIT_SCOPE, &[&house.places.staging], &body)
        .await;
    assert_eq!(edited.code(), "ok");
    assert_eq!(age(&release(&house, &person, secret, "use").await.parse()), 0);
    let refused = release(&house, &person, secret, "lease").await.json();
    assert_eq!(refused["results"][0]["problem"]["code"], "forbidden");

    // The grant runs out by the clock alone, kept decision or not.
    house.clock.advance(Duration::from_secs(600));
    let refused = release(&house, &person, secret, "use").await.json();
    assert_eq!(refused["results"][0]["problem"]["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_shares_a_commit_and_each_item_has_its_own_event() {
    let house = House::new().await;
    let consumer = house.actor(&[(roles::CONSUMER, house.places.production)]).await;
    let a = house.secret(house.places.production, "A", b"a").await;
    let b = house.secret(house.places.staging, "B", b"b").await;
    let before = house.head().await.next_index;
    let items = json!({"items": [
        {"secret": a, "purpose": "use"}, {"secret": a, "purpose": "reveal"}, {"secret": b, "purpose": "use"},
        {"secret": a, "purpose": "use", "version": 9},
    ]});
    let reply: ReleaseReply = house
        .call(Some(&consumer), &route::RELEASES, &[], &items)
        .await
        .parse();
    let codes: Vec<_> = reply
        .results
        .iter()
        .map(|result| match result {
            ReleaseResult::Released(_) => "released",
            ReleaseResult::Refused { problem } => problem.code.as_str(),
        })
        .collect();
    assert_eq!(codes, ["released", "forbidden", "not_found", "not_found"]);
    assert_eq!(house.head().await.next_index, before + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_good_for_one_call() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.production)]).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let body = serde_json::to_vec(&json!({"items": [{"secret": secret, "purpose": "use"}]})).unwrap();
    let proof = house.proof(&reader, "POST", "/v1/releases", &body, true);
    let request = || {
        let mut request = house.request(Some(&reader), &route::RELEASES, "/v1/releases", body.clone());
        request.headers_mut().insert("dpop", proof.parse().unwrap());
        request
    };
    assert_eq!(house.send(request()).await.code(), "ok");
    assert_eq!(house.send(request()).await.code(), "proof_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_without_its_commit() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.production)]).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let app = &house.app;
    let (sequencer, _task) = Sequencer::start(Desk {
        store: app.store.clone(),
        keys: Arc::clone(&app.keys),
        encapsulations: app.encapsulations.clone(),
        organization: app.organization,
        entropy: Arc::clone(&app.entropy),
        entitlements: Arc::clone(&app.entitlements),
        hints: app.hints.clone(),
    })
    .unwrap();
    // A log of another name, which the key does not sign.
    let mut locked = app.store.locked().await.unwrap();
    locked.set_log_origin("claviger.elsewhere/log/1").await.unwrap();
    locked.commit().await.unwrap();
    let before = house.head().await;
    let sealed = Sealed {
        event: EventId::random(&SystemEntropy),
        version: 1,
        scope: house.places.production,
        cursor: None,
        ciphertext: CiphertextHash::of(b"sealed"),
    };
    let item = Item {
        secret,
        purpose: Purpose::Reveal,
        version: None,
        sealed: Some(sealed),
    };
    let call = Call {
        caller: caller(&house, &reader).await,
        items: vec![item],
    };
    assert!(sequencer.release(call).await.is_err());
    assert_eq!(house.head().await, before);
    let mut db = app.store.reader().await.unwrap();
    assert!(
        db.leases_on(reader.device, house.clock.now(), None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_judged_by_the_rows() {
    let house = House::new().await;
    let production = house.places.production;
    let reader = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "A", b"first").await;
    let value = async || {
        let answer = release(&house, &reader, secret, "use").await;
        let reply: ReleaseReply = answer.parse();
        let release = released(&reply);
        let name = release.openings.iter().find(|opening| opening.field == "name");
        let value = open(&house, &reader, secret, &reply, release);
        (value, name.unwrap().value.clone())
    };
    let expected = (b"first".to_vec(), "payments/production/A".to_owned());
    assert_eq!(value().await, expected);
    // From memory now.
    assert_eq!(value().await, expected);

    // Another value under the same id and number: as after an erasure, when somebody takes the id again.
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    assert!(locked.delete_secret(secret, reader.principal, now).await.unwrap());
    assert!(locked.erase_secret(secret, now).await.unwrap());
    locked.commit().await.unwrap();
    assert_eq!(release(&house, &reader, secret, "use").await.code(), "ok");
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let body = json!({
        "id": secret, "scope": production, "description": crate::house::description("B"),
        "value": house.sealed(&editor, secret, 1, b"second"),
    });
    let made = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
    assert_eq!(made.code(), "ok", "{:?}", made.json());
    assert_eq!(
        value().await,
        (b"second".to_vec(), "payments/production/B".to_owned())
    );

    // A token that was replaced, and a session that ended: known from memory, refused without an event.
    let before = house.head().await.next_index;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut session = locked.session(reader.session).await.unwrap().unwrap();
    let token = session.access_hash;
    session.access_hash = [7; 32];
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(
        release(&house, &reader, secret, "use").await.code(),
        "unauthenticated"
    );
    let mut locked = house.app.store.locked().await.unwrap();
    session.access_hash = token;
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();
    value().await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    locked
        .end_sessions(&LogoutTarget::Session(reader.session), now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    assert_eq!(
        release(&house, &reader, secret, "use").await.code(),
        "session_ended"
    );
    assert_eq!(house.head().await.next_index, before + 1);
}

/// A verified caller, as the layer in front of the routes would hand it on.
async fn caller(house: &House, actor: &Actor) -> Caller {
    let mut reader = house.app.store.reader().await.unwrap();
    let context = reader.session_contexts(&[actor.session]).await.unwrap().remove(0);
    let mut jti = [0; 16];
    SystemEntropy.fill(&mut jti);
    Caller {
        call: CallOf {
            id: CallId::random(&SystemEntropy),
            address: [127, 0, 0, 1].into(),
        },
        principal: actor.principal,
        session: actor.session,
        device: actor.device,
        sealing_key: actor.sealing.public(),
        sign_in: SignInStrength {
            auth_time: house.clock.now(),
            acr: None,
            amr: vec!["mfa".to_owned()],
        },
        token_ends_at: house.clock.now().plus(Duration::from_secs(600)),
        proof: Proof {
            jkt: actor.key.public().thumbprint(),
            jti: claviger_crypto::bytes::encode_base64url(&jti),
            expires_at: house.clock.now().plus(Duration::from_secs(121)),
        },
        context: Arc::new(context),
        remembered: false,
    }
}
