//! What a place's stricter terms take from devices (rule 21).

use crate::{
    house::{Actor, House, name},
    orders::targets,
    releases::release,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{PolicyId, ScopeId, SecretId},
};
use claviger_protocol::{order::Target, route};
use serde_json::{Value, json};

async fn leased(house: &House, actor: &Actor, scope: ScopeId, name: &str) -> SecretId {
    let secret = house.secret(scope, name, b"value").await;
    assert_eq!(release(house, actor, secret, "lease").await.code(), "ok");
    secret
}

async fn edit(house: &House, owner: &Actor, scope: ScopeId, body: Value) {
    let answer = house
        .call(Some(owner), &route::EDIT_SCOPE, &[&scope], &body)
        .await;
    assert_eq!(answer.code(), "ok", "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_that_new_terms_would_not_allow_are_ordered_away() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let reader = house.actor(&[(roles::READER, payments)]).await;
    let here = leased(&house, &reader, production, "HERE").await;
    let there = leased(&house, &reader, staging, "THERE").await;
    let of = |secret| Target::Secret { secret, names: false };

    // Longer, or as long: nothing to destroy.
    edit(&house, &owner, production, json!({"lease_seconds": 12 * 3600})).await;
    edit(&house, &owner, production, json!({"lease_seconds": 8 * 3600})).await;
    assert_eq!(targets(&house, &reader).await, []);
    // Above, but production has a setting of its own by now, and staging keeps for 72 hours.
    edit(&house, &owner, payments, json!({"lease_seconds": 10 * 3600})).await;
    assert_eq!(targets(&house, &reader).await, [of(there)]);
    edit(&house, &owner, production, json!({"lease_seconds": 3600})).await;
    assert_eq!(targets(&house, &reader).await, [of(there), of(here)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_device_is_told_once_what_it_keeps_for_too_long() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut devices = Vec::new();
    for _ in 0..2 {
        let reader = house.actor(&[(roles::READER, payments)]).await;
        let second = house.sign_in(reader.principal).await;
        devices.extend([reader, second]);
    }
    let mut secrets = Vec::new();
    for number in 0..3 {
        for scope in [production, staging] {
            let secret = house.secret(scope, &format!("KEY_{number}"), b"value").await;
            secrets.push((scope, secret));
        }
    }
    // In turns; whose number is odd keeps one less.
    for (_, secret) in &secrets {
        for (number, device) in devices.iter().enumerate() {
            if number % 2 == 0 || *secret != secrets[0].1 {
                assert_eq!(release(&house, device, *secret, "lease").await.code(), "ok");
            }
        }
    }
    edit(&house, &owner, production, json!({"lease_seconds": 3600})).await;
    for (number, device) in devices.iter().enumerate() {
        let there = secrets.iter().filter(|(scope, _)| *scope == production);
        let mut expected: Vec<_> = there.map(|(_, secret)| *secret).skip(number % 2).collect();
        expected.sort_unstable();
        let of = |secret| Target::Secret { secret, names: false };
        let expected: Vec<_> = expected.into_iter().map(of).collect();
        assert_eq!(targets(&house, device).await, expected, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_that_becomes_production_is_stricter_too() {
    let house = House::new().await;
    let staging = house.places.staging;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let reader = house.actor(&[(roles::READER, staging)]).await;
    // Somebody whom a guardrail keeps out of production.
    let kept_out = house.actor(&[(roles::READER, staging)]).await;
    let text = format!(
        "forbid (principal == Person::\"{}\", action in Action::\"data\", resource) when {{ resource.class == \"production\" }};",
        kept_out.principal
    );
    let guardrail = Guardrail {
        id: PolicyId::random(&SystemEntropy),
        name: name("Not in production"),
        text,
        builtin: false,
        enabled: true,
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_guardrail(&guardrail).await.unwrap();
    locked.commit().await.unwrap();
    let long = leased(&house, &reader, staging, "LONG").await;
    edit(&house, &owner, staging, json!({"lease_seconds": 3600})).await;
    let short = leased(&house, &kept_out, staging, "SHORT").await;
    let of = |secret| Target::Secret { secret, names: false };
    assert_eq!(targets(&house, &reader).await, [of(long)]);
    assert_eq!(targets(&house, &kept_out).await, []);
    edit(&house, &owner, staging, json!({"class": "production"})).await;
    assert_eq!(targets(&house, &kept_out).await, [of(short)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_moves_takes_the_terms_of_its_new_place() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.payments)]).await;
    let editor = house.actor(&[(roles::EDITOR, house.places.payments)]).await;
    let secret = leased(&house, &reader, house.places.staging, "MOVED").await;
    let body = json!({"scope": house.places.production});
    let moved = house
        .call(Some(&editor), &route::MOVE_SECRET, &[&secret], &body)
        .await;
    assert_eq!(moved.code(), "ok");
    assert_eq!(
        targets(&house, &reader).await,
        [Target::Secret { secret, names: false }]
    );
}
