use crate::ground::Ground;
use claviger_model::ids::{PrincipalId, ProposalId};
use claviger_storage::{
    Conflict, StorageError,
    proposals::{Proposal, ProposalAnswer, ProposalState},
};
use std::time::Duration;

contract!(
    a_proposal_reads_back_and_is_answered_once,
    proposals_are_paged_newest_first,
    a_proposal_needs_an_author_and_a_free_id,
);

fn proposal(ground: &Ground) -> Proposal {
    Proposal {
        id: ProposalId::random(&ground.entropy),
        kind: "role".to_owned(),
        content: "{\"name\":\"Straße\"}".to_owned(),
        widens: serde_json::json!([{"scope": "x"}]),
        reason: "on call".to_owned(),
        author: ground.ada,
        proposed_at: ground.now(),
        expires_at: ground.now().plus(Duration::from_secs(60)),
        state: ProposalState::Open,
        answer: None,
    }
}

async fn a_proposal_reads_back_and_is_answered_once(ground: Ground) {
    let proposal = proposal(&ground);
    let mut locked = ground.locked().await;
    locked.insert_proposal(&proposal).await.unwrap();
    assert_eq!(
        locked.proposal(proposal.id).await.unwrap(),
        Some(proposal.clone())
    );
    let answer = ProposalAnswer {
        by: ground.ada,
        at: ground.now(),
        word: "no".to_owned(),
    };
    locked
        .answer_proposal(proposal.id, ProposalState::Refused, &answer)
        .await
        .unwrap();
    let ended = locked.proposal(proposal.id).await.unwrap().unwrap();
    assert_eq!(
        (ended.state, &ended.answer),
        (ProposalState::Refused, &Some(answer.clone()))
    );
    let again = locked
        .answer_proposal(proposal.id, ProposalState::Executed, &answer)
        .await
        .unwrap_err();
    assert!(
        matches!(again, StorageError::Conflict(Conflict::Changed)),
        "{again:?}"
    );
}

async fn proposals_are_paged_newest_first(ground: Ground) {
    let mut made = Vec::new();
    let mut locked = ground.locked().await;
    for _ in 0..5 {
        let proposal = proposal(&ground);
        locked.insert_proposal(&proposal).await.unwrap();
        made.push((proposal.proposed_at, proposal.id));
    }
    locked.commit().await.unwrap();
    made.sort();
    made.reverse();
    let (mut seen, mut before) = (Vec::new(), None);
    let mut reader = ground.store.reader().await.unwrap();
    loop {
        let page = reader.proposals(before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.proposed_at, last.id));
        seen.extend(
            page.into_iter()
                .map(|proposal| (proposal.proposed_at, proposal.id)),
        );
    }
    assert_eq!(seen, made);
}

async fn a_proposal_needs_an_author_and_a_free_id(ground: Ground) {
    let proposal = proposal(&ground);
    let mut locked = ground.locked().await;
    locked.insert_proposal(&proposal).await.unwrap();
    let taken = locked.insert_proposal(&proposal).await.unwrap_err();
    assert!(
        matches!(taken, StorageError::Conflict(Conflict::IdTaken)),
        "{taken:?}"
    );
    drop(locked);
    let nobodys = Proposal {
        author: PrincipalId::random(&ground.entropy),
        ..proposal
    };
    let missing = ground.locked().await.insert_proposal(&nobodys).await.unwrap_err();
    assert!(
        matches!(missing, StorageError::Conflict(Conflict::Missing)),
        "{missing:?}"
    );
}
