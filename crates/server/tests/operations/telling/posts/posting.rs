//! One post: its signature, what counts of the answer, and whom it is sent to.

use super::{
    super::receiver::{Manner, Receiver},
    a_test, key,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use claviger_crypto::signing::ServerPublicKey;
use claviger_server::telling::{
    address::{Resolver, SystemResolver},
    outbox::Failed,
    webhook::Poster,
};
use claviger_testkit::certificates;
use futures_util::future::BoxFuture;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

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
