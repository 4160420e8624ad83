//! What widens its author's own access waits for a second Owner (rule 13).

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_widens_its_author_waits_for_a_second_owner() {
    let house = House::new().await;
    let root = house.places.root;
    let (author, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let helper = role(&house, &[Action::SecretView]).await;
    given(&house, author.principal, helper.id, root).await;
    let more = form(
        &helper,
        &[Action::SecretView, Action::SecretReveal],
        Some(replaces(&helper)),
    );
    let bare = json!({"role": more, "reason": "on call"});
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], bare.clone()).await),
        "second_owner_needed"
    );
    let proposal = ProposalId::random(&SystemEntropy);
    let proposing = with(bare, "proposal", proposal);
    for _ in 0..2 {
        let answer = say(&house, &author, route::PUT_ROLE, &[&helper.id], proposing.clone()).await;
        assert_eq!(answer.parse::<Changed>(), Changed::Proposed { proposal });
    }
    assert!(!allowed(&house, author.principal, Action::SecretReveal, root).await);

    let list: ProposalsReply = say(&house, &second, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let shown = &list.proposals[0];
    assert_eq!(
        (list.proposals.len(), shown.state, shown.author),
        (1, ProposalState::Open, author.principal)
    );
    assert_eq!(shown.widens[0].actions, [Action::SecretReveal].into());
    let yes = json!({"digest": shown.digest});
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "separation_of_duties"
    );
    let other = json!({"digest": Bytes::from([0; 32])});
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], other).await),
        "stale_plan"
    );
    // Managing roles does not make an Owner.
    let manager = role(&house, &[Action::RoleManage, Action::ScopeView]).await;
    let manager = house.actor(&[(manager.id, root)]).await;
    assert_eq!(
        code(
            &say(
                &house,
                &manager,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "forbidden"
    );
    assert!(!allowed(&house, author.principal, Action::SecretReveal, root).await);
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "ok"
    );
    assert!(allowed(&house, author.principal, Action::SecretReveal, root).await);
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], yes).await),
        "wrong_state"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_refused_taken_back_outlived_and_overtaken() {
    let house = House::new().await;
    let root = house.places.root;
    let (author, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let mut made = Vec::new();
    for _ in 0..4 {
        let helper = role(&house, &[Action::SecretView]).await;
        given(&house, author.principal, helper.id, root).await;
        let proposal = ProposalId::random(&SystemEntropy);
        let more = form(
            &helper,
            &[Action::SecretView, Action::SecretUse],
            Some(replaces(&helper)),
        );
        let body = json!({"role": more, "reason": "on call", "proposal": proposal});
        assert_eq!(
            code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], body).await),
            "ok"
        );
        made.push((proposal, helper));
    }
    let list: ProposalsReply = say(&house, &author, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let yes = |id: ProposalId| {
        let shown = list.proposals.iter().find(|proposal| proposal.id == id).unwrap();
        json!({"digest": shown.digest})
    };
    let (refused, withdrawn, overtaken, late) = (made[0].0, made[1].0, &made[2], made[3].0);
    let words = json!({"words": "no need"});
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::REFUSE_PROPOSAL,
                &[&refused],
                words.clone()
            )
            .await
        ),
        "separation_of_duties"
    );
    assert_eq!(
        code(&say(&house, &second, route::REFUSE_PROPOSAL, &[&refused], words).await),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&refused],
                yes(refused)
            )
            .await
        ),
        "wrong_state"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::WITHDRAW_PROPOSAL,
                &[&withdrawn],
                Value::Null
            )
            .await
        ),
        "not_found"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::WITHDRAW_PROPOSAL,
                &[&withdrawn],
                Value::Null
            )
            .await
        ),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&withdrawn],
                yes(withdrawn)
            )
            .await
        ),
        "wrong_state"
    );
    // The role was changed by somebody else in the meantime.
    let other = form(&overtaken.1, &[Action::ScopeView], Some(replaces(&overtaken.1)));
    let changed = json!({"role": other, "reason": "narrower"});
    assert_eq!(
        code(&say(&house, &second, route::PUT_ROLE, &[&overtaken.1.id], changed).await),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&overtaken.0],
                yes(overtaken.0)
            )
            .await
        ),
        "conflict"
    );
    house.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let (author, second) = (
        house.sign_in(author.principal).await,
        house.sign_in(second.principal).await,
    );
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&late], yes(late)).await),
        "wrong_state"
    );
    let list: ProposalsReply = say(&house, &author, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let state = |id| {
        list.proposals
            .iter()
            .find(|proposal| proposal.id == id)
            .unwrap()
            .state
    };
    assert_eq!(
        (state(refused), state(withdrawn), state(late)),
        (
            ProposalState::Refused,
            ProposalState::Withdrawn,
            ProposalState::Expired
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_one_answers_for_is_ones_own_access() {
    let house = House::new().await;
    let root = house.places.root;
    let author = house.actor(&[(OWNER, root)]).await;
    let team = principal(&house, Nature::Team).await;
    let robot = principal(
        &house,
        Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team,
        },
    )
    .await;
    let helper = role(&house, &[Action::SecretView]).await;
    given(&house, robot, helper.id, root).await;
    let more = form(
        &helper,
        &[Action::SecretView, Action::SecretUse],
        Some(replaces(&helper)),
    );
    let body = json!({"role": more, "reason": "deploys"});
    put_in(&house, team, author.principal).await;
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], body.clone()).await),
        "second_owner_needed"
    );
    let stranger = house.actor(&[(OWNER, root)]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::PUT_ROLE, &[&helper.id], body).await),
        "ok"
    );
}
