//! Why can I, why can't I.

use crate::access::{give, given, team};
use crate::house::{Actor, House, grant};
use claviger_model::{
    builtin_roles as roles,
    conditions::Conditions,
    entropy::SystemEntropy,
    grant::Grant,
    ids::{PrincipalId, SecretId},
    principal::Nature,
    scope::EnvironmentClass,
    time::Clock,
};
use claviger_protocol::{
    access::{Stands, Unmet},
    explain::{ExplainReply, Lacking},
    route,
};
use serde_json::{Value, json};

async fn explain(house: &House, who: &Actor, body: Value) -> ExplainReply {
    house.call(Some(who), &route::EXPLAIN, &[], &body).await.parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_learns_what_is_missing_and_who_can_help() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house.actor(&[]).await;
    let squad = team(&house, "squad", &[person.principal]).await;
    let view = given(&house, squad, roles::VIEWER, production).await;
    let secret = house.secret(production, "A", b"a").await;

    let body = json!({"action": "secret.use", "about": {"secret": secret}});
    let why_not = explain(&house, &person, body.clone()).await;
    assert!(!why_not.verdict.allowed && !why_not.at_best);
    assert_eq!(
        (why_not.verdict.reason.as_str(), why_not.lacking),
        ("no_grant", Lacking::Role)
    );
    assert_eq!(why_not.roles.first(), Some(&roles::CONSUMER), "the least");
    assert_eq!(
        why_not.grantors,
        [lead.principal, owner.principal],
        "the nearest first"
    );
    let [path] = why_not.paths.as_slice() else {
        panic!("{:?}", why_not.paths)
    };
    assert_eq!(
        (path.path.grant, path.path.team, path.has_action, path.decided),
        (view.id, Some(squad), false, false)
    );
    assert!(why_not.principals.iter().any(|named| named.id == lead.principal));

    let reader = given(&house, person.principal, roles::READER, production).await;
    let why = explain(&house, &person, body).await;
    assert!(why.verdict.allowed && why.lacking == Lacking::Nothing);
    assert!(why.paths[0].decided && why.paths[0].path.grant == reader.id);
    assert!(why.grantors.is_empty());

    // Nobody helps themselves: the lead's own way up leads to the owner.
    let body = json!({"action": "secret.reveal", "about": {"scope": production}});
    let own = explain(&house, &lead, body).await;
    assert_eq!(own.grantors, [owner.principal]);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_and_guardrails_are_named() {
    let house = House::new().await;
    let production = house.places.production;
    house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[]).await;
    let within = Conditions {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..Conditions::default()
    };
    let narrow = Grant {
        conditions: within.into(),
        ..grant(person.principal, roles::READER, production, house.clock.now())
    };
    give(&house, &narrow).await;
    given(&house, person.principal, roles::VIEWER, production).await;
    let body = json!({"action": "secret.use", "about": {"scope": production}});
    let unmet = explain(&house, &person, body).await;
    assert_eq!(
        (unmet.verdict.reason.as_str(), unmet.lacking),
        ("conditions_unmet", Lacking::Circumstances)
    );
    assert_eq!(
        unmet.paths[0].path.stands,
        Stands::Unmet {
            conditions: vec![Unmet::Network]
        }
    );

    // From outside, and without an end.
    let guest = house.actor(&[(roles::READER, production)]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(guest.principal).await.unwrap().unwrap();
    row.nature = Nature::Person { outside: true };
    assert!(locked.update_principal(&row).await.unwrap());
    locked.commit().await.unwrap();
    let body = json!({"action": "secret.reveal", "about": {"scope": production}});
    let forbidden = explain(&house, &guest, body).await;
    assert_eq!(
        (forbidden.verdict.reason.as_str(), forbidden.lacking),
        ("guardrail", Lacking::NoGrantHelps)
    );
    assert_eq!(forbidden.verdict.guardrails.len(), 1);
    assert!(!forbidden.verdict.guardrails[0].name.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_explained_to_their_leads_only() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house.actor(&[(roles::READER, production)]).await;
    let peer = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "A", b"a").await;
    let about =
        |who: PrincipalId, about: Value| json!({"principal": who, "action": "secret.use", "about": about});
    let reply = explain(&house, &lead, about(person.principal, json!({"secret": secret}))).await;
    assert!(reply.at_best && reply.verdict.allowed);
    // Of a team what it has, which its members use; of a service as of a person.
    let squad = team(&house, "squad", &[]).await;
    let theirs = given(&house, squad, roles::READER, production).await;
    let of_team = explain(&house, &lead, about(squad, json!({"secret": secret}))).await;
    assert_eq!(of_team.verdict.reason, "not_an_actor");
    let ways: Vec<_> = of_team
        .paths
        .iter()
        .map(|way| (way.path.grant, way.has_action, way.decided))
        .collect();
    assert_eq!(ways, [(theirs.id, true, false)]);
    let service = house
        .service(EnvironmentClass::Production, &[(roles::APPLICATION, production)])
        .await;
    let of_service = explain(&house, &lead, about(service.principal, json!({"secret": secret}))).await;
    assert!(of_service.verdict.allowed, "{:?}", of_service.verdict);

    let ask = async |who: &Actor, body: Value| {
        let answer = house.call(Some(who), &route::EXPLAIN, &[], &body).await;
        (answer.status, answer.without_call())
    };
    let nobody = PrincipalId::random(&SystemEntropy);
    let nothing = SecretId::random(&SystemEntropy);
    let unknown = ask(&peer, about(nobody, json!({"secret": nothing}))).await;
    assert_eq!(unknown.0, 404);
    for (who, body) in [
        // Somebody else, without the right to look.
        (&peer, about(person.principal, json!({"secret": secret}))),
        (&peer, about(nobody, json!({"scope": production}))),
        // Oneself, about what one may not know of.
        (&peer, about(peer.principal, json!({"scope": staging}))),
        (&peer, about(peer.principal, json!({"secret": nothing}))),
        // A lead, beyond their scope and about nobody.
        (&lead, about(person.principal, json!({"scope": staging}))),
        (&lead, about(nobody, json!({"scope": production}))),
    ] {
        assert_eq!(ask(who, body.clone()).await, unknown, "{body}");
    }
}
