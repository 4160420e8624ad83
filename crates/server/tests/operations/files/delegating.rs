//! Who makes an identity that applies files: two Owners, neither of whom answers for it or holds its keys.

use super::*;
use crate::{assigning::given, services::key_body};
use claviger_crypto::signing::DeviceKey;
use claviger_model::{
    action::Action,
    builtin_roles::{CI_TEST, LEAD, POLICY_FILES, READER, VIEWER},
    role::{MayGrant, Role},
};
use claviger_protocol::policy_files::DelegationsReply;

async fn listed(house: &House, who: &Actor) -> DelegationsReply {
    house
        .call(Some(who), &route::FILE_DELEGATIONS, &[], &Value::Null)
        .await
        .parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_two_owners_and_ends_with_its_grant() {
    let house = House::new().await;
    let new = Pipeline::new(&house).await;
    let form = new.whole(&house, &[READER, LEAD]);
    let (proposal, answer) = propose(&house, &new.author, &form).await;
    assert_eq!(answer.json()["outcome"], "proposed", "{:?}", answer.json());
    assert!(listed(&house, &new.author).await.delegations.is_empty());
    assert_eq!(
        approve(&house, &new.author, proposal).await,
        "separation_of_duties"
    );
    assert_eq!(approve(&house, &new.second, proposal).await, "ok");
    let found = listed(&house, &new.second).await.delegations;
    assert_eq!(found.len(), 1);
    assert_eq!(serde_json::to_value(&found[0].delegation).unwrap(), form);
    assert_eq!(
        (found[0].made_by, found[0].approved_by),
        (new.author.principal, new.second.principal)
    );
    assert!(!export(&house, &new.service).await.is_empty());
    // The same call again changes nothing; another one of the same grant is refused.
    let (_, again) = propose(&house, &new.author, &form).await;
    assert_eq!(again.json()["outcome"], "made");
    let mut other = form.clone();
    other["may_grant"] = json!([READER]);
    assert_eq!(propose(&house, &new.author, &other).await.1.code(), "conflict");
    let end = json!({"reason": "another repository"});
    let id = form["grant"].as_str().unwrap();
    assert_eq!(
        house
            .call(Some(&new.author), &route::END_GRANT, &[&id], &end)
            .await
            .code(),
        "ok"
    );
    let refused = house
        .call(Some(&new.service), &route::EXPORT_POLICY_FILES, &[], &json!({}))
        .await;
    assert_eq!(refused.code(), "forbidden");
    assert!(listed(&house, &new.author).await.delegations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_behind_it_makes_none_and_who_made_it_holds_no_key() {
    let house = House::new().await;
    let new = Pipeline::new(&house).await;
    let form = new.form(&house, house.places.payments, &[READER]);
    // An Owner who answers for the service neither proposes nor approves.
    let inside = house.actor(&[(OWNER, house.places.root)]).await;
    joins(&house, new.team, inside.principal).await;
    assert_eq!(
        propose(&house, &inside, &form).await.1.code(),
        "separation_of_duties"
    );
    let (proposal, _) = propose(&house, &new.author, &form).await;
    assert_eq!(approve(&house, &inside, proposal).await, "separation_of_duties");
    // Nor does one who made a key of it and left.
    given(&house, new.keeper.principal, OWNER, house.places.root).await;
    let key = || key_body(&DeviceKey::generate().unwrap(), json!({}));
    let at: [&dyn std::fmt::Display; 1] = [&new.service.principal];
    let made = house
        .call(Some(&new.keeper), &route::MAKE_SERVICE_KEY, &at, &key())
        .await;
    assert_eq!(made.code(), "ok", "{:?}", made.json());
    let mut locked = house.app.store.locked().await.unwrap();
    let source = claviger_storage::principals::MemberSource::Local;
    let (team, member) = (new.team, new.keeper.principal);
    let left = claviger_storage::principals::TeamMember { team, member, source };
    assert!(locked.remove_team_member(left).await.unwrap());
    locked.commit().await.unwrap();
    assert_eq!(
        approve(&house, &new.keeper, proposal).await,
        "separation_of_duties"
    );
    assert_eq!(approve(&house, &new.second, proposal).await, "ok");
    // Whoever made it holds no key, though they come into the team.
    for owner in [&new.author, &new.second] {
        joins(&house, new.team, owner.principal).await;
        let refused = house
            .call(Some(owner), &route::MAKE_SERVICE_KEY, &at, &key())
            .await;
        assert_eq!(refused.code(), "separation_of_duties", "{:?}", refused.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delegated_is_refused() {
    let house = House::new().await;
    let new = Pipeline::new(&house).await;
    let places = house.places;
    let by_hand = json!({
        "id": new_grant(), "principal": new.service.principal, "role": POLICY_FILES, "scope": places.root,
        "reason": "by hand",
    });
    let refused = house
        .call(Some(&new.author), &route::GIVE_GRANT, &[], &by_hand)
        .await;
    assert_eq!(refused.code(), "wrong_state", "{:?}", refused.json());
    let lead = house.actor(&[(LEAD, places.root)]).await;
    let good = new.form(&house, places.root, &[VIEWER]);
    assert_eq!(propose(&house, &lead, &good).await.1.code(), "forbidden");
    let with = |field: &str, value: Value| {
        let mut form = good.clone();
        form[field] = value;
        form
    };
    let now = house.clock.now();
    for (form, code) in [
        (with("may_grant", json!([OWNER])), "bad_request"),
        (with("may_grant", json!([POLICY_FILES])), "bad_request"),
        (
            with("may_grant", json!([RoleId::random(&SystemEntropy)])),
            "not_found",
        ),
        (with("scope", json!(places.production)), "bad_request"),
        (with("expires_at", json!(now)), "bad_request"),
        (with("expires_at", json!(now.plus(DAY * 367))), "bad_request"),
        (with("service", json!(new.keeper.principal)), "not_found"),
    ] {
        assert_eq!(propose(&house, &new.author, &form).await.1.code(), code, "{form}");
    }
    let mut of_a_project = new.form(&house, places.payments, &[VIEWER]);
    of_a_project["roles"] = json!(true);
    assert_eq!(
        propose(&house, &new.author, &of_a_project).await.1.code(),
        "bad_request"
    );
    given(&house, new.service.principal, CI_TEST, places.staging).await;
    assert_eq!(propose(&house, &new.author, &good).await.1.code(), "wrong_state");
    // No role of one's own gives it, or has its action beside values.
    let custom = |actions: &[Action], may_grant| {
        Role::custom(
            RoleId::random(&SystemEntropy),
            name("Mine"),
            actions.iter().copied().collect(),
            may_grant,
        )
    };
    let files = MayGrant::Roles([POLICY_FILES].into());
    assert!(custom(&[Action::GrantAssign], files).is_err());
    assert!(custom(&[Action::FilesApply, Action::SecretUse], MayGrant::nothing()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_anything_else_applies_nothing() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[VIEWER]).await;
    let files = export(&house, &new.service).await;
    let shown = plan(&house, &new.service, &files).await;
    let secret = house.secret(house.places.production, "KEY", b"value").await;
    assert_eq!(
        crate::guardrails::released(&house, &new.service, secret, "use").await,
        "not_found"
    );
    let team = team(&house, "Machines", &[new.service.principal]).await;
    // Older than the delegation, so that it is not merely taken for it.
    let mut locked = house.app.store.locked().await.unwrap();
    let earlier = claviger_model::time::Timestamp::from_millis(locked.now().millis() - 1_000);
    let other = crate::house::grant(team, VIEWER, house.places.staging, earlier);
    locked.insert_grant(&other).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(
        apply_plan(&house, &new.service, &files, &shown).await.code(),
        "forbidden"
    );
    // An Owner looks, and applies nothing.
    assert!(plan(&house, &new.author, &files).await.refused.is_empty());
    assert_eq!(
        apply_plan(&house, &new.author, &files, &shown).await.code(),
        "forbidden"
    );
}
