//! Giving with a preview: what it says, whom it warns, who may choose what.

use super::*;
use claviger_model::time::Clock as _;

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_what_is_given_and_a_stale_one_is_refused() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    for number in 0..3 {
        house.secret(production, &format!("P{number}"), b"x").await;
    }
    let lead = house.actor(&[(LEAD, house.places.payments)]).await;
    let receiver = house.actor(&[(VIEWER, house.places.payments)]).await;
    let body = gift(receiver.principal, READER, production);

    let plan: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    assert_eq!(
        (plan.effect.people, plan.effect.services, plan.effect.exact),
        (1, 0, true)
    );
    let newly: Vec<_> = plan
        .effect
        .newly
        .iter()
        .map(|n| (n.action, n.scopes, n.secrets, n.receivers))
        .collect();
    let expected = [Action::SecretUse, Action::SecretReveal, Action::RotationRequest];
    assert_eq!(
        newly,
        expected.map(|action| (action, 1, 3, 1)),
        "what a Viewer has is not new"
    );
    assert_eq!(plan.effect.places[0].path, "payments/production");
    assert_eq!(
        plan.effect.warnings,
        [Warning::Production { secrets: 3 }, Warning::Permanent]
    );
    assert!(
        !allowed(&house, receiver.principal, Action::SecretReveal, production).await,
        "a preview gives nothing"
    );

    // Somebody adds a secret meanwhile: what was shown is not what would be given.
    house.secret(production, "P9", b"x").await;
    let planned = with(body.clone(), "plan", &plan.digest);
    assert_eq!(
        code(&say(&house, &lead, route::GIVE_GRANT, &[], planned).await),
        "stale_plan"
    );
    assert!(!allowed(&house, receiver.principal, Action::SecretReveal, production).await);
    let again: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    let planned = with(body, "plan", &again.digest);
    let _: Grant = say(&house, &lead, route::GIVE_GRANT, &[], planned.clone())
        .await
        .parse();
    let _: Grant = say(&house, &lead, route::GIVE_GRANT, &[], planned).await.parse();
    assert!(allowed(&house, receiver.principal, Action::SecretReveal, production).await);
    assert!(!allowed(&house, receiver.principal, Action::SecretReveal, staging).await);

    let nothing = gift(receiver.principal, READER, production);
    let plan: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], nothing)
        .await
        .parse();
    assert!(plan.effect.newly.is_empty() && plan.effect.warnings.contains(&Warning::NothingNew));
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_say_what_to_think_of() {
    let house = House::new().await;
    let staging = house.places.staging;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    for _ in 0..2 {
        house.actor(&[(READER, staging)]).await;
    }
    let one_more = house.actor(&[]).await.principal;
    let later = house.app.clock.now().plus(Duration::from_secs(60));
    let body = with(gift(one_more, READER, staging), "not_before", later);
    let hours = json!({"hours": {"zone": "Europe/Paris", "days": [], "from": "09:00", "until": "10:00"}});
    let plan: GrantPlan = say(&house, &owner, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    let expected = [
        Warning::Permanent,
        Warning::TeamWouldDo { others: 2 },
        Warning::NotYet { from: later },
    ];
    assert_eq!(plan.effect.warnings, expected);
    let nowhere = with(
        body,
        "conditions",
        with(
            hours,
            "hours",
            json!({"zone": "Nowhere/Land", "days": ["monday"], "from": "09:00", "until": "10:00"}),
        ),
    );
    assert_eq!(
        code(&say(&house, &owner, route::PREVIEW_GRANT, &[], nowhere).await),
        "bad_request"
    );

    let team = principal(&house, Nature::Team).await;
    let service = Nature::Service {
        class: EnvironmentClass::Staging,
        owner: team,
    };
    let robot = principal(&house, service).await;
    let body = gift(robot, CONSUMER, house.places.production);
    let plan: GrantPlan = say(&house, &owner, route::PREVIEW_GRANT, &[], body).await.parse();
    assert!(
        matches!(plan.effect.warnings.last(), Some(Warning::HeldBack { .. })),
        "{plan:?}"
    );
    assert_eq!(plan.effect.services, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_grants_learns_nothing_of_what_the_receiver_has() {
    let house = House::new().await;
    let delegator = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Delegator"),
        [Action::GrantAssign, Action::ScopeView].into(),
        MayGrant::Roles([READER].into()),
    );
    let delegator = delegator.unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&delegator).await.unwrap();
    locked.commit().await.unwrap();
    let giver = house.actor(&[(delegator.id, house.places.staging)]).await;
    let (has, lacks) = (
        house.actor(&[(READER, house.places.staging)]).await,
        house.actor(&[]).await,
    );
    let mut seen = Vec::new();
    for to in [has.principal, lacks.principal] {
        let body = gift(to, READER, house.places.staging);
        let plan: GrantPlan = say(&house, &giver, route::PREVIEW_GRANT, &[], body).await.parse();
        assert!(!plan.effect.exact);
        seen.push(plan.effect);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_name_the_least_role_and_receivers_are_those_who_may_receive() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(LEAD, production)]).await;
    let body =
        json!({"scope": production, "principal": house.actor(&[]).await.principal, "action": "secret.use"});
    let choices: ChoicesReply = say(&house, &lead, route::GRANT_CHOICES, &[], body).await.parse();
    let roles: Vec<_> = choices
        .choices
        .iter()
        .map(|choice| (choice.role, choice.refused.is_none()))
        .collect();
    assert_eq!(roles, [(CONSUMER, true), (READER, true), (EDITOR, true)]);
    let own = json!({"scope": production, "principal": lead.principal, "action": "secret.use"});
    let choices: ChoicesReply = say(&house, &lead, route::GRANT_CHOICES, &[], own).await.parse();
    for choice in choices.choices {
        assert_eq!(
            choice.refused.unwrap().code,
            claviger_protocol::problem::Code::SeparationOfDuties
        );
    }
    let outside = principal(&house, Nature::Person { outside: true }).await;
    let body = json!({"scope": production, "role": READER, "text": "", "limit": 2});
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page: ReceiversReply = say(
            &house,
            &lead,
            route::GRANT_RECEIVERS,
            &[],
            with(body.clone(), "after", &after),
        )
        .await
        .parse();
        assert!(page.receivers.len() <= 2);
        found.extend(page.receivers);
        let Some(next) = page.next else { break };
        after = serde_json::to_value(next).unwrap();
    }
    assert!(
        !found
            .iter()
            .any(|receiver| receiver.principal.id == lead.principal),
        "not oneself"
    );
    let needing: Vec<_> = found
        .iter()
        .filter(|receiver| receiver.needs_end)
        .map(|r| r.principal.id)
        .collect();
    assert_eq!(needing, [outside]);
    let stranger = house.actor(&[]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::GRANT_RECEIVERS, &[], body).await),
        "forbidden"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_answer_was_lost_is_answered_also_when_its_giver_may_give_no_more() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(LEAD, production), (VIEWER, production)]).await;
    let receiver = house.actor(&[]).await;
    let body = gift(receiver.principal, READER, production);
    let given: Grant = say(&house, &lead, route::GIVE_GRANT, &[], body.clone())
        .await
        .parse();
    let mut locked = house.app.store.locked().await.unwrap();
    let held = locked.grant_history(lead.principal, 10).await.unwrap();
    let power = held.into_iter().find(|grant| grant.role == LEAD).unwrap();
    let end = claviger_model::grant::Ended {
        at: locked.now(),
        by: receiver.principal,
        reason: "moved on".to_owned(),
    };
    locked.end_grant(power.id, &end).await.unwrap();
    locked.commit().await.unwrap();
    let again: Grant = say(&house, &lead, route::GIVE_GRANT, &[], body.clone())
        .await
        .parse();
    assert_eq!(again, given);
    let other = with(body, "reason", "another");
    assert_eq!(
        code(&say(&house, &lead, route::GIVE_GRANT, &[], other).await),
        "forbidden"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_ends_before_it_starts_and_nobody_who_is_disabled_is_given_anything() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(LEAD, production)]).await;
    let to = house.actor(&[]).await;
    let now = house.clock.now();
    let hour = Duration::from_secs(3600);
    let body = gift(to.principal, READER, production);
    for (start, end) in [
        (None, now),
        (None, now.minus(hour)),
        (Some(now.plus(hour * 2)), now.plus(hour)),
        (Some(now.plus(hour)), now.plus(hour)),
    ] {
        let body = with(with(body.clone(), "not_before", start), "expires_at", end);
        for route in [route::PREVIEW_GRANT, route::GIVE_GRANT] {
            let answer = say(&house, &lead, route, &[], body.clone()).await;
            assert_eq!(answer.code(), "bad_request", "{body}");
        }
    }
    // Between the look and the gift the receiver was disabled.
    let plan: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(to.principal).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    locked.update_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
    let late = say(
        &house,
        &lead,
        route::GIVE_GRANT,
        &[],
        with(body.clone(), "plan", plan.digest),
    )
    .await;
    assert_eq!(late.code(), "wrong_state");
    assert_eq!(late.json()["detail"], "the receiver is not active");
    let mut reader = house.app.store.reader().await.unwrap();
    assert!(reader.grant_history(to.principal, 9).await.unwrap().is_empty());
}
