//! They stand in the case, and are told once, until somebody is in them again.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_team_without_anybody_stands_in_the_case_until_somebody_is_in_it_again() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[]).await;
    let inner = team(&house, "inner", &[leaver.principal]).await;
    let outer = team(&house, "outer", &[inner]).await;
    let by_group = team(&house, "by group", &[]).await;
    put_in(&house, by_group, leaver.principal, MemberSource::Provider).await;
    team(&house, "shared", &[leaver.principal, other.principal]).await;
    let service = made(&house, &leaver, inner, production, "production").await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    // Nobody who is active is in them from the moment at which it begins.
    assert_eq!(teams_of(&case).len(), 3);
    settle_steps(&house).await;
    let waiting = record(&house, &admin, case.id).await;
    let mut expected = vec![inner, outer, by_group];
    expected.sort_unstable();
    assert_eq!(teams_of(&waiting), expected);
    assert_eq!(effects(&waiting)[&EffectKind::TeamLeft], 3);
    for one in &waiting.left {
        let own: &[PrincipalId] = if one.team == inner { &[service] } else { &[] };
        assert_eq!((&one.services[..], one.more_services), (own, 0));
        let mut named = waiting.principals.iter();
        assert!(named.any(|known| known.id == one.team));
    }
    assert!(waiting.principals.iter().any(|known| known.id == service));
    // It holds up nothing of the rest.
    obey(&house, &leaver).await;
    let done = record(&house, &admin, case.id).await;
    assert_eq!((done.state, teams_of(&done)), (CaseState::Done, expected));
    // Who is in the inner team is in the outer one; only who manages teams puts somebody there.
    assert_eq!(add(&house, &admin, inner, other.principal).await, "forbidden");
    assert_eq!(add(&house, &owner, inner, other.principal).await, "ok");
    assert_eq!(teams_of(&record(&house, &admin, case.id).await), [by_group]);
    // Whoever is in it and leaves too: both cases say so.
    let second = opened(&house, &admin, other.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(teams_of(&record(&house, &admin, case.id).await).len(), 3);
    let mut expected = teams_of(&record(&house, &admin, second.id).await);
    expected.retain(|team| [inner, outer].contains(team));
    assert_eq!(expected.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_conduct_it_are_told_once_that_nobody_is_left() {
    let house = House::new().await;
    let (first, second) = offboarders(&house).await;
    let leaver = house.actor(&[]).await;
    let bystander = house.actor(&[(roles::LEAD, house.places.production)]).await;
    for called in ["one", "two"] {
        team(&house, called, &[leaver.principal]).await;
    }
    let case = opened(&house, &first, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    settle_steps(&house).await;
    // A case that left nobody alone says nothing.
    let quiet = house.actor(&[]).await;
    opened(&house, &first, quiet.principal, json!({})).await;
    settle_steps(&house).await;
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    for (who, told) in [(&first, 1), (&second, 1), (&bystander, 0), (&leaver, 0)] {
        let notices = reader.notices_of(who.principal, None, false, 500).await.unwrap();
        let mut of_kind = notices
            .iter()
            .filter(|one| one.kind.code() == "offboarding.teams-left");
        assert_eq!(of_kind.clone().count(), told);
        if let Some(one) = of_kind.next() {
            assert_eq!((one.about.case, one.about.count), (Some(case.id), Some(2)));
        }
    }
    drop(reader);
    let me = house.call(Some(&first), &route::ME, &[], &Value::Null).await;
    assert_eq!(me.code(), "ok");
}
