//! What widens its author's own access, or takes what everyone relies on, waits for a second Owner (rule 13).

use super::*;
use crate::assigning::{allowed, given};
use claviger_model::{action::Action, ids::ProposalId};
use claviger_policy::builtin_guardrails::{PRODUCTION_WITH_MULTI_FACTOR, SERVICES_IN_THEIR_CLASS};
use claviger_protocol::roles::{Changed, ProposalsReply, ProposedChange};

async fn proposed(house: &House, who: &Actor, id: PolicyId, change: &Value) -> (ProposalId, GuardrailPlan) {
    let shown = plan(house, who, id, change).await;
    assert!(shown.second_owner);
    assert_eq!(
        carry_out(house, who, id, change, &shown).await.code(),
        "second_owner_needed"
    );
    let proposal = ProposalId::random(&SystemEntropy);
    let mut body = body(house, who, id, change).await;
    body["digest"] = json!(shown.digest);
    body["reason"] = json!("no provider tells it");
    body["proposal"] = json!(proposal);
    for _ in 0..2 {
        let answer = house
            .call(Some(who), &route::CHANGE_GUARDRAIL, &[&id], &body)
            .await;
        assert_eq!(answer.parse::<Changed>(), Changed::Proposed { proposal });
    }
    (proposal, shown)
}

async fn approve(house: &House, who: &Actor, proposal: ProposalId) -> String {
    let list: ProposalsReply = house
        .call(Some(who), &route::PROPOSALS, &[], &json!({}))
        .await
        .parse();
    let shown = list.proposals.iter().find(|shown| shown.id == proposal).unwrap();
    assert!(matches!(shown.change, ProposedChange::Guardrail { .. }));
    let body = json!({"digest": shown.digest});
    let answer = house
        .call(Some(who), &route::APPROVE_PROPOSAL, &[&proposal], &body)
        .await;
    answer.code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_built_in_one_is_switched_off_by_two_and_never_changed() {
    let house = House::new().await;
    let (author, second) = (owner(&house).await, owner(&house).await);
    let id = PRODUCTION_WITH_MULTI_FACTOR;
    for change in [put("Mine now", NO_PRODUCTION), json!({"change": "delete"})] {
        let answer = plan_answer(&house, &author, id, &change).await;
        assert_eq!(answer.code(), "wrong_state");
    }
    let reader = reader(&house).await;
    let off = json!({"change": "switch", "enabled": false});
    let (proposal, shown) = proposed(&house, &author, id, &off).await;
    // Nobody gains at best; it is eased for those who read production.
    assert_eq!((shown.totals.lost, shown.totals.gained), (0, 0));
    let eased = shown
        .people
        .iter()
        .find(|person| person.principal == reader.principal);
    assert!(eased.unwrap().places.iter().all(|place| !place.eased.is_empty()));
    assert!(record(&house, &author, id).await.unwrap().guardrail.enabled);
    assert_eq!(approve(&house, &author, proposal).await, "separation_of_duties");
    assert_eq!(approve(&house, &second, proposal).await, "ok");
    let off_now = record(&house, &author, id).await.unwrap();
    assert!(!off_now.guardrail.enabled);
    assert_eq!(off_now.changed_by, Some(author.principal));
    // On again, it takes away: one Owner will do.
    let on = json!({"change": "switch", "enabled": true});
    assert_eq!(changed(&house, &author, id, &on).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_frees_its_author_waits_and_what_frees_others_does_not() {
    let house = House::new().await;
    let (author, second) = (owner(&house).await, owner(&house).await);
    let id = new_id();
    assert_eq!(
        changed(&house, &author, id, &put("No production", NO_PRODUCTION))
            .await
            .code(),
        "ok"
    );
    let off = json!({"change": "switch", "enabled": false});
    let others_only = plan(&house, &author, id, &off).await;
    assert!(!others_only.second_owner);
    // From now on the author reads values too, wherever no guardrail forbids it.
    given(&house, author.principal, READER, house.places.root).await;
    let production = house.places.production;
    assert!(!allowed(&house, author.principal, Action::SecretReveal, production).await);
    let (proposal, shown) = proposed(&house, &author, id, &off).await;
    assert_eq!(shown.widens[0].principal, author.principal);
    assert!(!allowed(&house, author.principal, Action::SecretReveal, production).await);
    assert_eq!(approve(&house, &second, proposal).await, "ok");
    assert!(allowed(&house, author.principal, Action::SecretReveal, production).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaker_text_and_a_deletion_wait_too_and_what_changed_meanwhile_is_not_approved() {
    let house = House::new().await;
    let (author, second) = (owner(&house).await, owner(&house).await);
    given(&house, author.principal, READER, house.places.root).await;
    let id = new_id();
    assert_eq!(
        changed(&house, &author, id, &put("No production", NO_PRODUCTION))
            .await
            .code(),
        "ok"
    );
    let weaker = put(
        "No production",
        r#"forbid (principal, action in Action::"data", resource) when { resource.class == "production" && !context.enrolled_device };"#,
    );
    let (weaker, _) = proposed(&house, &author, id, &weaker).await;
    let (deletion, _) = proposed(&house, &author, id, &json!({"change": "delete"})).await;
    let renamed = changed(&house, &second, id, &put("Another name", NO_PRODUCTION)).await;
    assert_eq!(renamed.code(), "ok", "a name widens nothing");
    for proposal in [weaker, deletion] {
        assert_eq!(approve(&house, &second, proposal).await, "conflict");
    }
    assert!(record(&house, &author, id).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_frees_a_service_that_one_answers_for_waits_too() {
    let house = House::new().await;
    let author = owner(&house).await;
    let service = crate::assigning::principal(
        &house,
        claviger_model::principal::Nature::Service {
            class: claviger_model::scope::EnvironmentClass::Staging,
            owner: author.principal,
        },
    )
    .await;
    given(
        &house,
        service,
        claviger_model::builtin_roles::CI_TEST,
        house.places.payments,
    )
    .await;
    let id = new_id();
    let text = r#"forbid (principal is Service, action in Action::"data", resource) when { resource.class == "staging" };"#;
    assert_eq!(
        changed(&house, &author, id, &put("No machines", text))
            .await
            .code(),
        "ok"
    );
    let off = json!({"change": "switch", "enabled": false});
    let shown = plan(&house, &author, id, &off).await;
    assert!(shown.widens.iter().any(|widening| widening.principal == service));
    assert!(shown.second_owner);
    let builtin = plan(&house, &author, SERVICES_IN_THEIR_CLASS, &off).await;
    assert!(builtin.second_owner);
}
