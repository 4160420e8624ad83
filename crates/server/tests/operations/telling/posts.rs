//! Webhooks whose receivers are slow, down, and lying.

use super::{
    receiver::{Manner, Receiver},
    webhook_body,
};
use crate::house::{Actor, House};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use claviger_crypto::signing::{ServerKey, ServerPublicKey};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{GrantId, OrganizationId},
    time::Timestamp,
};
use claviger_protocol::{notices::WebhooksReply, route};
use claviger_server::telling::{
    address::{Resolver, SystemResolver},
    outbox::{self, BACKOFF, Failed},
    webhook::{Post, Poster},
};
use claviger_testkit::certificates;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

fn key() -> ServerKey {
    ServerKey::from_seed(&claviger_crypto::secret::Key256::random(&SystemEntropy)).unwrap()
}

fn a_test() -> Post {
    let organization = OrganizationId::random(&SystemEntropy);
    Post::test(
        organization,
        "id-1".to_owned(),
        Timestamp::from_millis(1_790_000_000_123),
    )
    .unwrap()
}

/// Answers each question with the next of its answers, the last one for ever.
struct Answers(Mutex<Vec<Vec<SocketAddr>>>, Mutex<usize>);

impl Answers {
    fn new(answers: &[&[&str]], port: u16) -> Arc<Self> {
        let address = |ip: &&str| SocketAddr::new(ip.parse().unwrap(), port);
        let answers = answers
            .iter()
            .map(|one| one.iter().map(address).collect())
            .collect();
        Arc::new(Self(Mutex::new(answers), Mutex::new(0)))
    }

    fn asked(&self) -> usize {
        *self.1.lock().unwrap()
    }
}

impl Resolver for Answers {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        *self.1.lock().unwrap() += 1;
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        };
        Box::pin(async move { Ok(answer) })
    }
}

