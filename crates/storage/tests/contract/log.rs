use crate::ground::{Ground, Noted};
use claviger_ledger::{
    edge::{Edge, TileId},
    hash::NodeHash,
    prove::{Prover, tiles_for_inclusion},
};
use claviger_model::{event::EventKind, ids::PrincipalId};
use claviger_storage::{
    StorageError,
    log::{Draft, LogFilter, NotaryError, Opening, Outcome, SignCheckpoint},
    releases::BatchAsks,
    sign_in::ProofUse,
};
use std::collections::HashMap;

contract!(
    a_leaf_is_stored_verbatim_with_its_place,
    subjects_form_chains_also_within_a_batch,
    openings_come_with_entries_and_can_be_erased,
    full_tiles_prove_every_leaf,
    the_log_is_searched_by_what_is_derived,
    what_cannot_be_sealed_or_signed_is_not_appended,
    a_batch_goes_on_from_what_it_read,
);

async fn a_leaf_is_stored_verbatim_with_its_place(ground: Ground) {
    let drafts = vec![ground.draft(&[ground.ada]), ground.draft(&[])];
    let appended = ground.append(drafts).await;
    assert_eq!(
        appended
            .events
            .iter()
            .map(|e| e.placement.index)
            .collect::<Vec<_>>(),
        [0, 1]
    );
    let mut reader = ground.store.reader().await.unwrap();
    let head = reader.committed_head().await.unwrap();
    assert_eq!((head.next_index, head.last_time), (2, ground.now()));
    assert_eq!(
        (&head.edge, &head.checkpoint),
        (&appended.edge.to_bytes(), &appended.checkpoint)
    );
    let edge = Edge::from_bytes(&head.edge).unwrap();
    let root = NodeHash::of_children(
        NodeHash::from_bytes(appended.events[0].leaf_hash),
        NodeHash::from_bytes(appended.events[1].leaf_hash),
    );
    assert_eq!(edge.root(), root);
    assert!(
        head.checkpoint.starts_with("claviger.acme.example/log\n2\n"),
        "{}",
        head.checkpoint
    );
    for event in &appended.events {
        let entry = reader.event_by_id(event.event).await.unwrap().unwrap();
        assert_eq!((entry.index, &entry.leaf), (event.placement.index, &event.leaf));
        assert_eq!(entry.leaf_hash, *NodeHash::of_leaf(&entry.leaf).as_bytes());
    }
    assert_eq!(reader.events_from(1, 5).await.unwrap().len(), 1);
    assert_eq!(reader.leaf_hashes(0, 2).await.unwrap().len(), 2);
}

