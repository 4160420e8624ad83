//! The blast radius: what is reached and held, of whom or what, in pages.

use super::{release, write};
use crate::{
    access::team,
    house::{Actor, House, grant, name},
    services::given,
};
use claviger_model::{
    action::Action,
    blast::{Alone, How, Suspect, Waiting},
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, SecretId},
    principal::PrincipalState,
    scope::EnvironmentClass,
};
use claviger_protocol::{
    offboarding::radius::{After, RadiusReply},
    route,
};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

async fn offboarder(house: &House) -> Actor {
    house.actor(&[(roles::OFFBOARDER, house.places.root)]).await
}

async fn radius(house: &House, by: &Actor, of: Suspect) -> RadiusReply {
    let answer = house
        .call(Some(by), &route::BLAST_RADIUS, &[], &json!({ "of": of }))
        .await;
    answer.parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_radius_says_what_is_reached_and_what_was_read_since_it_changed() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let admin = offboarder(&house).await;
    let leaver = house
        .actor(&[(roles::READER, production), (roles::CONSUMER, staging)])
        .await;
    let editor = house.actor(&[(roles::EDITOR, house.places.payments)]).await;
    let shown = house.secret(production, "SHOWN", b"1").await;
    let used = house.secret(staging, "USED", b"2").await;
    let changed = house.secret(production, "CHANGED", b"3").await;
    house.secret(production, "UNREAD", b"4").await;
    for (secret, way) in [
        (shown, "use"),
        (shown, "reveal"),
        (used, "use"),
        (changed, "copy"),
    ] {
        release(&house, &leaver, secret, way).await;
    }
    write(&house, &editor, changed, 2, b"another").await;

    let found = radius(&house, &admin, Suspect::Person(leaver.principal)).await;
    let known: Vec<_> = found.known.iter().map(|one| (one.secret, one.how())).collect();
    assert_eq!(
        known,
        [(shown, How::Revealed), (used, How::Used)],
        "the riskiest first"
    );
    let ways: Vec<_> = found.known[0]
        .holdings
        .iter()
        .map(|one| (one.how, one.device))
        .collect();
    assert_eq!(ways, [(How::Revealed, leaver.device), (How::Used, leaver.device)]);
    let reach: BTreeSet<_> = found.reach.iter().map(|one| (one.scope, one.secrets)).collect();
    assert_eq!(reach, [(production, 3), (staging, 1)].into());
    assert_eq!(found.numbers.secrets, 4);
    assert_eq!((found.numbers.known, found.numbers.seen), (2, 1));
    assert_eq!((found.devices.len(), found.sessions.len()), (1, 1));
    assert!(found.reach.iter().all(|one| one.through.len() == 1));
    let named: BTreeSet<_> = found.secrets.iter().map(|one| one.id).collect();
    assert_eq!(named, [shown, used].into());
    // Nothing of a value is in it.
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains("fingerprint") && !text.contains("value"), "{text}");

    // The same facts have the same digest; another one has another.
    let again = radius(&house, &admin, Suspect::Person(leaver.principal)).await;
    assert_eq!(found.digest, again.digest);
    write(&house, &editor, shown, 2, b"new").await;
    let after = radius(&house, &admin, Suspect::Person(leaver.principal)).await;
    assert_ne!(found.digest, after.digest);
    assert_eq!(
        after.known.iter().map(|one| one.secret).collect::<Vec<_>>(),
        [used]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_rolled_back_to_is_known_again() {
    let house = House::new().await;
    let production = house.places.production;
    let (admin, leaver) = (
        offboarder(&house).await,
        house.actor(&[(roles::READER, production)]).await,
    );
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let secret = house.secret(production, "DB", b"first").await;
    release(&house, &leaver, secret, "copy").await;
    write(&house, &editor, secret, 2, b"second").await;
    let of = Suspect::Person(leaver.principal);
    assert_eq!(radius(&house, &admin, of).await.numbers.known, 0);
    let back = json!({"to": 1, "version": 3});
    let answer = house
        .call(Some(&editor), &route::ROLL_BACK, &[&secret], &back)
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    let found = radius(&house, &admin, of).await;
    assert_eq!(found.known.len(), 1);
    assert_eq!(
        (found.known[0].version, found.known[0].holdings[0].version),
        (3, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_and_a_session_have_what_came_to_them() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = offboarder(&house).await;
    let laptop = house.actor(&[(roles::READER, production)]).await;
    let phone = house.sign_in(laptop.principal).await;
    let (one, other) = (
        house.secret(production, "ONE", b"1").await,
        house.secret(production, "OTHER", b"2").await,
    );
    release(&house, &laptop, one, "copy").await;
    release(&house, &phone, other, "lease").await;
    let of_laptop = radius(&house, &admin, Suspect::Device(laptop.device)).await;
    assert_eq!(
        of_laptop.known.iter().map(|one| one.secret).collect::<Vec<_>>(),
        [one]
    );
    assert_eq!(of_laptop.numbers.secrets, 2, "it acts for its person");
    let of_phone = radius(&house, &admin, Suspect::Session(phone.session)).await;
    assert_eq!(
        of_phone.known.iter().map(|one| one.secret).collect::<Vec<_>>(),
        [other]
    );
    assert_eq!((of_phone.numbers.kept, of_phone.devices[0].leases), (1, 1));
    assert!(of_phone.devices[0].leased_until.is_some());

    // A session that is over reaches nothing, and what came to it stays known.
    let ended = house
        .call(
            Some(&admin),
            &route::END_SESSION,
            &[&phone.session],
            &serde_json::Value::Null,
        )
        .await;
    assert_eq!(ended.code(), "ok");
    let over = radius(&house, &admin, Suspect::Session(phone.session)).await;
    assert_eq!((over.numbers.places, over.numbers.sessions), (0, 0));
    assert_eq!(over.known.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secrets_radius_is_everyone_who_holds_it() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = offboarder(&house).await;
    let (ada, ben) = (
        house.actor(&[(roles::READER, production)]).await,
        house.actor(&[(roles::CONSUMER, production)]).await,
    );
    let service = house
        .service(EnvironmentClass::Production, &[(roles::CI_DEPLOY, production)])
        .await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &ada, secret, "reveal").await;
    release(&house, &ben, secret, "use").await;
    release(&house, &service, secret, "use").await;
    let found = radius(&house, &admin, Suspect::Secret(secret)).await;
    let holders: BTreeSet<_> = found.known[0].holdings.iter().map(|one| one.principal).collect();
    assert_eq!(holders, [ada.principal, ben.principal, service.principal].into());
    let named: BTreeSet<_> = found.principals.iter().map(|one| one.id).collect();
    assert!(named.is_superset(&holders));
    let of_service = radius(&house, &admin, Suspect::Service(service.principal)).await;
    assert_eq!((of_service.numbers.secrets, of_service.numbers.known), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_what_nobody_else_answers_for_is_in_it() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = offboarder(&house).await;
    let leaver = house.actor(&[(roles::CONSUMER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    let ask = |want| json!({"id": crate::house::request_id(), "want": want, "reason": "why not"});
    for want in [
        json!({"kind": "rotation", "secret": secret}),
        json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600}),
    ] {
        let answer = house
            .call(Some(&leaver), &route::MAKE_REQUEST, &[], &ask(want))
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    }
    let mut locked = house.app.store.locked().await.unwrap();
    let mut description = locked.secret(secret).await.unwrap().unwrap().description;
    description.owner = Some(leaver.principal);
    let now = locked.now();
    locked.describe_secret(secret, &description, now).await.unwrap();
    locked.commit().await.unwrap();
    let found = radius(&house, &admin, Suspect::Person(leaver.principal)).await;
    assert_eq!(found.alone, [Alone::Secret(secret)]);
    let kinds: Vec<_> = found
        .waiting
        .iter()
        .map(|one| matches!(one, Waiting::Rotation(_)))
        .collect();
    assert_eq!(kinds.iter().filter(|rotation| **rotation).count(), 1);
    assert_eq!(kinds.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wait_for_is_in_it_and_what_is_their_own_is_not() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let admin = offboarder(&house).await;
    let leaver = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[(roles::VIEWER, house.places.payments)]).await;
    let mut asked = Vec::new();
    // What they ask for themselves they cannot answer, and what is elsewhere neither.
    for (who, scope) in [(&other, production), (&other, staging), (&leaver, production)] {
        let id = crate::house::request_id();
        let want = json!({"kind": "access", "role": roles::READER, "scope": scope, "seconds": 3600});
        let body = json!({"id": id, "want": want, "reason": "why not"});
        let answer = house.call(Some(who), &route::MAKE_REQUEST, &[], &body).await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        asked.push(id);
    }
    let (_, draw) = crate::emergency::over(&house, production).await;
    let (_, elsewhere) = crate::emergency::over(&house, staging).await;
    let found = radius(&house, &admin, Suspect::Person(leaver.principal)).await;
    let waiting: BTreeSet<_> = found.waiting.into_iter().collect();
    let expected = [
        Waiting::Answer(asked[0]),
        Waiting::Request(asked[2]),
        Waiting::Review(draw),
    ];
    assert_eq!(waiting, expected.into(), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_where_the_last_one_ended() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = offboarder(&house).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let mut all = BTreeSet::new();
    for number in 0..7 {
        let secret = house.secret(production, &format!("S{number}"), &[number]).await;
        release(
            &house,
            &leaver,
            secret,
            if number % 2 == 0 { "use" } else { "reveal" },
        )
        .await;
        all.insert(secret);
    }
    let mut found: Vec<SecretId> = Vec::new();
    let mut after: Option<After> = None;
    for page in 0..4 {
        let body = json!({
            "of": Suspect::Person(leaver.principal), "limit": 2, "after": after,
        });
        let answer = house.call(Some(&admin), &route::BLAST_RADIUS, &[], &body).await;
        let reply: RadiusReply = answer.parse();
        assert_eq!(reply.numbers.known, 7, "the numbers are of all of it");
        assert_eq!(reply.devices.len(), usize::from(page == 0));
        found.extend(reply.known.iter().map(|one| one.secret));
        after = reply.next.known;
        assert_eq!(after.is_some(), page < 3);
    }
    assert_eq!(found.len(), 7);
    assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_conducts_offboarding_may_ask_and_what_is_not_there_is_not_found() {
    let house = House::new().await;
    let leaver = house.actor(&[]).await;
    let here = house.actor(&[(roles::OFFBOARDER, house.places.production)]).await;
    let of = Suspect::Person(leaver.principal);
    let asked = async |by: &Actor, of: Suspect| {
        let body = json!({ "of": of });
        house
            .call(Some(by), &route::BLAST_RADIUS, &[], &body)
            .await
            .code()
    };
    assert_eq!(asked(&leaver, of).await, "forbidden", "not of oneself either");
    assert_eq!(
        asked(&here, of).await,
        "forbidden",
        "the whole organization, or nothing"
    );
    let admin = offboarder(&house).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    assert_eq!(asked(&admin, of).await, "ok");
    assert_eq!(asked(&owner, of).await, "ok");
    let nobody = PrincipalId::random(&SystemEntropy);
    for of in [
        Suspect::Person(nobody),
        Suspect::Service(leaver.principal),
        Suspect::Secret(SecretId::random(&SystemEntropy)),
    ] {
        assert_eq!(asked(&admin, of).await, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_s_radius_says_who_reaches_its_value_now_and_through_what() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    let admin = offboarder(&house).await;
    let secret = house.secret(production, "DB", b"1").await;
    let reader = house.actor(&[(roles::READER, production)]).await.principal;
    let user = house.actor(&[(roles::CONSUMER, payments)]).await.principal;
    let (member, suspended, disabled) = (
        house.actor(&[]).await.principal,
        house.actor(&[(roles::READER, production)]).await.principal,
        house.actor(&[(roles::READER, production)]).await.principal,
    );
    let crowd = team(&house, "crowd", &[member]).await;
    given(&house, crowd, roles::READER, payments).await;
    // Neither who sees its name only, nor who reads elsewhere, nor whose grant is over or begins later.
    let nobody = [
        house.actor(&[(roles::VIEWER, production)]).await,
        house.actor(&[(roles::LEAD, production)]).await,
        house.actor(&[(roles::READER, staging)]).await,
    ];
    let later = house.actor(&[]).await.principal;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let mut late = grant(later, roles::READER, production, now);
    late.not_before = Some(now.plus(Duration::from_secs(3600)));
    locked.insert_grant(&late).await.unwrap();
    for (who, state) in [
        (suspended, PrincipalState::Suspended),
        (disabled, PrincipalState::Disabled),
    ] {
        let mut row = locked.principal(who).await.unwrap().unwrap();
        row.state = state;
        locked.update_principal(&row).await.unwrap();
    }
    locked.commit().await.unwrap();

    let found = radius(&house, &admin, Suspect::Secret(secret)).await;
    let both = BTreeSet::from([Action::SecretUse, Action::SecretReveal]);
    let editor = found
        .reachers
        .iter()
        .map(|one| one.principal)
        .find(|one| ![reader, user, member, suspended].contains(one));
    let mut expected = vec![
        (reader, both.clone(), production, None),
        (user, [Action::SecretUse].into(), payments, None),
        (member, both.clone(), payments, Some(crowd)),
        // Shown as if they were not: it comes back with them.
        (suspended, both.clone(), production, None),
        // Who wrote it.
        (editor.unwrap(), both, production, None),
    ];
    expected.sort_by_key(|(who, ..)| *who);
    let told: Vec<_> = found
        .reachers
        .iter()
        .map(|one| {
            assert_eq!(one.through.len(), 1);
            let way = &one.through[0];
            (one.principal, one.actions.clone(), way.scope, way.team)
        })
        .collect();
    assert_eq!(told, expected);
    assert!(
        nobody
            .iter()
            .all(|who| found.reachers.iter().all(|one| one.principal != who.principal))
    );
    assert_eq!(found.numbers.reachers, 5);
    for id in [reader, user, member, crowd] {
        assert!(found.principals.iter().any(|one| one.id == id));
    }
    for scope in [payments, production] {
        assert!(found.scopes.iter().any(|one| one.id == scope));
    }

    // Page by page the same, under the same digest.
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let body = json!({"of": Suspect::Secret(secret), "limit": 2, "after": after});
        let page: RadiusReply = house
            .call(Some(&admin), &route::BLAST_RADIUS, &[], &body)
            .await
            .parse();
        assert!(page.reachers.len() <= 2);
        assert_eq!((&page.digest, page.numbers), (&found.digest, found.numbers));
        all.extend(page.reachers);
        after = page.next.reachers;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all, found.reachers);

    // A guardrail takes it from all of them, the bin too; and nobody else is told.
    let before = found.digest;
    let guardrail = Guardrail {
        id: PolicyId::random(&SystemEntropy),
        name: name("no reading here"),
        text: format!(
            "forbid (principal, action == Action::\"secret.reveal\", resource in Scope::\"{production}\");"
        ),
        builtin: false,
        enabled: true,
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_guardrail(&guardrail).await.unwrap();
    locked.commit().await.unwrap();
    let found = radius(&house, &admin, Suspect::Secret(secret)).await;
    assert!(found.digest != before);
    assert!(
        found
            .reachers
            .iter()
            .all(|one| one.actions == [Action::SecretUse].into())
    );
    let lead = &nobody[1];
    let body = json!({"of": Suspect::Secret(secret)});
    assert_eq!(
        house
            .call(Some(lead), &route::BLAST_RADIUS, &[], &body)
            .await
            .code(),
        "forbidden"
    );
}
