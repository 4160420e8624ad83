#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::{Fixed, flipped, unhex};
use claviger_model::entropy::Sequence;
use proptest::prelude::*;

const INFO: ReleaseInfo = ReleaseInfo {
    organization: OrganizationId::from_bytes([1; 16]),
    device: DeviceId::from_bytes([2; 16]),
    session: SessionId::from_bytes([5; 16]),
};
const BINDING: ReleaseBinding = ReleaseBinding {
    organization: OrganizationId::from_bytes([1; 16]),
    device: DeviceId::from_bytes([2; 16]),
    secret: SecretId::from_bytes([3; 16]),
    version: 7,
    event: EventId::from_bytes([4; 16]),
};

/// RFC 9180's vector for base mode with this suite (its published test vectors, kem 32, kdf 1, aead 2). The exported
/// values were computed from it with an independent implementation that reproduces the vector's own exports.
#[test]
fn the_exporter_gives_the_values_of_the_rfc() {
    let key = Key256::from_slice(&unhex(
        "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d",
    ))
    .unwrap();
    let pair = SealingKeyPair::from_secret(&key).unwrap();
    assert_eq!(
        pair.public().as_bytes().as_slice(),
        unhex("430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c")
    );
    let enc = unhex("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256");
    let receiver = hpke::setup_receiver::<hpke_suite::Aead, hpke_suite::Kdf, hpke_suite::Kem>(
        &OpModeR::Base,
        pair.private(),
        &hpke_suite::EncappedKey::from_bytes(&enc).unwrap(),
        &unhex("4f6465206f6e2061204772656369616e2055726e"),
    )
    .unwrap();
    for (context, expected) in [
        (
            b"".as_slice(),
            "ded6cffafaea6b812cbf3e241e88332adbc077aca81512914213810ee291770a",
        ),
        (
            b"\0",
            "04d3cb6cc116b28ffd22ad5bc276c60d31fec71ceb87ae24db811c64b7507339",
        ),
        (
            b"TestContext",
            "7c5ded445732c14fe09727d29b4251c0fd38455fe8440571e687f0886aac94d2",
        ),
    ] {
        let key = export(|key| receiver.export(context, key)).unwrap();
        assert_eq!(key.expose().as_slice(), unhex(expected));
    }
}

#[test]
fn known_answer_of_a_sealed_value() {
    let key = Key256::from_bytes(&[5; 32]);
    let sealed = seal_value(&key, &BINDING, b"correct horse", &Fixed(9)).unwrap();
    assert_eq!(
        sealed,
        unhex("01090909090909090909090909b0e657c21a8409fcd72fe45d960c67f00d1f0b634ee146409c25357f84")
    );
    assert_eq!(
        open_value(&key, &BINDING, &sealed).unwrap().expose(),
        b"correct horse"
    );
}

#[test]
fn both_sides_reach_the_same_key_for_each_event() {
    let entropy = Sequence::new(1);
    let device = SealingKeyPair::random(&entropy);
    let (enc, sender) = ReleaseSender::new(&device.public(), INFO, &entropy).unwrap();
    let enc = Encapsulation::from_bytes(&enc.to_bytes()).unwrap();
    let device = SealingKeyPair::from_secret(&device.secret()).unwrap();
    let receiver = ReleaseReceiver::new(&device, &enc, INFO).unwrap();
    let (one, other) = (EventId::from_bytes([4; 16]), EventId::from_bytes([6; 16]));
    assert_eq!(
        sender.release_key(one).unwrap(),
        receiver.release_key(one).unwrap()
    );
    assert_ne!(
        sender.release_key(one).unwrap(),
        sender.release_key(other).unwrap()
    );

    let elsewhere = [
        ReleaseInfo {
            organization: OrganizationId::from_bytes([9; 16]),
            ..INFO
        },
        ReleaseInfo {
            device: DeviceId::from_bytes([9; 16]),
            ..INFO
        },
        ReleaseInfo {
            session: SessionId::from_bytes([9; 16]),
            ..INFO
        },
    ];
    for info in elsewhere {
        let receiver = ReleaseReceiver::new(&device, &enc, info).unwrap();
        assert_ne!(
            sender.release_key(one).unwrap(),
            receiver.release_key(one).unwrap()
        );
    }
    let thief = ReleaseReceiver::new(&SealingKeyPair::random(&entropy), &enc, INFO).unwrap();
    assert_ne!(sender.release_key(one).unwrap(), thief.release_key(one).unwrap());
    let (_, fresh) = ReleaseSender::new(&device.public(), INFO, &entropy).unwrap();
    assert_ne!(fresh.release_key(one).unwrap(), sender.release_key(one).unwrap());
}

#[test]
fn a_released_value_opens_at_its_own_place_only() {
    let entropy = Sequence::new(2);
    let key = Key256::random(&entropy);
    let sealed = seal_value(&key, &BINDING, b"value", &entropy).unwrap();
    let others = [
        ReleaseBinding {
            organization: OrganizationId::from_bytes([9; 16]),
            ..BINDING
        },
        ReleaseBinding {
            device: DeviceId::from_bytes([9; 16]),
            ..BINDING
        },
        ReleaseBinding {
            secret: SecretId::from_bytes([9; 16]),
            ..BINDING
        },
        ReleaseBinding {
            version: 9,
            ..BINDING
        },
        ReleaseBinding {
            event: EventId::from_bytes([9; 16]),
            ..BINDING
        },
    ];
    for other in others {
        assert_eq!(open_value(&key, &other, &sealed), Err(SealingError::NotAuthentic));
    }
    for flipped in flipped(&sealed) {
        assert!(open_value(&key, &BINDING, &flipped).is_err());
    }
    assert_eq!(open_value(&key, &BINDING, &[]), Err(SealingError::Short));
    assert_eq!(
        open_value(&key, &BINDING, &[Suite::PostQuantumHybrid as u8]),
        Err(SealingError::UnknownSuite(2)),
        "reserved, and not yet in use"
    );
}

#[test]
fn points_of_low_order_are_refused() {
    let entropy = Sequence::new(3);
    let device = SealingKeyPair::random(&entropy);
    for low in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let public = SealingPublicKey::from_bytes(&low).unwrap();
        assert_eq!(
            ReleaseSender::new(&public, INFO, &entropy).unwrap_err(),
            SealingError::PublicKey
        );
        let enc = Encapsulation::from_bytes(&[&[1], low.as_slice()].concat()).unwrap();
        assert_eq!(
            ReleaseReceiver::new(&device, &enc, INFO).unwrap_err(),
            SealingError::PublicKey
        );
    }
    assert!(SealingPublicKey::from_bytes(&[1; 31]).is_err());
    assert!(Encapsulation::from_bytes(&[1; 32]).is_err());
}

proptest! {
    #[test]
    fn what_was_released_opens(value: Vec<u8>, seed: u64) {
        let entropy = Sequence::new(seed);
        let key = Key256::random(&entropy);
        let sealed = seal_value(&key, &BINDING, &value, &entropy).unwrap();
        let opened = open_value(&key, &BINDING, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), value.as_slice());
    }

    #[test]
    fn random_bytes_never_open_and_never_panic(bytes: Vec<u8>) {
        prop_assert!(open_value(&Key256::from_bytes(&[1; 32]), &BINDING, &bytes).is_err());
        let _ = Encapsulation::from_bytes(&bytes);
    }
}
