#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_crypto::{sealing::SealingKeyPair, secret::Key256, signing::ServerKey};
use claviger_ledger::log_key::LogKey;
use claviger_model::entropy::Sequence;
use claviger_protocol::signed::canonical;

const ORIGIN: &str = "https://vault.example.com";

fn key(seed: u8) -> ServerKey {
    ServerKey::from_seed(&Key256::from_bytes(&[seed; 32])).unwrap()
}

fn bundle(seed: u8) -> Bundle {
    Bundle {
        organization: OrganizationId::from_bytes([1; 16]),
        name: "Example".to_owned(),
        origin: ORIGIN.to_owned(),
        log: LogKey::new("example/log/1", key(seed + 100))
            .unwrap()
            .verifier()
            .to_string(),
        orders: key(seed).public().unwrap().as_bytes().to_vec().into(),
        sealing: SealingKeyPair::random(&Sequence::new(seed.into()))
            .public()
            .as_bytes()
            .to_vec()
            .into(),
        suites: vec![1],
    }
}

/// Signed with the key of a seed; vouched for by the key of another.
fn enrolment(bundle: &Bundle, seed: u8, previous: Option<u8>) -> Enrolment {
    let body = canonical(bundle).unwrap();
    Enrolment {
        bundle: Signed {
            signature: key(seed).sign(&body).into(),
            body: body.clone().into(),
        },
        previous: previous.map(|seed| key(seed).sign(&body).into()),
        issuer: String::new(),
        client_id: String::new(),
        scopes: Vec::new(),
        bootstrap_open: true,
        demonstration: false,
        version: String::new(),
    }
}

fn refused(enrolment: &Enrolment) -> bool {
    matches!(Server::offered(enrolment, ORIGIN), Err(AccountError::Bundle(_)))
}

#[test]
fn a_bundle_holds_by_its_own_key_and_shows_a_fingerprint_of_all_keys() {
    let server = Server::offered(&enrolment(&bundle(1), 1, None), ORIGIN).unwrap();
    assert_eq!(server.fingerprint().len(), 64);
    assert!(server.view().bootstrap_open);
    let changes: [fn(&mut Bundle); 3] = [
        |bundle| bundle.log = self::bundle(2).log,
        |bundle| bundle.sealing = self::bundle(2).sealing,
        |bundle| bundle.orders = self::bundle(2).orders,
    ];
    for (seed, change) in [1, 1, 2].into_iter().zip(changes) {
        let mut other = bundle(1);
        change(&mut other);
        let other = Server::offered(&enrolment(&other, seed, None), ORIGIN).unwrap();
        assert_ne!(other.fingerprint(), server.fingerprint());
    }
}

#[test]
fn a_bundle_that_does_not_hold_is_refused() {
    assert!(refused(&enrolment(&bundle(1), 2, None)), "another key signed it");
    let mut elsewhere = bundle(1);
    elsewhere.origin = "https://other.example.com".to_owned();
    assert!(
        refused(&enrolment(&elsewhere, 1, None)),
        "it calls itself by another address"
    );
    let mut suites = bundle(1);
    suites.suites = vec![2];
    assert!(refused(&enrolment(&suites, 1, None)), "it knows no suite of ours");
    let mut log = bundle(1);
    log.log = "nonsense".to_owned();
    assert!(refused(&enrolment(&log, 1, None)));
}

#[test]
fn other_keys_need_the_word_of_the_pinned_one() {
    let pinned = Server::offered(&enrolment(&bundle(1), 1, None), ORIGIN).unwrap();
    let same = pinned.continued_by(&enrolment(&bundle(1), 1, None)).unwrap();
    assert!(matches!(same, Continuation::Same));
    let renewed = pinned.continued_by(&enrolment(&bundle(2), 2, Some(1))).unwrap();
    assert!(matches!(renewed, Continuation::Renewed(server) if server.fingerprint() != pinned.fingerprint()));
    let changed =
        |enrolment: &Enrolment| matches!(pinned.continued_by(enrolment), Err(AccountError::KeysChanged));
    assert!(changed(&enrolment(&bundle(2), 2, None)), "nobody vouches");
    assert!(
        changed(&enrolment(&bundle(2), 2, Some(2))),
        "the new key vouches for itself"
    );
    assert!(changed(&enrolment(&bundle(2), 2, Some(3))), "a third one vouches");
    let mut other = bundle(2);
    other.organization = OrganizationId::from_bytes([2; 16]);
    assert!(changed(&enrolment(&other, 2, Some(1))), "another organization");
}
