//! Making, changing, disabling, listing.

use super::*;
use claviger_model::principal::PrincipalState;
use claviger_protocol::services::ServicesReply;

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_makes_a_service_within_the_scope_and_nowhere_else() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let owners = team(&house, "Payments", &[lead.principal]).await;
    let body = service_body(owners, production, "production");
    let made: ServiceReply = say(&house, &lead, route::CREATE_SERVICE, &[], body.clone())
        .await
        .parse();
    assert_eq!(made.service.home_path.as_deref(), Some("payments/production"));
    assert!(made.service.answered_for && made.service.keys.is_empty());
    assert!(made.service.may.make_keys && made.service.may.edit);
    let again: ServiceReply = say(&house, &lead, route::CREATE_SERVICE, &[], body.clone())
        .await
        .parse();
    assert_eq!(again, made, "a repeated call makes one");

    let mut other = body.clone();
    other["kind"] = json!("bot");
    let differs = say(&house, &lead, route::CREATE_SERVICE, &[], other).await;
    assert_eq!(differs.code(), "conflict");
    let mut taken = service_body(owners, production, "production");
    taken["name"] = json!(made.service.name.to_uppercase());
    let taken = say(&house, &lead, route::CREATE_SERVICE, &[], taken).await;
    assert_eq!(taken.code(), "name_taken");

    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let person = house.actor(&[]).await.principal;
    for (who, body, code) in [
        (&lead, service_body(owners, staging, "staging"), "not_found"),
        (
            &lead,
            service_body(owners, house.places.root, "production"),
            "not_found",
        ),
        (
            &editor,
            service_body(owners, production, "production"),
            "forbidden",
        ),
        (&lead, service_body(owners, production, "staging"), "bad_request"),
        (&lead, service_body(person, production, "production"), "not_found"),
        (
            &lead,
            service_body(PrincipalId::random(&SystemEntropy), production, "production"),
            "not_found",
        ),
    ] {
        let before = house.head().await;
        let answer = say(&house, who, route::CREATE_SERVICE, &[], body.clone()).await;
        assert_eq!(answer.code(), code, "{body} {:?}", answer.json());
        assert_eq!(
            house.head().await.sync_cursor,
            before.sync_cursor,
            "nothing half done"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_listed_for_those_who_may_know_of_it() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let member = house.actor(&[]).await;
    let of_member = team(&house, "Members", &[member.principal]).await;
    let second = made(
        &house,
        &crew.lead,
        of_member,
        house.places.production,
        "production",
    )
    .await;
    let seen = async |who: &Actor| {
        let reply: ServicesReply = say(&house, who, route::SERVICES, &[], json!({})).await.parse();
        assert!(reply.next.is_none());
        let mut ids: Vec<_> = reply.services.into_iter().map(|service| service.id).collect();
        ids.sort_unstable();
        ids
    };
    let mut both = vec![crew.service, second];
    both.sort_unstable();
    assert_eq!(seen(&crew.lead).await, both);
    assert_eq!(seen(&crew.other).await, both, "from above");
    assert_eq!(seen(&member).await, [second], "whose team answers for it");
    let stranger = house.actor(&[(roles::READER, house.places.production)]).await;
    assert!(seen(&stranger).await.is_empty());
    let elsewhere = house.actor(&[(roles::LEAD, house.places.staging)]).await;
    assert!(seen(&elsewhere).await.is_empty());
    for (who, code) in [
        (&member, "ok"),
        (&stranger, "not_found"),
        (&elsewhere, "not_found"),
    ] {
        let answer = say(&house, who, route::SERVICE, &[&second], Value::Null).await;
        assert_eq!(answer.code(), code);
    }
    // By pages.
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let body = json!({"limit": 1, "after": after});
        let page: ServicesReply = say(&house, &crew.lead, route::SERVICES, &[], body).await.parse();
        found.extend(page.services.iter().map(|service| service.id));
        let Some(next) = page.next else { break };
        after = serde_json::to_value(next).unwrap();
    }
    found.sort_unstable();
    assert_eq!(found, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_team_gets_a_service_only_from_somebody_who_may_give_all_it_has() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let (key, secret_half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&house, crew.service, &secret_half).await;
    let new_owner = house.actor(&[]).await;
    let theirs = team(&house, "New owners", &[new_owner.principal]).await;
    let edit = |owner: PrincipalId| json!({"owner": owner});

    given(&house, crew.service, roles::READER, house.places.production).await;
    // Who answers for it would take along what it has, or give it away to whom they may not give it.
    let own = say(
        &house,
        &crew.lead,
        route::EDIT_SERVICE,
        &[&crew.service],
        edit(theirs),
    )
    .await;
    assert_eq!(own.code(), "separation_of_duties", "a key of the Lead's lives");
    let grabbing = team(&house, "Grabbers", &[crew.other.principal]).await;
    let grabbed = say(
        &house,
        &crew.other,
        route::EDIT_SERVICE,
        &[&crew.service],
        edit(grabbing),
    )
    .await;
    assert_eq!(grabbed.code(), "separation_of_duties");
    // Only with just the keys that were shown to end.
    for ends in [json!([]), json!([key, KeyId::random(&SystemEntropy)])] {
        let body = json!({"owner": theirs, "ends": ends});
        let stale = say(&house, &crew.other, route::EDIT_SERVICE, &[&crew.service], body).await;
        assert_eq!(stale.code(), "stale_plan");
    }
    let body = json!({"owner": theirs, "ends": [key]});
    let given_on: ServiceReply = say(&house, &crew.other, route::EDIT_SERVICE, &[&crew.service], body)
        .await
        .parse();
    assert_eq!(given_on.service.owner, theirs);
    assert!(!given_on.service.keys[0].live, "the old team's keys end");
    assert_eq!(given_on.service.keys[0].id, key);
    assert_eq!(
        say(&house, &running, route::ME, &[], Value::Null).await.code(),
        "session_ended"
    );
    assert_eq!(
        exchange(&house, &instance(crew.service), &secret_half)
            .await
            .code(),
        "key_ended"
    );
    // The class cannot be named at all.
    let class = json!({"class": "staging"});
    let class = say(&house, &crew.other, route::EDIT_SERVICE, &[&crew.service], class).await;
    assert_eq!(class.code(), "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_service_is_out_at_once_and_comes_back_only_by_who_may_give_it_all() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    given(&house, crew.service, roles::CI_DEPLOY, house.places.production).await;
    let (_, key) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&house, crew.service, &key).await;
    assert_eq!(using(&house, &running, secret).await, "released");
    let state = |state: &str| json!({"state": state, "reason": "it misbehaves"});
    let offboarder = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let stranger = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let set = async |who: &Actor, to: &str| {
        say(&house, who, route::SET_SERVICE_STATE, &[&crew.service], state(to))
            .await
            .code()
    };
    assert_eq!(set(&stranger, "disabled").await, "not_found");
    assert_eq!(set(&offboarder, "suspended").await, "bad_request");
    assert_eq!(set(&offboarder, "disabled").await, "ok");
    assert_eq!(using(&house, &running, secret).await, "session_ended");
    let me = say(&house, &running, route::ME, &[], Value::Null).await;
    assert_eq!(me.code(), "disabled");
    assert_eq!(
        exchange(&house, &instance(crew.service), &key).await.code(),
        "disabled"
    );
    let more = key_body(&DeviceKey::generate().unwrap(), json!({}));
    let more = say(
        &house,
        &crew.lead,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        more,
    )
    .await;
    assert_eq!(more.code(), "wrong_state");

    assert_eq!(set(&offboarder, "active").await, "forbidden");
    assert_eq!(
        set(&crew.lead, "active").await,
        "separation_of_duties",
        "it would be theirs again"
    );
    assert_eq!(set(&crew.other, "active").await, "ok");
    assert_eq!(using(&house, &running, secret).await, "session_ended");
    let back = signed_in(&house, crew.service, &key).await;
    assert_eq!(using(&house, &back, secret).await, "released");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_team_is_empty_says_so_and_one_whose_team_is_disabled_stops() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let (_, key) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let member = claviger_storage::principals::TeamMember {
        team: crew.team,
        member: crew.lead.principal,
        source: claviger_storage::principals::MemberSource::Local,
    };
    let gone = locked.remove_team_member(member).await.unwrap();
    locked.commit().await.unwrap();
    assert!(gone);
    let shown: ServiceReply = say(&house, &crew.lead, route::SERVICE, &[&crew.service], Value::Null)
        .await
        .parse();
    assert!(!shown.service.answered_for && !shown.service.may.make_keys);
    assert_eq!(exchange(&house, &instance(crew.service), &key).await.code(), "ok");
    let more = key_body(&DeviceKey::generate().unwrap(), json!({}));
    let more = say(
        &house,
        &crew.lead,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        more,
    )
    .await;
    assert_eq!(more.code(), "separation_of_duties");

    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(crew.team).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    assert!(locked.update_principal(&row).await.unwrap());
    locked.commit().await.unwrap();
    assert_eq!(
        exchange(&house, &instance(crew.service), &key).await.code(),
        "disabled"
    );
}
