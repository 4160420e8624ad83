#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::{Tree, log_key, numbered};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_crypto::secret::Key256;
use claviger_crypto::signing::ServerKey;
use proptest::prelude::*;

/// A witness, written after the specification and not after the code that checks it.
fn cosign(signed: &str, name: &str, seed: u8, seconds: u64) -> (String, VerifierKey) {
    let secret = ServerKey::from_seed(&Key256::from_bytes(&[seed; 32])).unwrap();
    let key = VerifierKey::new(name, KeyKind::Witness, secret.public().unwrap()).unwrap();
    let (body, _) = signed.split_once("\n\n").unwrap();
    let signature = secret.sign(format!("cosignature/v1\ntime {seconds}\n{body}\n").as_bytes());
    let bytes = [
        &key.id().to_be_bytes(),
        seconds.to_be_bytes().as_slice(),
        &signature,
    ]
    .concat();
    (format!("{signed}— {name} {}\n", STANDARD.encode(bytes)), key)
}

fn signed() -> String {
    Tree::of(&numbered(3)).checkpoint().sign(&log_key(1)).unwrap()
}

#[test]
fn a_signed_checkpoint_has_the_c2sp_form() {
    let lines: Vec<String> = signed().lines().map(str::to_owned).collect();
    let root = Tree::of(&numbered(3)).edge.root().to_string();
    let [origin, size, hash, empty, signature] = lines.as_slice() else {
        unreachable!("five lines")
    };
    assert_eq!(
        [origin, size, hash, empty],
        [crate::testing::ORIGIN, "3", root.as_str(), ""]
    );
    let signature = signature.strip_prefix("— claviger.test/log/1 ").unwrap();
    assert_eq!(STANDARD.decode(signature).unwrap().len(), 4 + 64);
}

#[test]
fn a_checkpoint_verifies_under_its_own_key_and_origin_only() {
    let verified = Checkpoint::verify(&signed(), log_key(1).verifier(), &[]).unwrap();
    assert_eq!(verified.checkpoint, Tree::of(&numbered(3)).checkpoint());
    assert!(verified.cosignatures.is_empty() && verified.unknown.is_empty());

    let refused = |signed: &str, key: &VerifierKey| Checkpoint::verify(signed, key, &[]).unwrap_err();
    assert_eq!(
        refused(&signed(), log_key(2).verifier()),
        CheckpointError::Unsigned
    );
    let elsewhere = VerifierKey::new(
        "claviger.test/log/2",
        KeyKind::Log,
        *log_key(1).verifier().public(),
    )
    .unwrap();
    assert_eq!(refused(&signed(), &elsewhere), CheckpointError::Origin);
    let witness = VerifierKey::new(
        crate::testing::ORIGIN,
        KeyKind::Witness,
        *log_key(1).verifier().public(),
    )
    .unwrap();
    assert_eq!(refused(&signed(), &witness), CheckpointError::KeyKind);
    assert_eq!(
        refused(&signed().replace("\n3\n", "\n4\n"), log_key(1).verifier()),
        CheckpointError::Signature
    );
    assert_eq!(
        refused(&signed().replace("\n3\n", "\n03\n"), log_key(1).verifier()),
        CheckpointError::Malformed
    );

    let other = Checkpoint {
        origin: "x".into(),
        ..Tree::default().checkpoint()
    };
    assert_eq!(other.sign(&log_key(1)), Err(CheckpointError::Origin));
}

#[test]
fn cosignatures_are_checked_or_named() {
    let (cosigned, witness) = cosign(&signed(), "witness.example/w1", 7, 1_679_315_147);
    let log = log_key(1).verifier().clone();
    let verified = Checkpoint::verify(&cosigned, &log, std::slice::from_ref(&witness)).unwrap();
    let [cosignature] = verified.cosignatures.as_slice() else {
        unreachable!("one")
    };
    assert_eq!(
        (cosignature.witness.as_str(), cosignature.at.millis()),
        ("witness.example/w1", 1_679_315_147_000)
    );

    let tolerated = Checkpoint::verify(&cosigned, &log, &[]).unwrap();
    assert_eq!(
        tolerated.unknown,
        [format!("witness.example/w1+{:08x}", witness.id())]
    );

    let (moved, _) = cosign(&signed().replace("\n3\n", "\n4\n"), "witness.example/w1", 7, 5);
    let line = moved.lines().last().unwrap();
    let forged = format!("{}{line}\n", signed());
    assert_eq!(
        Checkpoint::verify(&forged, &log, &[witness]).unwrap_err(),
        CheckpointError::Signature
    );

    let (alone, witness) = cosign(&signed(), "witness.example/w1", 7, 5);
    let only_witness = alone
        .lines()
        .enumerate()
        .filter(|(place, _)| *place != 4)
        .map(|(_, line)| format!("{line}\n"));
    let error = Checkpoint::verify(&only_witness.collect::<String>(), &log, &[witness]).unwrap_err();
    assert_eq!(
        error,
        CheckpointError::Unsigned,
        "a witness does not stand in for the log"
    );
}

#[test]
fn a_flood_of_lines_is_refused() {
    let line = signed().lines().last().unwrap().replace("log/1", "log/2");
    let flood = format!("{}{}", signed(), format!("{line}\n").repeat(2_000));
    assert_eq!(
        Checkpoint::parse_unverified(&flood),
        Err(CheckpointError::Malformed)
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String, lines in prop::collection::vec("[ -~—]{0,60}", 0..8)) {
        let key = log_key(1);
        prop_assert!(Checkpoint::verify(&text, key.verifier(), &[]).is_err());
        prop_assert!(Checkpoint::verify(&lines.join("\n"), key.verifier(), &[]).is_err());
    }

    #[test]
    fn no_changed_character_passes(at: prop::sample::Index, to in "[ -~]") {
        let key = log_key(1);
        let signed = signed();
        let places: Vec<usize> = signed.char_indices().map(|(place, _)| place).collect();
        let place = *at.get(&places);
        let mut changed = signed.clone();
        let width = signed.get(place..).unwrap().chars().next().unwrap().len_utf8();
        changed.replace_range(place..place + width, &to);
        prop_assert_eq!(Checkpoint::verify(&changed, key.verifier(), &[]).is_ok(), changed == signed);
    }
}
