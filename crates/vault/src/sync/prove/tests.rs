#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::log::{Log, ORGANIZATION};
use claviger_ledger::{
    label::Label,
    leaf::{Actor, Object},
    lease::LeaseTerms,
};
use claviger_model::{
    event::EventKind,
    ids::{EventId, SecretId},
    time::Timestamp,
};
use claviger_protocol::release::Purpose;

const ASKED: Asked = Asked {
    organization: ORGANIZATION,
    principal: PrincipalId::from_bytes([1; 16]),
    device: DeviceId::from_bytes([2; 16]),
    session: SessionId::from_bytes([3; 16]),
};
const ITEM: ReleaseItem = ReleaseItem {
    secret: SecretId::from_bytes([4; 16]),
    purpose: Purpose::Copy,
    version: Some(5),
};
const EVENT: EventId = EventId::from_bytes([6; 16]);
/// Why it must be refused, and what is changed.
type Change<T> = (&'static str, fn(&mut T));

const SEALED: &[u8] = b"sealed";

fn leaf() -> Leaf {
    let at = Timestamp::from_millis(1_700_000_000_000);
    let mut leaf = Leaf::new(EVENT, EventKind::SecretCopied, ORGANIZATION, at, Outcome::Allowed);
    leaf.actor = Some(Actor {
        principal: ASKED.principal,
        service: false,
    });
    (leaf.session, leaf.device) = (Some(ASKED.session), Some(ASKED.device));
    leaf.object = Object {
        secret: Some(ITEM.secret),
        version: Some(5),
        ..Object::default()
    };
    let ciphertext_sha256 = CiphertextHash::of(SEALED);
    leaf.lease = Some(LeaseTerms {
        ciphertext_sha256,
        issued_at: at,
        max_age_ms: 1000,
        epoch: 1,
    });
    leaf
}

/// The release of a leaf that stands in a log, changed before it is proved.
fn proved(leaf: Leaf, change: impl FnOnce(&mut Release)) -> Result<Proved, &'static str> {
    let mut log = Log::new(1);
    log.record(ASKED.principal);
    let index = log.append(leaf, ASKED.principal);
    log.record(ASKED.principal);
    let mut release = Release {
        event: EVENT,
        version: 5,
        sealed: SEALED.to_vec().into(),
        leaf: log.leaves.get(1).unwrap().clone().into(),
        index,
        proof: log.proof(index),
        openings: Vec::new(),
    };
    change(&mut release);
    let checkpoint = Checkpoint::parse_unverified(&log.checkpoint()).unwrap();
    prove(&ASKED, &ITEM, release, &checkpoint)
}

#[test]
fn what_was_asked_for_is_taken_with_its_place_in_the_history() {
    let proved = proved(leaf(), |_| ()).unwrap();
    assert_eq!(proved.head.seq, 2);
    assert_eq!(proved.lease.ends_at(), Timestamp::from_millis(1_700_000_001_000));
}

#[test]
fn each_field_of_the_leaf_that_says_something_else_is_refused() {
    let changes: [Change<Leaf>; 10] = [
        ("another event", |leaf| leaf.event = EventId::from_bytes([9; 16])),
        ("another purpose", |leaf| {
            leaf.kind = Label::from(EventKind::SecretUsed)
        }),
        ("another organization", |leaf| {
            leaf.organization = OrganizationId::from_bytes([9; 16])
        }),
        ("refused", |leaf| {
            leaf.outcome = Outcome::Refused(Label::new("forbidden").unwrap())
        }),
        ("another person", |leaf| {
            leaf.actor = Some(Actor {
                principal: PrincipalId::from_bytes([9; 16]),
                service: false,
            });
        }),
        ("another device", |leaf| {
            leaf.device = Some(DeviceId::from_bytes([9; 16]))
        }),
        ("another session", |leaf| leaf.session = None),
        ("another secret", |leaf| {
            leaf.object.secret = Some(SecretId::from_bytes([9; 16]))
        }),
        ("another version", |leaf| leaf.object.version = Some(4)),
        ("no sealed value", |leaf| leaf.lease = None),
    ];
    for (why, change) in changes {
        let mut changed = leaf();
        change(&mut changed);
        let refused = proved(changed, |_| ()).unwrap_err();
        assert!(refused.contains(why), "{why}: {refused}");
    }
}

#[test]
fn swapped_values_wrong_proofs_and_other_versions_are_refused() {
    let changes: [Change<Release>; 4] = [
        ("sealed value", |release| release.sealed.0.push(0)),
        ("does not hold", |release| release.index += 1),
        ("malformed", |release| release.proof = vec![vec![0; 31].into()]),
        ("another version", |release| release.version = 4),
    ];
    for (why, change) in changes {
        let refused = proved(leaf(), change).unwrap_err();
        assert!(refused.contains(why), "{why}: {refused}");
    }
}
