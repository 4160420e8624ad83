//! Who may hold a key, and what that keeps them from.

use super::super::*;
use crate::house::name;
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    role::{MayGrant, Role},
};
use claviger_protocol::{roles::canonical_role, wire::Bytes};

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_access_holds_no_key_and_who_holds_a_key_gives_none() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let production = house.places.production;
    let gift = |to: PrincipalId| {
        json!({
            "id": claviger_model::ids::GrantId::random(&SystemEntropy), "principal": to, "role": roles::CI_TEST,
            "scope": production, "reason": "runs the tests",
        })
    };
    let new_key = || key_body(&DeviceKey::generate().unwrap(), json!({}));
    let outside = say(
        &house,
        &crew.other,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        new_key(),
    )
    .await;
    assert_eq!(outside.code(), "separation_of_duties", "not of the owning team");
    let own = say(&house, &crew.lead, route::GIVE_GRANT, &[], gift(crew.service)).await;
    assert_eq!(own.code(), "separation_of_duties");
    assert_eq!(
        say(&house, &crew.other, route::GIVE_GRANT, &[], gift(crew.service))
            .await
            .code(),
        "ok"
    );

    // Once in the team, the giver still makes no key.
    let mut locked = house.app.store.locked().await.unwrap();
    let joined = claviger_storage::principals::TeamMember {
        team: crew.team,
        member: crew.other.principal,
        source: claviger_storage::principals::MemberSource::Local,
    };
    assert!(locked.add_team_member(joined).await.unwrap());
    locked.commit().await.unwrap();
    let giver = say(
        &house,
        &crew.other,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        new_key(),
    )
    .await;
    assert_eq!(giver.code(), "separation_of_duties", "{:?}", giver.json());
    let (key, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;

    // Once out of it, the maker of a living key still gives nothing, to the service or to a team with it.
    let mut locked = house.app.store.locked().await.unwrap();
    let left = claviger_storage::principals::TeamMember {
        member: crew.lead.principal,
        ..joined
    };
    assert!(locked.remove_team_member(left).await.unwrap());
    locked.commit().await.unwrap();
    let services = team(&house, "Jobs", &[crew.service]).await;
    let reader = |to| {
        let mut gift = gift(to);
        gift["role"] = json!(roles::READER);
        gift
    };
    for to in [crew.service, services] {
        let refused = say(&house, &crew.lead, route::GIVE_GRANT, &[], reader(to)).await;
        assert_eq!(refused.code(), "separation_of_duties");
    }
    given(&house, crew.service, roles::VIEWER, production).await;
    let running = signed_in(&house, crew.service, &half).await;
    let id = crate::house::request_id();
    let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let body = json!({"id": id, "want": want, "reason": "on call"});
    let asked = say(&house, &running, route::MAKE_REQUEST, &[], body).await;
    assert_eq!(asked.code(), "ok", "{:?}", asked.json());
    let own = say(&house, &crew.lead, route::APPROVE_REQUEST, &[&id], json!({})).await;
    assert_eq!(own.code(), "separation_of_duties", "{:?}", own.json());
    let ended = say(
        &house,
        &crew.other,
        route::END_SERVICE_KEY,
        &[&key],
        json!({"reason": "left"}),
    )
    .await;
    assert_eq!(ended.code(), "ok");
    assert_eq!(
        say(&house, &crew.lead, route::GIVE_GRANT, &[], reader(crew.service))
            .await
            .code(),
        "ok"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_a_key_widens_the_service_by_no_other_way_either() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    house.actor(&[(roles::OWNER, root)]).await;
    let owners = team(&house, "Answer for it", &[owner.principal]).await;
    let service = made(&house, &owner, owners, production, "production").await;
    let (key, _) = keyed(&house, &owner, service, json!({})).await;
    let role = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Looking"),
        [Action::SecretView].into(),
        MayGrant::nothing(),
    )
    .unwrap();
    let (moving, target) = (ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy));
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    // They answer for it no more, but may have kept the key.
    let left = claviger_storage::principals::TeamMember {
        team: owners,
        member: owner.principal,
        source: claviger_storage::principals::MemberSource::Local,
    };
    assert!(locked.remove_team_member(left).await.unwrap());
    locked.put_role(&role).await.unwrap();
    for id in [moving, target] {
        let settings = claviger_storage::scopes::ScopeSettings::default();
        locked
            .insert_scope(id, Some(production), &name(&id.to_string()), &settings, now)
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    given(&house, service, role.id, production).await;
    given(&house, service, roles::READER, target).await;

    let replaces: Bytes = sha256(&canonical_role(&role).unwrap()).into();
    let wider = json!({
        "role": {
            "name": "Looking", "actions": ["secret.view", "secret.use"], "may_grant": {"roles": []}, "replaces": replaces,
        },
        "reason": "for me",
    });
    let move_it = json!({"parent": target});
    for (route, at, body, code) in [
        (
            route::PUT_ROLE,
            role.id.to_string(),
            wider.clone(),
            "second_owner_needed",
        ),
        (
            route::MOVE_SCOPE,
            moving.to_string(),
            move_it.clone(),
            "separation_of_duties",
        ),
    ] {
        let answer = say(&house, &owner, route, &[&at], body).await;
        assert_eq!(answer.code(), code, "{route} {:?}", answer.json());
    }
    let ended = say(
        &house,
        &owner,
        route::END_SERVICE_KEY,
        &[&key],
        json!({"reason": "over"}),
    )
    .await;
    assert_eq!(ended.code(), "ok");
    for (route, at, body) in [
        (route::PUT_ROLE, role.id.to_string(), wider),
        (route::MOVE_SCOPE, moving.to_string(), move_it),
    ] {
        let answer = say(&house, &owner, route, &[&at], body).await;
        assert_eq!(answer.code(), "ok", "{route} {:?}", answer.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_key_is_not_named_as_somebody_who_could_give() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let about = json!({
        "principal": crew.service, "action": "secret.use", "about": {"scope": house.places.production},
    });
    keyed(&house, &crew.lead, crew.service, json!({})).await;
    // Who left the team answers for the service no more; the key is still theirs.
    let mut locked = house.app.store.locked().await.unwrap();
    let membership = claviger_storage::principals::TeamMember {
        team: crew.team,
        member: crew.lead.principal,
        source: claviger_storage::principals::MemberSource::Local,
    };
    assert!(locked.remove_team_member(membership).await.unwrap());
    locked.commit().await.unwrap();
    let why: claviger_protocol::explain::ExplainReply =
        say(&house, &crew.other, route::EXPLAIN, &[], about).await.parse();
    assert_eq!(why.grantors, [crew.other.principal]);
}