async fn post(receiver: &Receiver) -> Result<String, Failed> {
    let poster = Poster::new(receiver.rules(), Arc::new(SystemResolver)).patient_for(Duration::from_secs(3));
    poster.post(&receiver.url(), &[&key()], a_test()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_signed_as_standard_webhooks_has_it() {
    let receiver = Receiver::start(Manner::Answers(204)).await;
    let key = key();
    let poster = Poster::new(receiver.rules(), Arc::new(SystemResolver));
    let went = poster.post(&receiver.url(), &[&key], a_test()).await;
    assert_eq!(went, Ok("answered with 204".to_owned()));
    let posted = receiver.posted();
    let [post] = posted.as_slice() else {
        panic!("{posted:?}")
    };
    assert_eq!(post.headers["webhook-timestamp"], "1790000000");
    let signature = post.headers["webhook-signature"].strip_prefix("v1a,").unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    let mut signed = b"id-1.1790000000.".to_vec();
    signed.extend_from_slice(&post.body);
    let public = claviger_server::telling::webhook::public_key(&key).unwrap();
    let public = STANDARD.decode(public.strip_prefix("whpk_").unwrap()).unwrap();
    let public = ServerPublicKey::from_bytes(public.try_into().unwrap());
    assert!(public.verify(&signed, &signature).is_ok());
    signed.push(b' ');
    assert!(public.verify(&signed, &signature).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_status_of_a_reply_counts_and_nothing_is_followed() {
    for status in [200, 202, 204] {
        let receiver = Receiver::start(Manner::Answers(status)).await;
        assert!(post(&receiver).await.is_ok(), "{status}");
    }
    for status in [400, 404, 429, 500, 503] {
        let receiver = Receiver::start(Manner::Answers(status)).await;
        let said = format!("answered with {status}");
        assert_eq!(post(&receiver).await, Err(Failed::ForNow(said)));
    }
    let gone = Receiver::start(Manner::Answers(410)).await;
    assert!(matches!(post(&gone).await, Err(Failed::ForGood(_))));
    // Says yes, then lies about the rest: it has the post.
    for manner in [Manner::Resets, Manner::Endless] {
        let receiver = Receiver::start(manner.clone()).await;
        assert!(post(&receiver).await.is_ok(), "{manner:?}");
        assert_eq!(receiver.posted().len(), 1);
    }
    let silent = Receiver::start(Manner::Silent).await;
    assert_eq!(
        post(&silent).await,
        Err(Failed::ForNow("did not answer in time".to_owned()))
    );

    // To another receiver that may itself be posted to: it hears nothing.
    let other = Receiver::start(Manner::Answers(200)).await;
    let redirecting = Receiver::start(Manner::Redirects(other.url())).await;
    let mut rules = redirecting.rules();
    rules.allow.extend(other.rules().allow);
    let poster = Poster::new(rules, Arc::new(SystemResolver));
    let went = poster.post(&redirecting.url(), &[&key()], a_test()).await;
    assert!(
        matches!(&went, Err(Failed::ForNow(said)) if said.contains("redirection")),
        "{went:?}"
    );
    assert_eq!((redirecting.posted().len(), other.posted().len()), (1, 0));

    let down = {
        let receiver = Receiver::start(Manner::Answers(200)).await;
        (receiver.url(), receiver.rules())
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let poster = Poster::new(down.1, Arc::new(SystemResolver));
    assert!(matches!(
        poster.post(&down.0, &[&key()], a_test()).await,
        Err(Failed::ForNow(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_or_another_name_gets_nothing() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let mut rules = receiver.rules();
    let another = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(another.path(), certificates::ANOTHER_AUTHORITY).unwrap();
    rules.certificate_authority = Some(another.path().to_owned());
    let poster = Poster::new(rules, Arc::new(SystemResolver));
    assert!(matches!(
        poster.post(&receiver.url(), &[&key()], a_test()).await,
        Err(Failed::ForNow(_))
    ));
    // The certificate is for `localhost`.
    let mut rules = receiver.rules();
    rules.allow = vec![format!("hooks.test:{}", receiver.port)];
    let resolver = Answers::new(&[&["127.0.0.1"]], receiver.port);
    let poster = Poster::new(rules, resolver);
    let url = format!("https://hooks.test:{}/", receiver.port);
    assert!(matches!(
        poster.post(&url, &[&key()], a_test()).await,
        Err(Failed::ForNow(_))
    ));
    assert_eq!(receiver.posted().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_was_judged_is_the_one_that_is_connected_to() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let mut rules = receiver.rules();
    rules.networks = vec!["127.0.0.1/32".parse().unwrap()];
    // A name that changes its answer, one that mixes, one that answers with itself in other clothes.
    let changing = Answers::new(&[&["127.0.0.1"], &["127.0.0.2"]], receiver.port);
    let poster = Poster::new(rules.clone(), Arc::clone(&changing) as Arc<dyn Resolver>);
    assert!(poster.post(&receiver.url(), &[&key()], a_test()).await.is_ok());
    assert_eq!(changing.asked(), 1, "once a post");
    let refused = poster.post(&receiver.url(), &[&key()], a_test()).await;
    assert!(
        matches!(&refused, Err(Failed::ForNow(said)) if said.contains("neither public")),
        "{refused:?}"
    );
    for answer in [
        &["127.0.0.1", "169.254.169.254"][..],
        &["::1"],
        &["::ffff:127.0.0.2"],
        &["10.0.0.1"],
        &[],
    ] {
        let poster = Poster::new(rules.clone(), Answers::new(&[answer], receiver.port));
        let refused = poster.post(&receiver.url(), &[&key()], a_test()).await;
        assert!(matches!(refused, Err(Failed::ForNow(_))), "{answer:?}");
    }
    assert_eq!(receiver.posted().len(), 1);
    // What is public by name is looked up too late to be refused, but a listed address is still not loopback.
    rules.networks.clear();
    let poster = Poster::new(rules, Arc::new(SystemResolver));
    assert!(poster.post(&receiver.url(), &[&key()], a_test()).await.is_err());
    assert_eq!(receiver.posted().len(), 1);
}

async fn give(house: &House, lead: &Actor, to: &Actor) -> GrantId {
    let grant = GrantId::random(&SystemEntropy);
    let body = json!({
        "id": grant, "principal": to.principal, "role": roles::READER, "scope": house.places.production,
        "reason": "the secret reason",
    });
    assert_eq!(
        house
            .call(Some(lead), &route::GIVE_GRANT, &[], &body)
            .await
            .code(),
        "ok"
    );
    grant
}

async fn webhooks(house: &House, owner: &Actor) -> WebhooksReply {
    let owner = house.sign_in(owner.principal).await;
    house
        .call(Some(&owner), &route::WEBHOOKS, &[], &Value::Null)
        .await
        .parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_posted_with_ids_only_until_it_is_taken_or_given_up() {
    let receiver = Receiver::start(Manner::Answers(500)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    let before = give(&house, &lead, &person).await;
    house.catch_up().await;
    let body = webhook_body(&receiver.url());
    assert_eq!(
        house
            .call(Some(&owner), &route::CREATE_WEBHOOK, &[], &body)
            .await
            .code(),
        "ok"
    );
    let id = body["id"].as_str().unwrap();
    let tested = house
        .call(Some(&owner), &route::TEST_WEBHOOK, &[&id], &Value::Null)
        .await;
    assert_eq!(
        tested.json(),
        json!({"taken": false, "said": "answered with 500"})
    );
    assert_eq!(receiver.posted()[0].json()["type"], "test");

    let grant = give(&house, &lead, &person).await;
    house.catch_up().await;
    let mut tries = 1;
    for wait in BACKOFF {
        outbox::deliver(&house.app).await.unwrap();
        tries += 1;
        assert_eq!(receiver.posted().len(), tries);
        outbox::deliver(&house.app).await.unwrap();
        assert_eq!(receiver.posted().len(), tries, "not before its time");
        house.clock.advance(wait);
    }
    let shown = webhooks(&house, &owner).await;
    let last = shown.webhooks[0].last.clone().unwrap();
    assert_eq!(
        (last.taken, last.said.as_str(), shown.webhooks[0].waiting),
        (false, "answered with 500", 1)
    );
    outbox::deliver(&house.app).await.unwrap();
    house.clock.advance(Duration::from_secs(90 * 24 * 3600));
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(receiver.posted().len(), tries + 1, "its attempts are over");
    let shown = webhooks(&house, &owner).await;
    assert_eq!((shown.webhooks[0].waiting, shown.webhooks[0].given_up), (0, 1));
    assert_eq!(shown.given_up[0].kind, "access.given");

    let posted = receiver.posted();
    let first = &posted[1];
    assert!(
        posted[1..]
            .iter()
            .all(|post| post.id() == first.id() && post.body == first.body)
    );
    let json = first.json();
    assert_eq!(json["type"], "access.given");
    assert_eq!(json["data"]["about"]["grant"], json!(grant));
    assert_eq!(json["data"]["person"], json!(person.principal));
    let text = String::from_utf8(first.body.clone()).unwrap();
    for name in [
        "payments",
        "production",
        "Reader",
        "Somebody",
        "the secret reason",
    ] {
        assert!(!text.contains(name), "{text}");
    }
    assert!(!text.contains(&before.to_string()));

    // Works again, with the next one.
    receiver.behaves(Manner::Answers(200));
    let lead = house.sign_in(lead.principal).await;
    give(&house, &lead, &person).await;
    house.catch_up().await;
    outbox::deliver(&house.app).await.unwrap();
    assert!(
        webhooks(&house, &owner).await.webhooks[0]
            .last
            .clone()
            .unwrap()
            .taken
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_it_posts_posts_again_under_the_same_id() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    let body = webhook_body(&receiver.url());
    assert_eq!(
        house
            .call(Some(&owner), &route::CREATE_WEBHOOK, &[], &body)
            .await
            .code(),
        "ok"
    );
    give(&house, &lead, &person).await;
    house.catch_up().await;
    receiver.behaves(Manner::Silent);
    // Dies in the middle of the post.
    let app = house.app.clone();
    let died = tokio::time::timeout(
        Duration::from_millis(700),
        async move { outbox::deliver(&app).await },
    );
    assert!(died.await.is_err());
    assert_eq!(receiver.posted().len(), 1);
    receiver.behaves(Manner::Answers(200));
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(receiver.posted().len(), 1, "another process may still be at it");
    house.clock.advance(Duration::from_secs(301));
    outbox::deliver(&house.app).await.unwrap();
    let posted = receiver.posted();
    assert_eq!(posted.len(), 2);
    assert_eq!(posted[0].id(), posted[1].id());
}

/// The public halves by which the newest post verifies.
fn signed_by(receiver: &Receiver, keys: &[claviger_protocol::notices::WebhookKeyRecord]) -> Vec<u32> {
    let post = receiver.posted().pop().unwrap();
    let mut signed = format!("{}.{}.", post.id(), post.headers["webhook-timestamp"]).into_bytes();
    signed.extend_from_slice(&post.body);
    let signatures: Vec<_> = post.headers["webhook-signature"]
        .split(' ')
        .map(|one| STANDARD.decode(one.strip_prefix("v1a,").unwrap()).unwrap())
        .collect();
    let by = keys.iter().filter(|key| {
        let public = STANDARD
            .decode(key.public.strip_prefix("whpk_").unwrap())
            .unwrap();
        let public = ServerPublicKey::from_bytes(public.try_into().unwrap());
        signatures.iter().any(|one| public.verify(&signed, one).is_ok())
    });
    let by: Vec<_> = by.map(|key| key.number).collect();
    assert_eq!(
        by.len(),
        signatures.len(),
        "every signature is by a key that is shown"
    );
    by
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_key_is_followed_by_another_and_both_sign_for_a_while() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let rotate = async |by: &Actor, body: Value| {
        let by = house.sign_in(by.principal).await;
        house
            .call(Some(&by), &route::ROTATE_WEBHOOK_KEY, &[], &body)
            .await
            .code()
    };
    assert_eq!(
        rotate(&owner, json!({"replaces": 1})).await,
        "wrong_state",
        "there is none"
    );
    let body = webhook_body(&receiver.url());
    let made = house.call(Some(&owner), &route::CREATE_WEBHOOK, &[], &body).await;
    assert_eq!(made.code(), "ok");
    let id = body["id"].as_str().unwrap();
    let post = async || {
        let by = house.sign_in(owner.principal).await;
        let went = house
            .call(Some(&by), &route::TEST_WEBHOOK, &[&id], &Value::Null)
            .await;
        assert_eq!(went.json()["taken"], true);
        let shown = webhooks(&house, &owner).await;
        assert_eq!(shown.public_key.as_deref(), Some(shown.keys[0].public.as_str()));
        (signed_by(&receiver, &shown.keys), shown.keys)
    };
    assert_eq!(post().await.0, [1]);
    assert_eq!(
        rotate(&lead, json!({"replaces": 1})).await,
        "not_found",
        "not at the root"
    );
    for _ in 0..2 {
        assert_eq!(
            rotate(&owner, json!({"replaces": 1})).await,
            "ok",
            "once, however often it is called"
        );
    }
    assert_eq!(rotate(&owner, json!({"replaces": 5})).await, "conflict");
    let (by, keys) = post().await;
    assert_eq!(by, [2, 1]);
    let end = keys[1].until.unwrap();
    assert_eq!(
        (keys[0].until, end.since(keys[0].made_at)),
        (None, Duration::from_secs(14 * 24 * 3600))
    );
    house.clock.set(end.minus(Duration::from_millis(1)));
    assert_eq!(post().await.0, [2, 1]);
    house.clock.set(end);
    assert_eq!(post().await.0, [2]);
    // Its private half goes, and nothing else.
    claviger_server::jobs::sweep(&house.app).await;
    let mut reader = house.app.store.reader().await.unwrap();
    let rows = reader.server_keys().await.unwrap();
    let ours: Vec<_> = rows
        .iter()
        .filter(|row| row.purpose == claviger_storage::organization::KeyPurpose::Webhooks)
        .map(|row| (row.generation, row.wrapped.is_empty()))
        .collect();
    assert_eq!(ours, [(1, true), (2, false)]);
    assert_eq!(post().await.0, [2]);
    // In wrong hands, the old one ends at once.
    assert_eq!(
        rotate(&owner, json!({"replaces": 2, "at_once": true})).await,
        "ok"
    );
    assert_eq!(post().await.0, [3]);
}
