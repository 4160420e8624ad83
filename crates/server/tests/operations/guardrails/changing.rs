//! What a change does: exactly what was shown, felt at once, and taken from devices.

use super::*;
use crate::{
    assigning::{allowed, given},
    orders::targets,
};
use claviger_model::{action::Action, builtin_roles::VIEWER};
use claviger_protocol::{order::Target, roles::Changed};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_happens() {
    let house = House::new().await;
    let (owner, reader, viewer) = (
        owner(&house).await,
        reader(&house).await,
        house.actor(&[(VIEWER, house.places.payments)]).await,
    );
    let secret = house.secret(house.places.production, "KEY", b"value").await;
    assert_eq!(released(&house, &reader, secret, "lease").await, "ok");
    let (id, change) = (new_id(), put("No production", NO_PRODUCTION));
    let shown = plan(&house, &owner, id, &change).await;
    // `House` has an editor who made the secret; the viewer loses nothing.
    let loser = shown
        .people
        .iter()
        .find(|person| person.principal == reader.principal)
        .unwrap();
    assert!(
        !shown
            .people
            .iter()
            .any(|person| person.principal == viewer.principal)
    );
    assert_eq!(shown.totals.gained, 0);
    let at = |scope| loser.places.iter().find(|place| place.scope == scope);
    let reads = [Action::SecretUse, Action::SecretReveal];
    assert_eq!(at(house.places.production).unwrap().lost, reads.into());
    assert!(at(house.places.staging).is_none());
    assert!(!shown.second_owner && shown.widens.is_empty());
    assert!(
        allowed(
            &house,
            reader.principal,
            Action::SecretReveal,
            house.places.production
        )
        .await
    );
    assert!(
        record(&house, &owner, id).await.is_none(),
        "a plan changes nothing"
    );

    let answer = carry_out(&house, &owner, id, &change, &shown).await;
    assert_eq!(answer.parse::<Changed>(), Changed::Made);
    assert!(
        !allowed(
            &house,
            reader.principal,
            Action::SecretReveal,
            house.places.production
        )
        .await
    );
    assert!(
        allowed(
            &house,
            reader.principal,
            Action::SecretReveal,
            house.places.staging
        )
        .await
    );
    assert!(
        allowed(
            &house,
            viewer.principal,
            Action::SecretView,
            house.places.production
        )
        .await
    );
    assert_eq!(released(&house, &reader, secret, "reveal").await, "forbidden");
    assert_eq!(
        targets(&house, &reader).await,
        [Target::Secret { secret, names: false }]
    );
    assert_eq!(targets(&house, &viewer).await, []);
    // The same call again has no further effect.
    let head = house.head().await.next_index;
    let answer = carry_out(&house, &owner, id, &change, &shown).await;
    assert_eq!(answer.parse::<Changed>(), Changed::Made);
    assert_eq!(house.head().await.next_index, head);

    let off = json!({"change": "switch", "enabled": false});
    let back = plan(&house, &owner, id, &off).await;
    assert_eq!(back.totals.lost, 0);
    assert_eq!(back.totals.gained, shown.totals.lost);
    assert_eq!(carry_out(&house, &owner, id, &off, &back).await.code(), "ok");
    assert!(
        allowed(
            &house,
            reader.principal,
            Action::SecretReveal,
            house.places.production
        )
        .await
    );
    let gone = json!({"change": "delete"});
    assert_eq!(changed(&house, &owner, id, &gone).await.code(), "ok");
    assert!(record(&house, &owner, id).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_overtaken_is_stale() {
    let house = House::new().await;
    let (owner, other) = (owner(&house).await, house.actor(&[]).await);
    let (id, change) = (new_id(), put("No production", NO_PRODUCTION));
    let shown = plan(&house, &owner, id, &change).await;
    given(&house, other.principal, READER, house.places.payments).await;
    assert_eq!(
        carry_out(&house, &owner, id, &change, &shown).await.code(),
        "stale_plan"
    );
    assert!(record(&house, &owner, id).await.is_none());
    // Another change of what is simulated alike is another plan.
    let shown = plan(&house, &owner, id, &change).await;
    let renamed = put("Another name", NO_PRODUCTION);
    assert_eq!(
        carry_out(&house, &owner, id, &renamed, &shown).await.code(),
        "stale_plan"
    );
    assert_eq!(carry_out(&house, &owner, id, &change, &shown).await.code(), "ok");
    // Two who edit: the second one saw what is no more.
    let stale = json!({"change": put("Third", NO_PRODUCTION), "replaces": null});
    let answer = house
        .call(Some(&owner), &route::PLAN_GUARDRAIL, &[&id], &stale)
        .await;
    assert_eq!(answer.code(), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_the_network_is_kept_no_more() {
    let house = House::new().await;
    let (owner, reader) = (owner(&house).await, reader(&house).await);
    let secret = house.secret(house.places.staging, "KEY", b"value").await;
    assert_eq!(released(&house, &reader, secret, "lease").await, "ok");
    let text = r#"forbid (principal, action in Action::"read", resource) when { context has source && context.source.isInRange(ip("203.0.113.0/24")) };"#;
    let (id, change) = (new_id(), put("Not from there", text));
    let shown = plan(&house, &owner, id, &change).await;
    assert_eq!((shown.totals.lost, shown.totals.eased), (0, 0));
    let person = shown
        .people
        .iter()
        .find(|person| person.principal == reader.principal);
    assert!(
        person
            .unwrap()
            .places
            .iter()
            .all(|place| place.lost.is_empty() && !place.hindered.is_empty())
    );
    assert_eq!(carry_out(&house, &owner, id, &change, &shown).await.code(), "ok");
    assert!(
        allowed(
            &house,
            reader.principal,
            Action::SecretReveal,
            house.places.staging
        )
        .await
    );
    assert_eq!(
        targets(&house, &reader).await,
        [Target::Secret { secret, names: false }]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_locked_out_of_the_guardrails() {
    let house = House::new().await;
    let owner = owner(&house).await;
    for text in [
        "forbid (principal, action, resource);",
        r#"forbid (principal, action == Action::"policy.manage", resource);"#,
        // Not today, but some day; and from everywhere but one network.
        r#"forbid (principal, action, resource) when { context.now > datetime("2100-01-01") };"#,
        r#"forbid (principal, action, resource) unless { context has source && context.source.isInRange(ip("10.0.0.0/8")) };"#,
        // It fails, and what fails denies.
        r#"forbid (principal, action, resource) when { context has multi_factor_age && context.multi_factor_age + 9223372036854775807 > 0 && context.multi_factor_age + 9223372036854775807 + 1 > 0 };"#,
    ] {
        let answer = plan_answer(&house, &owner, new_id(), &put("Lock", text)).await;
        assert_eq!(answer.code(), "last_owner", "{text}");
    }
    let factor =
        r#"forbid (principal, action == Action::"policy.manage", resource) unless { context.multi_factor };"#;
    let answer = plan_answer(&house, &owner, new_id(), &put("Factor", factor)).await;
    assert_eq!(answer.code(), "ok");
    for text in [
        "forbid (principal, action",
        "permit (principal, action, resource);",
    ] {
        let answer = plan_answer(&house, &owner, new_id(), &put("Broken", text)).await;
        assert_eq!(answer.code(), "bad_request", "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardrail_that_fails_denies_and_is_a_finding() {
    let house = House::new().await;
    let (owner, reader) = (owner(&house).await, reader(&house).await);
    let secret = house.secret(house.places.staging, "KEY", b"value").await;
    let text = r#"forbid (principal is Person, action == Action::"secret.reveal", resource) when { context has multi_factor_age && (context.multi_factor_age + 2) * 9223372036854775807 > 0 };"#;
    let (id, change) = (new_id(), put("Too large", text));
    let shown = plan(&house, &owner, id, &change).await;
    assert_eq!(shown.totals.fails, shown.totals.lost);
    assert!(shown.totals.fails > 0);
    assert_eq!(carry_out(&house, &owner, id, &change, &shown).await.code(), "ok");
    // Questions about somebody refuse nobody; what they ask for themselves does, each time.
    let at = json!({"scope": house.places.staging});
    assert_eq!(
        house.call(Some(&owner), &route::ACCESS_AT, &[], &at).await.code(),
        "ok"
    );
    let known = house.call(Some(&reader), &route::KNOWN, &[], &json!({})).await;
    assert_eq!(known.code(), "ok");
    for _ in 0..3 {
        assert_eq!(released(&house, &reader, secret, "reveal").await, "forbidden");
    }
    assert_eq!(released(&house, &reader, secret, "use").await, "ok");
    let head = house.head().await.next_index;
    claviger_server::jobs::sweep(&house.app).await;
    assert_eq!(house.head().await.next_index, head + 1, "one event for the round");
    let failing = record(&house, &owner, id).await.unwrap();
    assert_eq!(failing.failures, 3);
    assert!(failing.failed_at.is_some());
    // Mended, it starts anew.
    let mended = put("Too large", NO_PRODUCTION);
    let shown = plan(&house, &owner, id, &mended).await;
    assert!(!shown.second_owner, "an Owner reads no values");
    assert_eq!(carry_out(&house, &owner, id, &mended, &shown).await.code(), "ok");
    assert_eq!(record(&house, &owner, id).await.unwrap().failures, 0);
}