async fn subjects_form_chains_also_within_a_batch(ground: Ground) {
    let grace = PrincipalId::random(&ground.entropy);
    ground
        .append(vec![
            ground.draft(&[ground.ada]),
            ground.draft(&[ground.ada, grace]),
        ])
        .await;
    ground
        .append(vec![ground.draft(&[grace]), ground.draft(&[grace, ground.ada])])
        .await;
    let mut reader = ground.store.reader().await.unwrap();
    for subject in [ground.ada, grace] {
        let history = reader.events_of_subject(subject, 0, 100).await.unwrap();
        assert_eq!(history.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
        let indexes: Vec<_> = history.iter().map(|e| e.entry.index).collect();
        assert!(indexes.is_sorted());
        for entry in &history {
            let said = format!("{subject}:{}", entry.seq);
            assert!(String::from_utf8_lossy(&entry.entry.leaf).contains(&said));
        }
        let last = reader.last_of_subject(subject).await.unwrap();
        assert_eq!(last, (3, Some(history[2].entry.leaf_hash)));
        let newest = reader.events_of_subject_before(subject, 3, 1).await.unwrap();
        assert_eq!(newest[0].seq, 2);
    }
    assert_eq!(
        reader
            .last_of_subject(PrincipalId::random(&ground.entropy))
            .await
            .unwrap(),
        (0, None)
    );
}

async fn openings_come_with_entries_and_can_be_erased(ground: Ground) {
    let grace = PrincipalId::random(&ground.entropy);
    let opening = |field: &str, about| Opening {
        field: field.to_owned(),
        about,
        key: [1; 32],
        value: "10.0.0.1".to_owned(),
    };
    let openings = vec![
        opening("name", Some(grace)),
        opening("source-address", Some(ground.ada)),
    ];
    let draft = Draft {
        openings: openings.clone(),
        ..ground.draft(&[ground.ada, grace])
    };
    let other = Draft {
        openings: vec![opening("reason", None)],
        ..ground.draft(&[grace])
    };
    ground.append(vec![draft, other]).await;
    let mut locked = ground.locked().await;
    let history = locked.events_of_subject(grace, 0, 9).await.unwrap();
    assert_eq!(history[0].entry.openings, openings);
    assert_eq!(history[1].entry.openings.len(), 1);
    assert_eq!(locked.erase_openings_about(grace).await.unwrap(), 1);
    let leaf = history[0].entry.leaf.clone();
    let history = locked.events_of_subject(grace, 0, 9).await.unwrap();
    assert_eq!(history[0].entry.openings, openings[1..]);
    assert_eq!(history[0].entry.leaf, leaf);
    assert_eq!(locked.first_opening().await.unwrap(), Some(0));
    assert_eq!(locked.erase_openings_before(1).await.unwrap(), 1);
    assert_eq!(locked.first_opening().await.unwrap(), Some(1));
    assert_eq!(locked.erase_openings_before(9).await.unwrap(), 1);
    assert_eq!(locked.first_opening().await.unwrap(), None);
}

async fn full_tiles_prove_every_leaf(ground: Ground) {
    for size in [200, 150, 170] {
        ground
            .append((0..size).map(|_| ground.draft(&[ground.ada])).collect())
            .await;
    }
    let mut reader = ground.store.reader().await.unwrap();
    let head = reader.committed_head().await.unwrap();
    let edge = Edge::from_bytes(&head.edge).unwrap();
    assert_eq!(edge.size(), 520);
    assert!(
        reader
            .tile(TileId { level: 0, index: 2 })
            .await
            .unwrap()
            .is_none(),
        "not full"
    );
    for index in [0, 255, 256, 511, 519] {
        let wanted: Vec<_> = tiles_for_inclusion(&edge, index).unwrap().into_iter().collect();
        let found = reader.tiles(&wanted).await.unwrap();
        assert_eq!(found.len(), wanted.len());
        let tiles: HashMap<_, _> = found.into_iter().map(|tile| (tile.id, tile.hashes)).collect();
        let path = Prover::new(&edge, &tiles).inclusion(index).unwrap();
        assert!(!path.is_empty());
    }
    let hashes = reader.leaf_hashes(0, 256).await.unwrap();
    let tile = reader.tile(TileId { level: 0, index: 0 }).await.unwrap().unwrap();
    assert_eq!(tile.hashes, hashes.concat());
}

async fn the_log_is_searched_by_what_is_derived(ground: Ground) {
    let secret = ground.secret("db").await;
    let grace = PrincipalId::random(&ground.entropy);
    ground
        .append(vec![
            Draft {
                secret: Some(secret),
                scope: Some(ground.production),
                ..ground.draft(&[ground.ada])
            },
            Draft {
                kind: EventKind::SignedIn,
                outcome: Outcome::Refused,
                ..ground.draft(&[grace])
            },
            Draft {
                actor: Some(ground.ada),
                ..ground.draft(&[grace, ground.ada])
            },
        ])
        .await;
    let mut reader = ground.store.reader().await.unwrap();
    let none = LogFilter::default();
    for (filter, expected) in [
        (none.clone(), vec![2, 1, 0]),
        (
            LogFilter {
                actor: Some(ground.ada),
                ..none.clone()
            },
            vec![2, 0],
        ),
        (
            LogFilter {
                subject: Some(grace),
                ..none.clone()
            },
            vec![2, 1],
        ),
        (
            LogFilter {
                secret: Some(secret),
                ..none.clone()
            },
            vec![0],
        ),
        (
            LogFilter {
                scopes: vec![ground.production, ground.root],
                ..none.clone()
            },
            vec![0],
        ),
        (
            LogFilter {
                kinds: vec![EventKind::SignedIn, EventKind::GrantGiven],
                ..none.clone()
            },
            vec![1],
        ),
        (
            LogFilter {
                outcome: Some(Outcome::Refused),
                ..none.clone()
            },
            vec![1],
        ),
        (
            LogFilter {
                from: Some(ground.later(1)),
                ..none.clone()
            },
            vec![],
        ),
        (
            LogFilter {
                until: Some(ground.now()),
                ..none.clone()
            },
            vec![],
        ),
    ] {
        let found = reader.events_matching(&filter, None, 9).await.unwrap();
        assert_eq!(
            found.iter().map(|e| e.index).collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
    }
    let page = reader.events_matching(&none, Some(2), 1).await.unwrap();
    assert_eq!(page.iter().map(|e| e.index).collect::<Vec<_>>(), [1]);
}

struct Unable;

impl SignCheckpoint for Unable {
    fn sign(&self, _: &str, _: u64, _: &claviger_storage::Digest) -> Result<String, NotaryError> {
        Err("the key is away".into())
    }
}

async fn what_cannot_be_sealed_or_signed_is_not_appended(ground: Ground) {
    let mut locked = ground.locked().await;
    let unable = locked
        .append(vec![ground.draft(&[ground.ada])], &Unable)
        .await
        .unwrap_err();
    assert!(matches!(unable, StorageError::Notary(_)));
    let broken = Draft {
        seal: Box::new(|_| Err("too long".into())),
        ..ground.draft(&[])
    };
    let error = locked
        .append(vec![ground.draft(&[]), broken], &Noted)
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Notary(_)));
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.committed_head().await.unwrap().next_index, 0);
    assert!(reader.events_from(0, 9).await.unwrap().is_empty());
}

