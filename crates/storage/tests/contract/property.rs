//! Whatever is appended in whatever batches: both databases grow the same tree, and no subject's chain has a gap.

use crate::ground::{Ground, Noted};
use claviger_ledger::edge::Edge;
use claviger_model::ids::{EventId, PrincipalId};
use claviger_storage::log::Draft;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use std::collections::BTreeSet;

/// Batches of events of subjects; a batch may be given up.
type Plan = Vec<(bool, Vec<BTreeSet<u8>>)>;

fn subject(number: u8) -> PrincipalId {
    PrincipalId::from_bytes([number; 16])
}

async fn follow(ground: &Ground, plan: &Plan) -> Edge {
    let mut next = 0_u64;
    for (kept, events) in plan {
        let mut locked = ground.locked().await;
        let mut drafts = Vec::new();
        for subjects in events {
            next += 1;
            let mut id = [0; 16];
            id[8..].copy_from_slice(&next.to_be_bytes());
            let subjects: Vec<_> = subjects.iter().map(|number| subject(*number)).collect();
            drafts.push(Draft {
                event: EventId::from_bytes(id),
                seal: Box::new(|placement| Ok(format!("{placement:?}").into_bytes())),
                ..ground.draft(&subjects)
            });
        }
        locked.append(drafts, &Noted).await.unwrap();
        if *kept {
            locked.commit().await.unwrap();
        }
    }
    let mut reader = ground.store.reader().await.unwrap();
    for number in 0..4 {
        let history = reader
            .events_of_subject(subject(number), 0, 10_000)
            .await
            .unwrap();
        let mut prev = None;
        for (expected, found) in (1..).zip(&history) {
            assert_eq!(found.seq, expected);
            let said = format!("seq: {expected}, prev: {prev:?}");
            assert!(
                String::from_utf8_lossy(&found.entry.leaf).contains(&said),
                "{said}"
            );
            prev = Some(found.entry.leaf_hash);
        }
    }
    let head = reader.committed_head().await.unwrap();
    let edge = if head.edge.is_empty() {
        Edge::new()
    } else {
        Edge::from_bytes(&head.edge).unwrap()
    };
    assert_eq!(edge.size(), head.next_index);
    edge
}

#[test]
fn both_databases_grow_the_same_tree() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    });
    let events = vec(proptest::collection::btree_set(0_u8..4, 0..4), 0..90);
    let plan = vec((proptest::bool::weighted(0.8), events), 0..9);
    runner
        .run(&plan, |plan| {
            runtime.block_on(async {
                let (one, two) = (Ground::sqlite().await, Ground::postgres().await);
                let (left, right) = (follow(&one, &plan).await, follow(&two, &plan).await);
                prop_assert_eq!(left.root(), right.root());
                prop_assert_eq!(left.to_bytes(), right.to_bytes());
                Ok(())
            })
        })
        .unwrap();
}
