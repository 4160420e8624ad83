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
    let makes_key =
        async |by: &Actor| say(&house, by, route::MAKE_SERVICE_KEY, &[&crew.service], new_key()).await;
    let outside = makes_key(&crew.other).await;
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
    let giver = makes_key(&crew.other).await;
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

/// Narrowing is giving less: who holds a key of the service does not do it, and who gave it stays who gave it.
#[tokio::test(flavor = "multi_thread")]
async fn narrowing_is_no_way_round_who_holds_a_key() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let (payments, production) = (house.places.payments, house.places.production);
    let third = house.actor(&[(roles::LEAD, payments)]).await;
    let gift = json!({
        "id": claviger_model::ids::GrantId::random(&SystemEntropy), "principal": crew.service, "role": roles::CI_DEPLOY,
        "scope": payments, "reason": "deploys",
    });
    let held: claviger_model::grant::Grant = say(&house, &crew.other, route::GIVE_GRANT, &[], gift)
        .await
        .parse();
    keyed(&house, &crew.lead, crew.service, json!({})).await;
    let move_to = async |who: PrincipalId, inside: bool| {
        let mut locked = house.app.store.locked().await.unwrap();
        let member = claviger_storage::principals::TeamMember {
            team: crew.team,
            member: who,
            source: claviger_storage::principals::MemberSource::Local,
        };
        if inside {
            locked.add_team_member(member).await.unwrap();
        } else {
            locked.remove_team_member(member).await.unwrap();
        }
        locked.commit().await.unwrap();
    };
    // Out of the team, with a living key, and a Lead where the grant was given.
    move_to(crew.lead.principal, false).await;
    given(&house, crew.lead.principal, roles::LEAD, payments).await;
    let change = json!({"do": "narrow", "scope": production});
    let look = async |who: &Actor| {
        let body = json!({"change": change});
        say(&house, who, route::PLAN_GRANT_CHANGE, &[&held.id], body).await
    };
    assert_eq!(look(&crew.lead).await.code(), "separation_of_duties");
    let plan = look(&third).await;
    assert_eq!(plan.code(), "ok", "{:?}", plan.json());
    let narrow = async |who: &Actor| {
        let new = claviger_model::ids::GrantId::random(&SystemEntropy);
        let body = json!({
            "change": change, "digest": plan.json()["digest"], "reason": "least is best", "new_grant": new,
        });
        say(&house, who, route::CHANGE_GRANT, &[&held.id], body).await
    };
    assert_eq!(narrow(&crew.lead).await.code(), "separation_of_duties");
    let done = narrow(&third).await;
    assert_eq!(done.code(), "ok", "{:?}", done.json());
    // The first giver is barred still.
    move_to(crew.other.principal, true).await;
    let body = key_body(&DeviceKey::generate().unwrap(), json!({}));
    let barred = say(
        &house,
        &crew.other,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        body,
    )
    .await;
    assert_eq!(barred.code(), "separation_of_duties", "{:?}", barred.json());
}

/// Each of several approvers gave it, not the last one alone.
#[tokio::test(flavor = "multi_thread")]
async fn who_approved_among_others_makes_no_key() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let last = house.actor(&[(roles::LEAD, production)]).await;
    let settings = json!({"before": {}, "after": {"steps": 2}});
    let set = say(
        &house,
        &owner,
        route::SET_REQUEST_SETTINGS,
        &[&production],
        settings,
    )
    .await;
    assert_eq!(set.code(), "ok", "{:?}", set.json());
    given(&house, crew.service, roles::VIEWER, production).await;
    let (_, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&house, crew.service, &half).await;
    let id = crate::house::request_id();
    let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let body = json!({"id": id, "want": want, "reason": "a deploy"});
    assert_eq!(
        say(&house, &running, route::MAKE_REQUEST, &[], body).await.code(),
        "ok"
    );
    for by in [&crew.other, &last] {
        let approved = say(&house, by, route::APPROVE_REQUEST, &[&id], json!({})).await;
        assert_eq!(approved.code(), "ok", "{:?}", approved.json());
    }
    let mut locked = house.app.store.locked().await.unwrap();
    for member in [crew.other.principal, last.principal] {
        let member = claviger_storage::principals::TeamMember {
            team: crew.team,
            member,
            source: claviger_storage::principals::MemberSource::Local,
        };
        locked.add_team_member(member).await.unwrap();
    }
    locked.commit().await.unwrap();
    for by in [&crew.other, &last] {
        let body = key_body(&DeviceKey::generate().unwrap(), json!({}));
        let made = say(&house, by, route::MAKE_SERVICE_KEY, &[&crew.service], body).await;
        assert_eq!(made.code(), "separation_of_duties", "{:?}", made.json());
    }
}
