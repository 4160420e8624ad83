#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_crypto::{sealing::SealingKeyPair, secret::Key256, signing::ServerKey, succession::Succession};
use claviger_ledger::log_key::LogKey;
use claviger_model::entropy::Sequence;
use claviger_protocol::{
    enrolment::{KeyLink, SigningPurpose},
    signed::canonical,
};

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

/// Signed with the key of a seed.
fn enrolment(bundle: &Bundle, seed: u8, succession: Vec<KeyLink>) -> Enrolment {
    let body = canonical(bundle).unwrap();
    Enrolment {
        bundle: Signed {
            signature: key(seed).sign(&body).into(),
            body: body.into(),
        },
        succession,
        issuer: String::new(),
        client_id: String::new(),
        scopes: Vec::new(),
        bootstrap_open: true,
        demonstration: false,
        version: String::new(),
    }
}

fn offset(purpose: SigningPurpose) -> u8 {
    match purpose {
        SigningPurpose::Log => 100,
        SigningPurpose::Orders => 0,
    }
}

/// The key of a seed follows that of another, by the word of a third.
fn link(purpose: SigningPurpose, number: u8, from: u8, by: u8) -> KeyLink {
    let shift = offset(purpose);
    let to = key(number + shift).public().unwrap();
    let from = key(from + shift).public().unwrap();
    let step = Succession {
        organization: OrganizationId::from_bytes([1; 16]),
        purpose: purpose.as_str(),
        number: number.into(),
        from: from.as_bytes(),
        to: to.as_bytes(),
    };
    KeyLink {
        purpose,
        number: number.into(),
        public: to.as_bytes().to_vec().into(),
        signature: Some(step.sign(&key(by)).into()),
    }
}

fn first(purpose: SigningPurpose) -> KeyLink {
    KeyLink {
        signature: None,
        ..link(purpose, 1, 1, 1)
    }
}

/// The keys 1 to `last` of both purposes, each by the word of the one before.
fn chain(last: u8) -> Vec<KeyLink> {
    let mut links = Vec::new();
    for purpose in [SigningPurpose::Log, SigningPurpose::Orders] {
        links.push(first(purpose));
        links.extend((2..=last).map(|to| link(purpose, to, to - 1, to - 1 + offset(purpose))));
    }
    links
}

fn refused(enrolment: &Enrolment) -> bool {
    matches!(Server::offered(enrolment, ORIGIN), Err(AccountError::Bundle(_)))
}

#[test]
fn a_bundle_holds_by_its_own_key_and_shows_a_fingerprint_of_all_keys() {
    let server = Server::offered(&enrolment(&bundle(1), 1, Vec::new()), ORIGIN).unwrap();
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
        let other = Server::offered(&enrolment(&other, seed, Vec::new()), ORIGIN).unwrap();
        assert_ne!(other.fingerprint(), server.fingerprint());
    }
}

#[test]
fn a_bundle_that_does_not_hold_is_refused() {
    assert!(
        refused(&enrolment(&bundle(1), 2, Vec::new())),
        "another key signed it"
    );
    let mut elsewhere = bundle(1);
    elsewhere.origin = "https://other.example.com".to_owned();
    assert!(
        refused(&enrolment(&elsewhere, 1, Vec::new())),
        "it calls itself by another address"
    );
    let mut suites = bundle(1);
    suites.suites = vec![2];
    assert!(
        refused(&enrolment(&suites, 1, Vec::new())),
        "it knows no suite of ours"
    );
    let mut log = bundle(1);
    log.log = "nonsense".to_owned();
    assert!(refused(&enrolment(&log, 1, Vec::new())));
}

fn continues(pinned: &Server, enrolment: &Enrolment) -> bool {
    match pinned.continued_by(enrolment) {
        Ok(Continuation::Renewed(next)) => {
            assert_ne!(next.bundle, pinned.bundle);
            true
        }
        Ok(Continuation::Same) => unreachable!("another bundle"),
        Err(AccountError::KeysChanged) => false,
        Err(error) => unreachable!("{error:?}"),
    }
}

#[test]
fn other_keys_need_the_word_of_the_pinned_ones() {
    let pinned = Server::offered(&enrolment(&bundle(1), 1, Vec::new()), ORIGIN).unwrap();
    let same = pinned.continued_by(&enrolment(&bundle(1), 1, chain(1))).unwrap();
    assert!(matches!(same, Continuation::Same));
    assert!(continues(&pinned, &enrolment(&bundle(2), 2, chain(2))));
    assert!(
        continues(&pinned, &enrolment(&bundle(4), 4, chain(4))),
        "three changes at once"
    );
    let later = Server::offered(&enrolment(&bundle(3), 3, chain(3)), ORIGIN).unwrap();
    assert!(
        continues(&later, &enrolment(&bundle(4), 4, chain(4))),
        "from the middle"
    );
    assert!(
        !continues(&later, &enrolment(&bundle(2), 2, chain(4))),
        "never back"
    );

    assert!(
        !continues(&pinned, &enrolment(&bundle(2), 2, Vec::new())),
        "nobody vouches"
    );
    let mut other = bundle(2);
    other.organization = OrganizationId::from_bytes([2; 16]);
    assert!(
        !continues(&pinned, &enrolment(&other, 2, chain(2))),
        "another organization"
    );
}

#[test]
fn each_missing_or_wrong_word_breaks_the_chain() {
    let pinned = Server::offered(&enrolment(&bundle(1), 1, Vec::new()), ORIGIN).unwrap();
    for purpose in [SigningPurpose::Log, SigningPurpose::Orders] {
        let shift = offset(purpose);
        // The step from 1 to 2, or that from 2 to 3.
        for to in [2, 3] {
            let broken = |with: Option<KeyLink>| {
                let mut links = chain(3);
                links.retain(|link| link.purpose != purpose || link.number != u64::from(to));
                links.extend(with);
                links.sort_by_key(|link| link.number);
                continues(&pinned, &enrolment(&bundle(3), 3, links))
            };
            assert!(
                broken(Some(link(purpose, to, to - 1, to - 1 + shift))),
                "whole again"
            );
            assert!(!broken(None), "it is missing");
            let good = link(purpose, to, to - 1, to - 1 + shift);
            assert!(
                !broken(Some(KeyLink {
                    signature: None,
                    ..good.clone()
                })),
                "without a word"
            );
            assert!(
                !broken(Some(link(purpose, to, to - 1, to + shift))),
                "the new key's own"
            );
            assert!(!broken(Some(link(purpose, to, to - 1, 50))), "a stranger's");
            let other = 100 - shift;
            assert!(
                !broken(Some(link(purpose, to, to - 1, to - 1 + other))),
                "the other purpose's key"
            );
            let number = KeyLink {
                number: 9,
                ..good.clone()
            };
            assert!(!broken(Some(number)), "for another number");
            let public = KeyLink {
                public: key(60).public().unwrap().as_bytes().to_vec().into(),
                ..good
            };
            assert!(!broken(Some(public)), "for another key");
        }
    }
}

#[test]
fn another_name_of_the_organization_needs_no_other_word_than_its_keys() {
    let pinned = Server::offered(&enrolment(&bundle(1), 1, chain(1)), ORIGIN).unwrap();
    let mut renamed = bundle(1);
    renamed.name = "Example Corp".to_owned();
    assert!(continues(&pinned, &enrolment(&renamed, 1, chain(1))));
    renamed.sealing = bundle(2).sealing;
    assert!(
        continues(&pinned, &enrolment(&renamed, 1, chain(1))),
        "nor another key to seal to"
    );
}
