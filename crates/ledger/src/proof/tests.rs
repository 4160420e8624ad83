#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::testing::{Log, log_key, person};
use proptest::prelude::*;

/// The example of the specification, its cut signatures made whole.
const EXAMPLE: &str = "c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
";

fn log() -> Log {
    let mut log = Log::default();
    for _ in 0..300 {
        log.record(&[person(1)]);
    }
    log
}

#[test]
fn the_example_of_the_specification_is_read_and_written() {
    let proof = InclusionProof::parse(EXAMPLE).unwrap();
    assert_eq!((proof.index, proof.hashes.len()), (73_894, 2));
    assert_eq!(
        proof.extra.as_deref(),
        Some(b"age-v1.2.1-darwin-arm64.tar.gz".as_slice())
    );
    assert!(proof.checkpoint.starts_with("example.com/fancylog\n109482\n"));
    assert_eq!(proof.to_string(), EXAMPLE);
}

#[test]
fn a_proof_verifies_offline_for_its_own_leaf_only() {
    let (log, key) = (log(), log_key(1));
    for index in [0, 17, 255, 256, 299] {
        let text = log.proof(index, &key).to_string();
        let proof = InclusionProof::parse(&text).unwrap();
        assert_eq!(proof.to_string(), text);
        let verified = proof.verify(log.leaf(index), key.verifier(), &[]).unwrap();
        assert_eq!(verified.checkpoint, log.tree.checkpoint());
        let other = log.leaf((index + 1) % 300);
        assert_eq!(
            proof.verify(other, key.verifier(), &[]),
            Err(ProofError::NotIncluded)
        );
        let refused = proof.verify(log.leaf(index), log_key(2).verifier(), &[]);
        assert_eq!(refused, Err(ProofError::Checkpoint(CheckpointError::Unsigned)));
    }
    let proof = log.proof(17, &key);
    let moved = InclusionProof {
        index: 18,
        ..proof.clone()
    };
    assert_eq!(
        moved.verify(log.leaf(17), key.verifier(), &[]),
        Err(ProofError::NotIncluded)
    );
    let beyond = InclusionProof {
        index: u64::MAX,
        ..proof.clone()
    };
    assert_eq!(
        beyond.verify(log.leaf(17), key.verifier(), &[]),
        Err(ProofError::NotIncluded)
    );
    let short = InclusionProof {
        hashes: Vec::new(),
        ..proof
    };
    assert_eq!(
        short.verify(log.leaf(17), key.verifier(), &[]),
        Err(ProofError::NotIncluded)
    );
}

#[test]
fn other_forms_are_refused() {
    for (from, to) in [
        ("@v1", "@v2"),
        ("index 73894", "index 073894"),
        ("index 73894", "index +73894"),
        ("index 73894", "index -1"),
        ("index 73894", "index 18446744073709551616"),
        ("index 73894", "Index 73894"),
        ("index 73894\n", ""),
        ("extra YWdl", "extra !!!!"),
        ("extra YWdl", "more YWdl"),
        ("PlQ=\n", "PlQ\n"),
        ("PlQ=\n", "PlQ=\r\n"),
        ("XmA=\n\n", "XmA=\n"),
    ] {
        assert_eq!(
            InclusionProof::parse(&EXAMPLE.replace(from, to)),
            Err(ProofError::Malformed),
            "{to}"
        );
    }
    let hash = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
    let deep = EXAMPLE.replace(hash, &hash.repeat(MAX_HASHES));
    assert_eq!(InclusionProof::parse(&deep), Err(ProofError::Malformed));
    assert_eq!(
        InclusionProof::parse(&EXAMPLE.repeat(400)),
        Err(ProofError::Malformed)
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String, lines in prop::collection::vec("[ -~]{0,50}", 0..8)) {
        let _ = InclusionProof::parse(&text);
        let _ = InclusionProof::parse(&format!("{HEADER}\n{}", lines.join("\n")));
        let _ = InclusionProof::parse(&format!("{HEADER}\nindex 5\n{}\n\n{}", lines.join("\n"), lines.join("\n")));
    }

    #[test]
    fn what_is_written_is_read(extra: Option<Vec<u8>>, index: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=MAX_HASHES)) {
        let hashes = hashes.into_iter().map(NodeHash::from_bytes).collect();
        let proof = InclusionProof { extra, index, hashes, checkpoint: "a\n1\n\n— a b\n".into() };
        prop_assert_eq!(InclusionProof::parse(&proof.to_string()), Ok(proof));
    }

    #[test]
    fn no_numbers_make_a_path_panic(index: u64, size: u64, hashes in 0_usize..70) {
        let head = Checkpoint { origin: "a".into(), size, root: NodeHash::EMPTY };
        let path = vec![NodeHash::EMPTY; hashes];
        prop_assert!(verify_path(NodeHash::of_leaf(b""), index, &path, &head).is_err());
    }
}
