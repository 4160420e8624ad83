#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::lease::{CiphertextHash, Lease};
use claviger_crypto::commitment::Opening;
use claviger_model::entropy::Sequence;
use claviger_model::event::EventKind;
use claviger_model::ids::{ScopeId, SecretId};
use proptest::prelude::*;

/// Everything that a leaf can say.
fn full() -> Leaf {
    let entropy = Sequence::new(1);
    let mut leaf = Leaf::new(
        EventId::from_bytes([1; 16]),
        EventKind::SecretLeased,
        OrganizationId::from_bytes([2; 16]),
        Timestamp::from_millis(1_700_000_000_123),
        Outcome::Allowed,
    );
    leaf.device_time = Some(Timestamp::from_millis(1_700_000_000_100));
    leaf.actor = Some(Actor {
        principal: PrincipalId::from_bytes([3; 16]),
        service: false,
    });
    leaf.on_behalf_of = Some(PrincipalId::from_bytes([4; 16]));
    leaf.session = Some(SessionId::from_bytes([5; 16]));
    leaf.device = Some(DeviceId::from_bytes([6; 16]));
    leaf.call = Some(CallId::from_bytes([7; 16]));
    leaf.policies = vec!["grant:one".into()];
    leaf.object = Object {
        secret: Some(SecretId::from_bytes([8; 16])),
        version: Some(3),
        scope: Some(ScopeId::from_bytes([9; 16])),
        ..Object::default()
    };
    for field in [NAME, REASON, SOURCE_ADDRESS] {
        leaf.commitments.insert(
            Label::new(field).unwrap(),
            Opening::random(field, &entropy).commit(field),
        );
    }
    leaf.subjects = vec![
        SubjectLink {
            id: PrincipalId::from_bytes([3; 16]),
            seq: 2,
            prev: Some(NodeHash::EMPTY),
        },
        SubjectLink {
            id: PrincipalId::from_bytes([4; 16]),
            seq: 1,
            prev: None,
        },
    ];
    leaf.lease = Some(LeaseTerms {
        ciphertext_sha256: CiphertextHash::of(b"sealed"),
        issued_at: Timestamp::from_millis(1_700_000_000_123),
        max_age_ms: 28_800_000,
        epoch: 12,
    });
    leaf.reported = true;
    leaf.facts.insert(Label::new("count").unwrap(), Fact::Number(-7));
    leaf.facts.insert(
        Label::new("state").unwrap(),
        Fact::Label(Label::new("ending").unwrap()),
    );
    leaf.facts.insert(Label::new("kept").unwrap(), Fact::Flag(true));
    leaf.continues = Some(Checkpoint {
        origin: "claviger.test/log/1".into(),
        size: 9,
        root: NodeHash::EMPTY,
    });
    leaf
}

fn smallest() -> Leaf {
    Leaf::new(
        EventId::from_bytes([1; 16]),
        EventKind::FailuresCounted,
        OrganizationId::from_bytes([2; 16]),
        Timestamp::from_millis(0),
        Outcome::Refused(Label::new("no-grant").unwrap()),
    )
}

/// Formats live for ever: these bytes must stay readable and must stay what is written.
const FULL: &str = include_str!("full.json");
const SMALLEST: &str = r#"{"at":0,"event":"01010101-0101-0101-0101-010101010101","kind":"session.failures","organization":"02020202-0202-0202-0202-020202020202","outcome":{"refused":"no-grant"},"v":1}"#;

#[test]
fn known_answers() {
    assert_eq!(
        String::from_utf8(smallest().to_bytes().unwrap()).unwrap(),
        SMALLEST
    );
    assert_eq!(String::from_utf8(full().to_bytes().unwrap()).unwrap(), FULL);
    assert_eq!(Leaf::parse(SMALLEST.as_bytes()), Ok(smallest()));
    assert_eq!(Leaf::parse(FULL.as_bytes()), Ok(full()));
    assert_eq!(
        leaf_hash(SMALLEST.as_bytes()),
        NodeHash::of_leaf(SMALLEST.as_bytes())
    );
}

