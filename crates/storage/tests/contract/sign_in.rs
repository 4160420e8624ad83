use crate::ground::Ground;
use claviger_storage::{
    Conflict, StorageError,
    releases::BatchAsks,
    sign_in::{Challenge, ProofUse},
};

contract!(
    a_challenge_counts_once_and_in_time,
    an_id_token_counts_once,
    proofs_count_once_also_within_a_list,
    the_bootstrap_code_is_sealed_once_and_in_time,
    a_use_that_was_not_committed_did_not_happen,
);

async fn a_challenge_counts_once_and_in_time(ground: Ground) {
    for hash in [[1; 32], [2; 32]] {
        ground
            .store
            .put_challenge(&Challenge {
                hash,
                expires_at: ground.later(600),
            })
            .await
            .unwrap();
    }
    let mut locked = ground.locked().await;
    assert!(!locked.consume_challenge(&[3; 32], ground.now()).await.unwrap());
    assert!(locked.consume_challenge(&[1; 32], ground.now()).await.unwrap());
    assert!(!locked.consume_challenge(&[1; 32], ground.now()).await.unwrap());
    assert!(
        !locked
            .consume_challenge(&[2; 32], ground.later(600))
            .await
            .unwrap()
    );
    locked.commit().await.unwrap();
    assert_eq!(ground.store.sweep(ground.later(599)).await.unwrap(), 0);
    assert_eq!(ground.store.sweep(ground.later(600)).await.unwrap(), 1);
}

async fn an_id_token_counts_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let until = ground.later(600);
    assert!(
        locked
            .use_id_token("https://a.example", &[1; 32], until)
            .await
            .unwrap()
    );
    assert!(
        !locked
            .use_id_token("https://a.example", &[1; 32], until)
            .await
            .unwrap()
    );
    assert!(
        locked
            .use_id_token("https://b.example", &[1; 32], until)
            .await
            .unwrap()
    );
}

async fn proofs_count_once_also_within_a_list(ground: Ground) {
    let proof = |jkt, jti: &[u8]| ProofUse {
        jkt: [jkt; 32],
        jti: jti.to_vec(),
        expires_at: ground.later(60),
    };
    let mut locked = ground.locked().await;
    let list = [proof(1, b"a"), proof(1, b"b"), proof(1, b"a"), proof(2, b"a")];
    assert_eq!(locked.use_proofs(&list).await.unwrap(), [true, true, false, true]);
    assert!(!locked.use_proof(&proof(2, b"a")).await.unwrap());
    assert!(locked.use_proofs(&[]).await.unwrap().is_empty());
    let asked = [proof(2, b"a"), proof(1, b"c"), proof(2, b"b"), proof(1, b"b")];
    let asks = BatchAsks {
        sessions: &[],
        secrets: &[],
        proofs: &asked,
        subjects: &[],
    };
    let used = locked.read_for_releases(asks).await.unwrap().used;
    assert_eq!(used.len(), 2);
    for known in [proof(2, b"a"), proof(1, b"b")] {
        assert!(used.contains(&(known.jkt, known.jti)));
    }
    locked.commit().await.unwrap();
    assert_eq!(ground.store.sweep(ground.later(60)).await.unwrap(), 3);
    let mut locked = ground.locked().await;
    assert!(locked.use_proof(&proof(2, b"a")).await.unwrap());
}

async fn the_bootstrap_code_is_sealed_once_and_in_time(ground: Ground) {
    let mut locked = ground.locked().await;
    assert_eq!(locked.bootstrap().await.unwrap(), None);
    locked.arm_bootstrap(&[1; 32], ground.later(3600)).await.unwrap();
    for (code, now) in [([2; 32], ground.now()), ([1; 32], ground.later(3600))] {
        let error = locked.seal_bootstrap(&code, now).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict(Conflict::AlreadyUsed)));
    }
    locked.seal_bootstrap(&[1; 32], ground.now()).await.unwrap();
    assert!(locked.seal_bootstrap(&[1; 32], ground.now()).await.is_err());
    locked.arm_bootstrap(&[3; 32], ground.later(3600)).await.unwrap();
    assert_eq!(locked.bootstrap().await.unwrap().unwrap().sealed_at, None);
}

async fn a_use_that_was_not_committed_did_not_happen(ground: Ground) {
    let proof = ProofUse {
        jkt: [1; 32],
        jti: vec![1],
        expires_at: ground.later(60),
    };
    for _ in 0..2 {
        assert!(ground.locked().await.use_proof(&proof).await.unwrap());
    }
}
