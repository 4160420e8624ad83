//! What drawing never gives, and to whom.

use super::*;
use claviger_model::{
    action::Action,
    guardrail::Guardrail,
    ids::{GrantId, PolicyId},
    principal::PrincipalState,
    role::{MayGrant, Role},
};
use claviger_storage::sessions::DeviceState;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_is_suspended_draws_nor_a_device_that_is_ending_nor_another_person() {
    let Scene {
        house,
        holder,
        right,
        lead,
        ..
    } = scene().await;
    assert_eq!(house.draw(&lead, right, 600).await.code(), "not_found");
    let device = async |state| {
        let mut locked = house.app.store.locked().await.unwrap();
        let mut row = locked.device(holder.device).await.unwrap().unwrap();
        row.state = state;
        locked.update_device(&row).await.unwrap();
        locked.commit().await.unwrap();
    };
    device(DeviceState::Ending).await;
    assert_eq!(house.draw(&holder, right, 600).await.code(), "device_ended");
    device(DeviceState::Active).await;
    let person = async |state| {
        let mut locked = house.app.store.locked().await.unwrap();
        let mut row = locked.principal(holder.principal).await.unwrap().unwrap();
        row.state = state;
        locked.update_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
    };
    for state in [PrincipalState::Suspended, PrincipalState::Disabled] {
        person(state).await;
        assert_eq!(house.draw(&holder, right, 600).await.code(), "disabled");
    }
    person(PrincipalState::Active).await;
    assert_eq!(house.draw(&holder, right, 600).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_guardrail_lets_it_pass() {
    let Scene {
        house,
        secret,
        holder,
        right,
        ..
    } = scene().await;
    let mut locked = house.app.store.locked().await.unwrap();
    let guardrail = Guardrail {
        id: PolicyId::random(&SystemEntropy),
        name: crate::house::name("frozen"),
        text: r#"forbid (principal, action == Action::"secret.reveal", resource);"#.to_owned(),
        builtin: false,
        enabled: true,
    };
    locked.put_guardrail(&guardrail).await.unwrap();
    locked.commit().await.unwrap();
    house.drawn(&holder, right, 600).await;
    assert_eq!(house.read(&holder, secret, "reveal").await, "forbidden");
    assert_eq!(house.read(&holder, secret, "use").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_no_power_over_access_even_when_its_role_gets_some() {
    let Scene {
        house, lead, holder, ..
    } = scene().await;
    let production = house.places.production;
    let id = RoleId::random(&SystemEntropy);
    let role = |actions: &[Action], may_grant: MayGrant| {
        let name = crate::house::name("responder");
        Role::custom(id, name, actions.iter().copied().collect(), may_grant).unwrap()
    };
    let harmless = role(
        &[Action::SecretView, Action::ScopeView, Action::SecretUse],
        MayGrant::nothing(),
    );
    house.put_role(&harmless).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let body = body_of(id, holder.principal, production, &house);
    assert_eq!(
        house
            .call(Some(&owner), &route::GIVE_EMERGENCY, &[], &body)
            .await
            .code(),
        "ok"
    );
    let right: EmergencyId = serde_json::from_value(body["id"].clone()).unwrap();
    house.drawn(&holder, right, 600).await;
    let viewer = MayGrant::Roles([roles::VIEWER].into());
    house
        .put_role(&role(
            &[
                Action::SecretView,
                Action::ScopeView,
                Action::GrantAssign,
                Action::GrantRevoke,
            ],
            viewer,
        ))
        .await;
    let other = house.actor(&[]).await.principal;
    let gift = json!({
        "id": GrantId::random(&SystemEntropy), "principal": other, "role": roles::VIEWER, "scope": production,
        "reason": "why not",
    });
    assert_eq!(
        house
            .call(Some(&holder), &route::GIVE_GRANT, &[], &gift)
            .await
            .code(),
        "forbidden"
    );
    // And nobody makes such a grant by hand.
    let mut marked = gift.clone();
    marked["conditions"] = json!({"emergency": true});
    assert_eq!(
        house
            .call(Some(&lead), &route::GIVE_GRANT, &[], &marked)
            .await
            .code(),
        "bad_request"
    );
}