#[test]
fn other_forms_are_refused() {
    for (from, to, expected) in [
        ("{\"at\"", "{ \"at\"", LeafError::NotCanonical),
        (r#""at":0"#, r#""at":0.0"#, LeafError::Malformed),
        (r#""at":0"#, r#""at":-0"#, LeafError::Malformed),
        (r#""at":0"#, r#""at":0,"at":0"#, LeafError::Malformed),
        (r#""at":0"#, r#""at":9007199254740993"#, LeafError::Number),
        (r#""at":0"#, r#""at":0,"call":null"#, LeafError::NotCanonical),
        (r#""at":0"#, r#""at":0,"colour":"red""#, LeafError::Malformed),
        (r#""v":1"#, r#""v":2"#, LeafError::UnknownVersion),
        (r#""v":1"#, r#""v":2,"x":1"#, LeafError::UnknownVersion),
        (r#","v":1"#, "", LeafError::Malformed),
        (
            r#""session.failures""#,
            r#""Session Failures""#,
            LeafError::Malformed,
        ),
        ("01010101-0101", "01010101_0101", LeafError::Malformed),
        (
            r#""outcome":{"refused":"no-grant"}"#,
            r#""outcome":{"refused":"no-grant","allowed":null}"#,
            LeafError::Malformed,
        ),
    ] {
        assert_eq!(
            Leaf::parse(SMALLEST.replace(from, to).as_bytes()),
            Err(expected),
            "{to}"
        );
    }
    let reordered = SMALLEST
        .replace(r#"{"at""#, r#"{"v":1,"at""#)
        .replace(r#","v":1}"#, "}");
    assert_eq!(Leaf::parse(reordered.as_bytes()), Err(LeafError::NotCanonical));
}

#[test]
fn contradictions_are_refused() {
    let refused = |change: &dyn Fn(&mut Leaf)| {
        let mut leaf = full();
        change(&mut leaf);
        leaf.to_bytes().unwrap_err()
    };
    assert_eq!(refused(&|leaf| leaf.device = None), LeafError::Lease);
    assert_eq!(refused(&|leaf| leaf.object.version = None), LeafError::Lease);
    assert_eq!(
        refused(&|leaf| leaf.object.version = Some(1 << 53)),
        LeafError::Number
    );
    assert_eq!(
        refused(&|leaf| leaf.object.version = Some(u64::MAX)),
        LeafError::Number
    );
    let first = full().subjects.first().copied().unwrap();
    assert_eq!(refused(&|leaf| leaf.subjects.push(first)), LeafError::Subjects);
    assert_eq!(
        refused(&|leaf| leaf.subjects = vec![SubjectLink { seq: 0, ..first }]),
        LeafError::Subjects
    );
    assert_eq!(
        refused(&|leaf| leaf.subjects = vec![SubjectLink { prev: None, ..first }]),
        LeafError::Subjects
    );
    assert_eq!(
        refused(&|leaf| leaf.subjects = vec![SubjectLink { seq: 1, ..first }]),
        LeafError::Subjects
    );
    assert_eq!(
        refused(&|leaf| leaf.policies = vec!["x".repeat(MAX_LENGTH)]),
        LeafError::TooLong
    );
    assert_eq!(Leaf::parse(&[b' '; MAX_LENGTH + 1]), Err(LeafError::TooLong));
}

#[test]
fn a_lease_is_read_out_of_its_leaf() {
    let lease = Lease::of(&full()).unwrap();
    assert_eq!((lease.device, lease.version), (DeviceId::from_bytes([6; 16]), 3));
    assert_eq!(lease.ends_at(), Timestamp::from_millis(1_700_028_800_123));
    assert_eq!(Lease::of(&smallest()), None);
    assert_eq!(
        full()
            .link_of(PrincipalId::from_bytes([4; 16]))
            .map(|link| link.seq),
        Some(1)
    );
    assert_eq!(full().link_of(PrincipalId::from_bytes([5; 16])), None);
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>, text in "[\\[\\]{}:,\"a-z0-9.-]{0,80}") {
        prop_assert!(Leaf::parse(&bytes).is_err());
        prop_assert!(Leaf::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn a_changed_character_is_refused_or_says_something_else(at: prop::sample::Index, to in "[ -~]") {
        let mut changed = FULL.to_owned();
        let place = at.index(changed.len());
        changed.replace_range(place..=place, &to);
        if let Ok(leaf) = Leaf::parse(changed.as_bytes()) {
            prop_assert_eq!(leaf == full(), changed == FULL);
        }
    }

    #[test]
    fn what_is_written_is_read(at in 0..(1_i64 << 53), policies: Vec<String>, reported: bool, seq in 2_u64..(1 << 53)) {
        let mut leaf = full();
        leaf.at = Timestamp::from_millis(at);
        leaf.policies = policies;
        leaf.reported = reported;
        leaf.subjects = vec![SubjectLink { id: PrincipalId::from_bytes([3; 16]), seq, prev: Some(NodeHash::EMPTY) }];
        match leaf.to_bytes() {
            Ok(bytes) => prop_assert_eq!(Leaf::parse(&bytes), Ok(leaf)),
            Err(error) => prop_assert_eq!(error, LeafError::TooLong),
        }
    }
}
