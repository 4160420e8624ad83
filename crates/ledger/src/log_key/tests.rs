#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::log_key;

/// The example of the signed-note packages of Go and Rust.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

#[test]
fn known_answer() {
    let key: VerifierKey = PETER.parse().unwrap();
    assert_eq!(
        (key.name(), key.kind(), key.id()),
        ("PeterNeumann", KeyKind::Log, 0xc74f_20a3)
    );
    assert_eq!(key.to_string(), PETER);
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let signature = STANDARD
        .decode(
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
        )
        .unwrap();
    let (id, signature) = signature.split_first_chunk::<4>().unwrap();
    assert_eq!(u32::from_be_bytes(*id), key.id());
    assert_eq!(key.public().verify(text.as_bytes(), signature), Ok(()));
}

#[test]
fn the_same_key_as_a_witness_has_another_id() {
    let log = log_key(1).verifier().clone();
    let witness = VerifierKey::new(log.name(), KeyKind::Witness, *log.public()).unwrap();
    assert_ne!(log.id(), witness.id());
    assert_eq!(witness.to_string().parse(), Ok(witness));
    assert_eq!(
        serde_json::from_str::<VerifierKey>(&serde_json::to_string(&log).unwrap()).unwrap(),
        log
    );
}

#[test]
fn each_wrong_key_has_its_own_error() {
    for (text, expected) in [
        ("", VerifierKeyError::Malformed),
        ("a+b", VerifierKeyError::Malformed),
        ("PeterNeumann+c74f20a3+A", VerifierKeyError::Malformed),
        ("PeterNeumann+c74f20a3+", VerifierKeyError::Malformed),
        ("PeterNeumann+c74f20a3+AQ==", VerifierKeyError::Malformed),
        (
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            VerifierKeyError::UnknownType,
        ),
        (
            "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            VerifierKeyError::Hash,
        ),
        (
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            VerifierKeyError::Hash,
        ),
        (
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            VerifierKeyError::Name,
        ),
        (
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            VerifierKeyError::Name,
        ),
    ] {
        assert_eq!(text.parse::<VerifierKey>(), Err(expected), "{text}");
    }
}
