//! Roles of one's own.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_made_changed_and_deleted() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let id = RoleId::random(&SystemEntropy);
    let put = |actions: &[&str], replaces: Option<Bytes>| json!({"role": {"name": "Deployer", "actions": actions, "may_grant": {"roles": []}, "replaces": replaces}, "reason": "deploys"});
    let made = say(
        &house,
        &owner,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.view", "secret.use"], None),
    )
    .await;
    assert_eq!(made.parse::<Changed>(), Changed::Made);
    let again = say(
        &house,
        &owner,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.view", "secret.use"], None),
    )
    .await;
    assert_eq!(
        again.parse::<Changed>(),
        Changed::Made,
        "a repeated call has one effect"
    );
    // Another author's picture of it is out of date.
    let blind = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&id], blind).await),
        "conflict"
    );
    let mut reader = house.app.store.reader().await.unwrap();
    let role = reader.role(id).await.unwrap().unwrap();
    let holder = house.actor(&[(id, house.places.staging)]).await.principal;
    assert!(allowed(&house, holder, Action::SecretUse, house.places.staging).await);
    let less = put(&["secret.view"], Some(replaces(&role)));
    assert_eq!(
        say(&house, &owner, route::PUT_ROLE, &[&id], less)
            .await
            .parse::<Changed>(),
        Changed::Made
    );
    assert!(
        !allowed(&house, holder, Action::SecretUse, house.places.staging).await,
        "at once"
    );

    let both = put(&["secret.use", "grant.assign"], None);
    let fresh = RoleId::random(&SystemEntropy);
    let mixed = say(&house, &owner, route::PUT_ROLE, &[&fresh], both).await;
    assert_eq!(code(&mixed), "bad_request");
    assert!(
        mixed.json()["detail"].as_str().unwrap().contains("secret.use"),
        "{:?}",
        mixed.json()
    );
    let builtin = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&VIEWER], builtin).await),
        "wrong_state"
    );
    let taken = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&fresh], taken).await),
        "name_taken"
    );
    let reason = json!({"reason": "not used"});
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&id], reason.clone()).await),
        "role_in_use"
    );
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&READER], reason.clone()).await),
        "wrong_state"
    );
    let unused = role_id(&house).await;
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&unused], reason.clone()).await),
        "ok"
    );
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&unused], reason).await),
        "not_found"
    );
}

async fn role_id(house: &House) -> RoleId {
    role(house, &[Action::SecretView]).await.id
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_manages_roles_puts_no_more_into_one_than_they_may_grant() {
    let house = House::new().await;
    let manager = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Role manager"),
        [Action::RoleManage, Action::ScopeView, Action::GrantAssign].into(),
        MayGrant::Roles([VIEWER].into()),
    );
    let manager = manager.unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&manager).await.unwrap();
    locked.commit().await.unwrap();
    let author = house.actor(&[(manager.id, house.places.root)]).await;
    let id = RoleId::random(&SystemEntropy);
    let put = |actions: &[&str], grants: Value| json!({"role": {"name": "Helper", "actions": actions, "may_grant": grants}, "reason": "helps"});
    let none = json!({"roles": []});
    let revealing = say(
        &house,
        &author,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.reveal"], none.clone()),
    )
    .await;
    assert_eq!(code(&revealing), "forbidden");
    let granting = put(&["grant.assign"], json!({"roles": [READER]}));
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&id], granting).await),
        "forbidden"
    );
    let viewing = put(&["secret.view"], none);
    assert_eq!(
        say(&house, &author, route::PUT_ROLE, &[&id], viewing)
            .await
            .parse::<Changed>(),
        Changed::Made
    );
}
