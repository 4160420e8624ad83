//! What can be drawn in an emergency is somebody's own access, too: who widens it gains by it (rule 13).

use super::*;
use crate::guardrails::{NO_PRODUCTION, carry_out, changed, new_id, plan, put};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    ids::ProposalId,
    role::{MayGrant, Role},
};
use claviger_protocol::{roles::canonical_role, wire::Bytes};

async fn role(house: &House, actions: &[Action]) -> Role {
    let id = RoleId::random(&SystemEntropy);
    let role = Role::custom(
        id,
        crate::house::name(&id.to_string()),
        actions.iter().copied().collect(),
        MayGrant::nothing(),
    );
    let role = role.unwrap();
    house.put_role(&role).await;
    role
}

async fn right_to(house: &House, principal: PrincipalId, role: RoleId) -> EmergencyId {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let right = EmergencyRight {
        id: EmergencyId::random(&SystemEntropy),
        principal,
        role,
        scope: house.places.production,
        reason: "on call".to_owned(),
        given_by: principal,
        given_at: now,
        ends_at: now.plus(HOUR * 24),
        ended: None,
    };
    locked.insert_emergency_right(&right).await.unwrap();
    locked.commit().await.unwrap();
    right.id
}

async fn changed_to(house: &House, who: &Actor, role: &Role, actions: &[Action], proposal: bool) -> Answer {
    let replaces: Bytes = sha256(&canonical_role(role).unwrap()).into();
    let form =
        json!({"name": role.name, "actions": actions, "may_grant": {"roles": []}, "replaces": replaces});
    let mut body = json!({"role": form, "reason": "they need more"});
    if proposal {
        body["proposal"] = json!(ProposalId::random(&SystemEntropy));
    }
    house.call(Some(who), &route::PUT_ROLE, &[&role.id], &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_its_author_could_draw_is_widened_by_two() {
    let house = House::new().await;
    let author = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let used = role(&house, &[Action::SecretView, Action::SecretUse]).await;
    let wider = [Action::SecretView, Action::SecretUse, Action::SecretReveal];
    let right = right_to(&house, author.principal, used.id).await;
    let answer = changed_to(&house, &author, &used, &wider, false).await;
    assert_eq!(answer.code(), "second_owner_needed", "{:?}", answer.json());
    let answer = changed_to(&house, &author, &used, &wider, true).await;
    assert_eq!(answer.json()["outcome"], "proposed");
    let list = house
        .call(Some(&author), &route::PROPOSALS, &[], &json!({}))
        .await
        .json();
    let widens = &list["proposals"][0]["widens"];
    assert_eq!(widens[0]["actions"], json!(["secret.reveal"]), "{widens}");
    // What can be drawn hides nothing of what is gained for good.
    let lasting = crate::assigning::given(&house, author.principal, used.id, house.places.production).await;
    right_to(&house, author.principal, roles::READER).await;
    let answer = changed_to(&house, &author, &used, &wider, false).await;
    assert_eq!(answer.code(), "second_owner_needed", "{:?}", answer.json());
    let mut locked = house.app.store.locked().await.unwrap();
    let end = claviger_model::grant::Ended {
        at: locked.now(),
        by: author.principal,
        reason: "over".to_owned(),
    };
    locked.end_grant(lasting, &end).await.unwrap();
    locked.end_emergency_right(right, &end).await.unwrap();
    locked.commit().await.unwrap();
    let answer = changed_to(&house, &author, &used, &wider, false).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardrail_over_what_its_author_could_draw_goes_by_two() {
    let house = House::new().await;
    let author = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let id = new_id();
    assert_eq!(
        changed(&house, &author, id, &put("No production", NO_PRODUCTION))
            .await
            .code(),
        "ok"
    );
    let off = json!({"change": "switch", "enabled": false});
    assert!(!plan(&house, &author, id, &off).await.second_owner);
    right_of(&house, author.principal, house.places.production).await;
    let shown = plan(&house, &author, id, &off).await;
    assert!(shown.second_owner);
    assert_eq!(shown.widens[0].principal, author.principal);
    assert_eq!(
        carry_out(&house, &author, id, &off, &shown).await.code(),
        "second_owner_needed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_became_power_over_access_is_not_drawn() {
    let house = House::new().await;
    let drawer = house.actor(&[]).await;
    let used = role(&house, &[Action::SecretView, Action::SecretUse]).await;
    let right = right_to(&house, drawer.principal, used.id).await;
    let power = Role {
        actions: [Action::GrantRevoke, Action::GrantView].into(),
        ..used.clone()
    };
    house.put_role(&power).await;
    let refused = house.draw(&drawer, right, 600).await;
    assert_eq!(refused.code(), "wrong_state", "{:?}", refused.json());
    house.put_role(&used).await;
    assert_eq!(house.draw(&drawer, right, 600).await.code(), "ok");
}
