//! Of a device, a session and a secret.

use super::*;

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
