#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::flipped;
use claviger_model::entropy::Sequence;
use proptest::prelude::*;

const HERE: OrganizationId = OrganizationId::from_bytes([1; 16]);
const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);
const WRITE: ToServer = ToServer::Write {
    organization: HERE,
    device: DEVICE,
    secret: SecretId::from_bytes([3; 16]),
    version: 7,
};
const LEAK: ToServer = ToServer::Leak {
    organization: HERE,
    device: DEVICE,
    event: EventId::from_bytes([3; 16]),
};
const JOURNAL: ToServer = ToServer::Journal {
    organization: HERE,
    device: DEVICE,
    seq: 7,
};

#[test]
fn what_a_device_seals_opens_on_the_server_at_its_own_place_only() {
    let entropy = Sequence::new(1);
    let server = SealingKeyPair::random(&entropy);
    let sealed = seal_to_server(&server.public(), &WRITE, b"value", &entropy).unwrap();
    assert_eq!(
        open_from_device(&server, &WRITE, &sealed).unwrap().expose(),
        b"value"
    );
    let others = [
        ToServer::Write {
            organization: HERE,
            device: DEVICE,
            secret: SecretId::from_bytes([3; 16]),
            version: 8,
        },
        ToServer::Write {
            organization: HERE,
            device: DEVICE,
            secret: SecretId::from_bytes([4; 16]),
            version: 7,
        },
        ToServer::Write {
            organization: HERE,
            device: DeviceId::from_bytes([9; 16]),
            secret: SecretId::from_bytes([3; 16]),
            version: 7,
        },
        ToServer::Write {
            organization: OrganizationId::from_bytes([9; 16]),
            device: DEVICE,
            secret: SecretId::from_bytes([3; 16]),
            version: 7,
        },
        JOURNAL,
        LEAK,
    ];
    for other in others {
        assert_eq!(
            open_from_device(&server, &other, &sealed),
            Err(SealingError::NotAuthentic),
            "{other:?}"
        );
    }
    let stranger = SealingKeyPair::random(&entropy);
    assert_eq!(
        open_from_device(&stranger, &WRITE, &sealed),
        Err(SealingError::NotAuthentic)
    );
    for flipped in flipped(&sealed) {
        assert!(open_from_device(&server, &WRITE, &flipped).is_err());
    }
}

#[test]
fn journal_entries_have_a_label_of_their_own() {
    let entropy = Sequence::new(2);
    let server = SealingKeyPair::random(&entropy);
    let sealed = seal_to_server(&server.public(), &JOURNAL, b"entry", &entropy).unwrap();
    assert_eq!(
        open_from_device(&server, &JOURNAL, &sealed).unwrap().expose(),
        b"entry"
    );
    assert_ne!(JOURNAL.info(), WRITE.info());
}

#[test]
fn a_leaked_value_opens_for_its_own_look_up_only() {
    let entropy = Sequence::new(4);
    let server = SealingKeyPair::random(&entropy);
    let sealed = seal_to_server(&server.public(), &LEAK, b"leaked", &entropy).unwrap();
    assert_eq!(
        open_from_device(&server, &LEAK, &sealed).unwrap().expose(),
        b"leaked"
    );
    let another = ToServer::Leak {
        organization: HERE,
        device: DEVICE,
        event: EventId::from_bytes([4; 16]),
    };
    for other in [another, WRITE, JOURNAL] {
        assert_eq!(
            open_from_device(&server, &other, &sealed),
            Err(SealingError::NotAuthentic),
            "{other:?}"
        );
    }
}

proptest! {
    #[test]
    fn random_bytes_never_open_and_never_panic(bytes: Vec<u8>) {
        let server = SealingKeyPair::random(&Sequence::new(3));
        prop_assert!(open_from_device(&server, &WRITE, &bytes).is_err());
        prop_assert!(open_from_device(&server, &WRITE, &[&[1], bytes.as_slice()].concat()).is_err());
    }
}
