#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_model::entropy::Sequence;

const HERE: OrganizationId = OrganizationId::from_bytes([1; 16]);
const OF: SecretVersion = SecretVersion {
    secret: SecretId::from_bytes([2; 16]),
    version: 3,
};

fn root(byte: u8) -> LocalRootKey {
    LocalRootKey::new(Key256::from_bytes(&[byte; 32]))
}

#[test]
fn the_id_of_a_root_follows_from_its_key() {
    assert_eq!(root(5).id().to_string(), "a5fa452a-9da8-7a21-4b78-5f882aa1eff3");
    assert_ne!(root(5).id(), root(6).id());
}

#[test]
fn a_value_opens_through_the_whole_hierarchy() {
    let entropy = Sequence::new(1);
    let generation = KeyGeneration::random(4, HERE, &entropy);
    let data = DataKey::random(&entropy);
    let stored = generation.wrap(&root(5), &entropy).unwrap();
    let wrapped = generation.wrap_data_key(&data, OF, &entropy).unwrap();
    let sealed = data.seal_value(HERE, OF, b"value", &entropy).unwrap();

    let generation = KeyGeneration::unwrap(&root(5), generation.id(), 4, HERE, &stored).unwrap();
    assert_eq!(KeyGeneration::of_data_key(&wrapped).unwrap(), generation.id());
    let data = generation.unwrap_data_key(&wrapped, OF).unwrap();
    assert_eq!(data.open_value(HERE, OF, &sealed).unwrap().expose(), b"value");
}

#[test]
fn rows_cannot_be_swapped() {
    let entropy = Sequence::new(2);
    let generation = KeyGeneration::random(4, HERE, &entropy);
    let data = DataKey::random(&entropy);
    let stored = generation.wrap(&root(5), &entropy).unwrap();
    let wrapped = generation.wrap_data_key(&data, OF, &entropy).unwrap();
    let sealed = data.seal_value(HERE, OF, b"value", &entropy).unwrap();
    let newer = SecretVersion { version: 4, ..OF };
    let elsewhere = OrganizationId::from_bytes([9; 16]);

    let not_authentic = |error: KeyError| {
        assert!(
            matches!(error, KeyError::Open(OpenError::NotAuthentic)),
            "{error:?}"
        )
    };
    not_authentic(KeyGeneration::unwrap(&root(5), generation.id(), 5, HERE, &stored).unwrap_err());
    not_authentic(KeyGeneration::unwrap(&root(5), generation.id(), 4, elsewhere, &stored).unwrap_err());
    not_authentic(KeyGeneration::unwrap(&root(5), KeyId::from_bytes([0; 16]), 4, HERE, &stored).unwrap_err());
    not_authentic(generation.unwrap_data_key(&wrapped, newer).unwrap_err());
    not_authentic(data.open_value(HERE, newer, &sealed).unwrap_err());
    not_authentic(data.open_value(elsewhere, OF, &sealed).unwrap_err());

    let unknown = |error: KeyError| {
        assert!(
            matches!(error, KeyError::Open(OpenError::UnknownKey(_))),
            "{error:?}"
        )
    };
    unknown(KeyGeneration::unwrap(&root(6), generation.id(), 4, HERE, &stored).unwrap_err());
    unknown(
        KeyGeneration::random(5, HERE, &entropy)
            .unwrap_data_key(&wrapped, OF)
            .unwrap_err(),
    );
    unknown(
        DataKey::random(&entropy)
            .open_value(HERE, OF, &sealed)
            .unwrap_err(),
    );
    not_authentic(
        generation
            .unwrap_data_key(&stored_under(&generation, &entropy), OF)
            .unwrap_err(),
    );
}

/// A value sealed under a generation is not taken for a data key.
fn stored_under(generation: &KeyGeneration, entropy: &Sequence) -> Vec<u8> {
    envelope::seal(&generation.key, &OF.binding(VALUE, HERE), &[0; 48], entropy).unwrap()
}