async fn a_batch_goes_on_from_what_it_read(ground: Ground) {
    let (grace, edsger) = (
        PrincipalId::random(&ground.entropy),
        PrincipalId::random(&ground.entropy),
    );
    ground.append(vec![ground.draft(&[ground.ada])]).await;
    let proof = ProofUse {
        jkt: [7; 32],
        jti: b"once".to_vec(),
        expires_at: ground.later(60),
    };
    let (device, secret) = (ground.device(ground.ada), ground.secret("db").await);
    let session = ground.session(&device);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked.put_session(&session).await.unwrap();
    let asks = BatchAsks {
        sessions: &[session.id],
        secrets: &[secret],
        proofs: std::slice::from_ref(&proof),
        subjects: &[ground.ada, grace],
    };
    let read = locked.read_for_releases(asks).await.unwrap();
    assert_eq!(
        (read.contexts[0].session.id, read.contexts.len()),
        (session.id, 1)
    );
    assert_eq!((read.current[0].secret, read.current.len()), (secret, 1));
    assert!(read.used.is_empty());
    // One who was not asked for beside those who were; and twice in one transaction.
    let drafts = |subjects: &[PrincipalId]| vec![ground.draft(subjects), ground.draft(subjects)];
    locked
        .append_releases(
            drafts(&[ground.ada, grace, edsger]),
            &[],
            std::slice::from_ref(&proof),
            &Noted,
        )
        .await
        .unwrap();
    locked
        .append(drafts(&[ground.ada, grace, edsger]), &Noted)
        .await
        .unwrap();
    // What moves the head after the append is kept too.
    locked.cut_changes(1).await.unwrap();
    locked.commit().await.unwrap();

    let mut reader = ground.store.reader().await.unwrap();
    for (subject, leaves) in [(ground.ada, 5), (grace, 4), (edsger, 4)] {
        let history = reader.events_of_subject(subject, 0, 100).await.unwrap();
        let numbers: Vec<_> = history.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, (1..=leaves).collect::<Vec<_>>());
    }
    drop(reader);
    let mut locked = ground.locked().await;
    assert_eq!((locked.head().next_index, locked.head().sync_floor), (5, 1));
    let read = locked.read_for_releases(asks).await.unwrap();
    assert!(read.used.contains(&(proof.jkt, proof.jti.clone())));
    let again = locked
        .append_releases(drafts(&[ground.ada]), &[], &[proof], &Noted)
        .await;
    assert!(again.is_err(), "a proof counts once, whatever was read before");
    assert!(locked.commit().await.is_err());
    assert_eq!(ground.locked().await.head().next_index, 5);
}
