#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::{Fixed, flipped, unhex};
use claviger_model::entropy::Sequence;
use proptest::prelude::*;

/// Written by an independent implementation of the rule; must open for ever.
const KNOWN: &str = "010104040404040404040404040404040404090909090909090909090909b0e657c21a8409fcd72fe45d9668749b6c0cb2395f17a6140648b98010";

const PLACE: Binding<'static> = Binding {
    purpose: "secret-value",
    organization: OrganizationId::from_bytes([1; 16]),
    object: &[2; 16],
    version: 3,
    field: "value",
};

fn known_key() -> EnvelopeKey {
    EnvelopeKey::new(KeyId::from_bytes([4; 16]), Key256::from_bytes(&[5; 32]))
}

#[test]
fn known_answer() {
    let sealed = seal(&known_key(), &PLACE, b"correct horse", &Fixed(9)).unwrap();
    assert_eq!(sealed, unhex(KNOWN));
    assert_eq!(sealed.len(), OVERHEAD + b"correct horse".len());
    let key = known_key();
    let opened = open(&unhex(KNOWN), &PLACE, |id| (id == key.id()).then_some(&key));
    assert_eq!(opened.unwrap().expose(), b"correct horse");
}

#[test]
fn another_place_does_not_open() {
    let key = known_key();
    let others = [
        Binding {
            purpose: "secret-name",
            ..PLACE
        },
        Binding {
            organization: OrganizationId::from_bytes([9; 16]),
            ..PLACE
        },
        Binding {
            object: &[9; 16],
            ..PLACE
        },
        Binding { version: 4, ..PLACE },
        Binding {
            field: "valu",
            ..PLACE
        },
        Binding {
            purpose: "secret-valuev",
            field: "alue",
            ..PLACE
        },
    ];
    for other in others {
        assert_eq!(
            open(&unhex(KNOWN), &other, |_| Some(&key)),
            Err(OpenError::NotAuthentic),
            "{other:?}"
        );
    }
}

#[test]
fn no_flipped_bit_opens() {
    let key = known_key();
    for sealed in flipped(&unhex(KNOWN)) {
        assert!(open(&sealed, &PLACE, |id| (id == key.id()).then_some(&key)).is_err());
    }
}

#[test]
fn each_wrong_form_has_its_own_error() {
    let key = known_key();
    let with = |place: usize, byte: u8| {
        let mut bytes = unhex(KNOWN);
        *bytes.get_mut(place).unwrap() = byte;
        open(&bytes, &PLACE, |id| (id == key.id()).then_some(&key)).unwrap_err()
    };
    assert_eq!(with(0, 2), OpenError::UnknownVersion(2));
    assert_eq!(with(1, 7), OpenError::UnknownAlgorithm(7));
    assert!(matches!(with(2, 0), OpenError::UnknownKey(_)));
    assert_eq!(with(20, 0), OpenError::NotAuthentic);
    for length in 0..OVERHEAD {
        let known = unhex(KNOWN);
        assert_eq!(
            Envelope::parse(known.get(..length).unwrap()).unwrap_err(),
            OpenError::Short,
            "{length}"
        );
    }
}

#[test]
fn a_key_with_another_id_is_not_tried() {
    let sealed = unhex(KNOWN);
    let same_bytes = EnvelopeKey::new(KeyId::from_bytes([6; 16]), Key256::from_bytes(&[5; 32]));
    let error = Envelope::parse(&sealed)
        .unwrap()
        .open(&same_bytes, &PLACE)
        .unwrap_err();
    assert_eq!(error, OpenError::UnknownKey(KeyId::from_bytes([4; 16])));
}

proptest! {
    #[test]
    fn what_was_sealed_opens(value: Vec<u8>, seed: u64, purpose: String, version: u64, field: String) {
        let entropy = Sequence::new(seed);
        let key = EnvelopeKey::random(&entropy);
        let place = Binding { purpose: &purpose, version, field: &field, ..PLACE };
        let sealed = seal(&key, &place, &value, &entropy).unwrap();
        prop_assert_eq!(sealed.len(), OVERHEAD + value.len());
        let opened = open(&sealed, &place, |_| Some(&key)).unwrap();
        prop_assert_eq!(opened.expose(), value.as_slice());
        prop_assert_eq!(Envelope::parse(&sealed).unwrap().key_id(), key.id());
    }

    #[test]
    fn random_bytes_never_open_and_never_panic(bytes: Vec<u8>) {
        let key = known_key();
        prop_assert!(open(&bytes, &PLACE, |_| Some(&key)).is_err());
        prop_assert!(open(&[&[1, 1], bytes.as_slice()].concat(), &PLACE, |_| Some(&key)).is_err());
    }
}
