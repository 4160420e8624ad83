//! Revoking, narrowing, shortening.

use super::{HOUR, carry_out, last_kinds, plan, targets};
use crate::{
    access::{give, given, team},
    house::{Actor, House, grant},
    releases::release,
};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::SystemEntropy,
    grant::Grant,
    ids::GrantId,
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    grant_change::{ChangeGrantReply, GrantPlan},
    order::Target,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn revoking_takes_what_the_plan_said_and_nothing_else() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let a = house.actor(&[]).await;
    let b = house.actor(&[(roles::READER, production)]).await;
    let squad = team(&house, "squad", &[a.principal, b.principal]).await;
    let wide = given(&house, squad, roles::CONSUMER, payments).await;
    let secret = house.secret(production, "A", b"a").await;
    house.secret(payments, "B", b"b").await;
    for actor in [&a, &b] {
        assert_eq!(release(&house, actor, secret, "lease").await.code(), "ok");
    }
    let revoke = json!({"do": "revoke"});
    let shown: GrantPlan = plan(&house, &owner, wide.id, &revoke).await.parse();
    assert_eq!((shown.reached, shown.losses.len(), shown.at), (2, 2, None));
    let of = |actor: &Actor| {
        let group = shown
            .losses
            .iter()
            .find(|group| group.people.contains(&actor.principal))
            .unwrap();
        (group.scopes_total, group.secrets_total)
    };
    assert_eq!(of(&a), (3, 2));
    assert_eq!(of(&b), (2, 1), "production stays by their own grant");
    let group = shown
        .losses
        .iter()
        .find(|group| group.people == [a.principal])
        .unwrap();
    let there = group.scopes.iter().find(|loss| loss.scope == production).unwrap();
    assert!(there.actions.contains(&Action::SecretUse) && there.secrets == 1);
    assert_eq!(
        (shown.devices_total, shown.leases_total),
        (2, 1),
        "{:?}",
        shown.devices
    );
    let before = house.head().await;
    assert_eq!(
        (before.epoch, before.next_index),
        {
            plan(&house, &owner, wide.id, &revoke).await;
            let head = house.head().await;
            (head.epoch, head.next_index)
        },
        "looking changes nothing"
    );

    let done: ChangeGrantReply = carry_out(&house, &owner, wide.id, &revoke, &shown, None)
        .await
        .parse();
    assert!(done.grant.ended.is_some() && done.new.is_none());
    assert_eq!(
        targets(&house, &a).await,
        [Target::Scope {
            scope: payments,
            names: true
        }]
    );
    let of_b = targets(&house, &b).await;
    assert!(
        !of_b.contains(&Target::Secret { secret, names: false }),
        "{of_b:?}"
    );
    assert_eq!(release(&house, &b, secret, "use").await.code(), "ok");
    let refused = release(&house, &a, secret, "use").await.json();
    assert_eq!(refused["results"][0]["problem"]["code"], "not_found");
    assert_eq!(
        carry_out(&house, &owner, wide.id, &revoke, &shown, None)
            .await
            .code(),
        "wrong_state"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn narrowing_is_one_end_and_one_gift() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, payments)]).await;
    let person = house.actor(&[]).await;
    let held = Grant {
        expires_at: Some(house.clock.now().plus(HOUR * 5)),
        ..grant(person.principal, roles::EDITOR, payments, house.clock.now())
    };
    give(&house, &held).await;
    let secret = house.secret(production, "A", b"a").await;
    assert_eq!(release(&house, &person, secret, "lease").await.code(), "ok");

    let code = async |who: &Actor, change: Value| plan(&house, who, held.id, &change).await.code();
    for (change, expected) in [
        (json!({"do": "narrow"}), "bad_request"),
        (json!({"do": "narrow", "role": roles::EDITOR}), "bad_request"),
        (json!({"do": "narrow", "role": roles::LEAD}), "bad_request"),
        (json!({"do": "narrow", "scope": house.places.root}), "bad_request"),
        (
            json!({"do": "narrow", "role": claviger_model::ids::RoleId::random(&SystemEntropy)}),
            "not_found",
        ),
    ] {
        assert_eq!(code(&lead, change.clone()).await, expected, "{change}");
    }
    assert_eq!(
        code(&person, json!({"do": "narrow", "role": roles::VIEWER})).await,
        "forbidden",
        "nobody gives themselves anything, not even less"
    );

    let change = json!({"do": "narrow", "role": roles::CONSUMER, "scope": production});
    let shown: GrantPlan = plan(&house, &lead, held.id, &change).await.parse();
    let group = &shown.losses[0];
    let at = |scope| {
        group
            .scopes
            .iter()
            .find(|loss| loss.scope == scope)
            .map(|loss| loss.actions.clone())
    };
    assert!(at(staging).unwrap().contains(&Action::SecretView));
    let there = at(production).unwrap();
    assert!(there.contains(&Action::SecretReveal) && !there.contains(&Action::SecretUse));
    assert_eq!(shown.leases_total, 0, "use stays, and with it the lease");
    let new = GrantId::random(&SystemEntropy);
    let done: ChangeGrantReply = carry_out(&house, &lead, held.id, &change, &shown, Some(new))
        .await
        .parse();
    let given = done.new.unwrap();
    assert_eq!(
        (
            given.id,
            given.role,
            given.scope,
            given.granted_by,
            given.expires_at
        ),
        (new, roles::CONSUMER, production, held.granted_by, held.expires_at),
        "a part of what was given, by whoever gave it"
    );
    assert_eq!(
        (&given.reason, given.granted_at),
        (&held.reason, house.clock.now())
    );
    assert_eq!(done.grant.ended.as_ref().unwrap().by, lead.principal);
    assert!(done.grant.ended.is_some());
    let kinds = last_kinds(&house, 3).await;
    assert_eq!(kinds, ["grant.ended", "grant.given", "order.issued"]);
    // The answer was lost, the call comes again.
    let again: ChangeGrantReply = carry_out(&house, &lead, held.id, &change, &shown, Some(new))
        .await
        .parse();
    assert_eq!(again.new.unwrap().id, new);
    let secrets = [
        release(&house, &person, secret, "use").await,
        release(&house, &person, secret, "reveal").await,
    ];
    let codes = secrets.map(|answer| answer.json()["results"][0]["problem"]["code"].clone());
    assert_eq!(codes, [Value::Null, json!("forbidden")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_grant_takes_the_leases_that_would_outlive_it() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house.actor(&[]).await;
    let held = given(&house, person.principal, roles::READER, production).await;
    let secret = house.secret(production, "A", b"a").await;
    assert_eq!(release(&house, &person, secret, "lease").await.code(), "ok");
    let now = house.clock.now();
    let shorten = |to: Timestamp| json!({"do": "shorten", "expires_at": to});
    assert_eq!(
        plan(&house, &lead, held.id, &shorten(now)).await.code(),
        "bad_request"
    );
    // Copies of production are kept for eight hours.
    let long: GrantPlan = plan(&house, &lead, held.id, &shorten(now.plus(HOUR * 9)))
        .await
        .parse();
    assert_eq!((long.leases_total, long.at), (0, Some(now.plus(HOUR * 9))));
    assert_eq!(long.losses[0].people, [person.principal]);
    let change = shorten(now.plus(HOUR));
    let short: GrantPlan = plan(&house, &lead, held.id, &change).await.parse();
    assert_eq!((short.leases_total, short.devices_total), (1, 1));
    let done: ChangeGrantReply = carry_out(&house, &lead, held.id, &change, &short, None)
        .await
        .parse();
    assert_eq!(done.grant.expires_at, Some(now.plus(HOUR)));
    assert_eq!(last_kinds(&house, 2).await, ["grant.shortened", "order.issued"]);
    assert_eq!(
        targets(&house, &person).await,
        [Target::Secret { secret, names: false }]
    );
    // Until then everything stays, and a new copy is kept for the rest only.
    let again = release(&house, &person, secret, "lease").await;
    assert_eq!(again.code(), "ok");
    let mut db = house.app.store.reader().await.unwrap();
    let leases = db.leases_on(person.device, now, None, 10).await.unwrap();
    assert!(leases.iter().any(|lease| lease.max_age_ms <= 3_600_000));
    drop(db);
    let same: ChangeGrantReply = carry_out(&house, &lead, held.id, &change, &short, None)
        .await
        .parse();
    assert_eq!(same.grant.expires_at, Some(now.plus(HOUR)));
    assert_eq!(
        plan(&house, &lead, held.id, &shorten(now.plus(HOUR * 2)))
            .await
            .code(),
        "bad_request",
        "an end moves only nearer"
    );
    house.clock.set(now.plus(HOUR));
    let (person, lead) = (
        house.sign_in(person.principal).await,
        house.sign_in(lead.principal).await,
    );
    let over = release(&house, &person, secret, "use").await.json();
    assert_eq!(over["results"][0]["problem"]["code"], "not_found");
    let revoke = json!({"do": "revoke"});
    assert_eq!(plan(&house, &lead, held.id, &revoke).await.code(), "wrong_state");
}
