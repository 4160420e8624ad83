//! Leaves commit to what may be forgotten.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_model::{
    entropy::Sequence,
    ids::{CallId, DeviceId, SecretId, SessionId},
};

fn who(entropy: &Sequence) -> Who {
    Who {
        principal: PrincipalId::random(entropy),
        service: false,
        session: Some(SessionId::random(entropy)),
        device: Some(DeviceId::random(entropy)),
        call: CallId::random(entropy),
        address: [192, 0, 2, 7].into(),
        device_time: None,
    }
}

#[test]
fn the_leaf_commits_to_what_may_be_forgotten_and_its_openings_fit() {
    let entropy = Sequence::new(1);
    let who = who(&entropy);
    let secret = SecretId::random(&entropy);
    let draft = Event::by(who, EventKind::SecretEdited, &entropy)
        .on(Object {
            secret: Some(secret),
            ..Object::default()
        })
        .commit(
            claviger_ledger::leaf::NAME,
            "payments/production/STRIPE_KEY",
            None,
        )
        .because("a typing error")
        .into_draft(OrganizationId::random(&entropy), &entropy);
    assert_eq!((draft.secret, draft.actor), (Some(secret), Some(who.principal)));
    let openings = draft.openings.clone();
    let placement = Placement {
        index: 3,
        at: Timestamp::from_millis(77),
        subjects: vec![log::SubjectLink {
            id: who.principal,
            seq: 1,
            prev: None,
        }],
    };
    let bytes = (draft.seal)(&placement).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    for hidden in ["STRIPE_KEY", "192.0.2.7", "typing"] {
        assert!(!text.contains(hidden), "{text}");
    }
    let leaf = Leaf::parse(&bytes).unwrap();
    assert_eq!(leaf.commitments.len(), 3);
    for opening in openings {
        let commitment = leaf
            .commitments
            .get(&Label::new(&opening.field).unwrap())
            .unwrap();
        let key = claviger_crypto::secret::Key256::from_bytes(&opening.key);
        let value = claviger_crypto::secret::SecretString::new(opening.value);
        assert!(Opening::new(key, value).opens(&opening.field, commitment));
    }
}

#[test]
fn a_refusal_carries_its_code_and_nobody_is_a_subject_twice() {
    let entropy = Sequence::new(2);
    let who = who(&entropy);
    let draft = Event::by(who, EventKind::GrantGiven, &entropy)
        .concerning(who.principal)
        .refused(Code::SeparationOfDuties)
        .into_draft(OrganizationId::random(&entropy), &entropy);
    assert_eq!(draft.subjects, [who.principal]);
    assert_eq!(draft.outcome, log::Outcome::Refused);
    let placement = Placement {
        index: 0,
        at: Timestamp::from_millis(1),
        subjects: Vec::new(),
    };
    let leaf = Leaf::parse(&(draft.seal)(&placement).unwrap()).unwrap();
    assert_eq!(
        leaf.outcome,
        Outcome::Refused(Label::new("separation_of_duties").unwrap())
    );
}
