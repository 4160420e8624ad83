//! Of a person: what is reached, held, waiting, and left alone.

use super::*;

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
