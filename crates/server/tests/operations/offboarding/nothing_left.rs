//! Over random organizations: after the action no call by anything of the person's has any effect, save what rule 26 leaves to an
//! ending device.

use super::{opened, settle_steps};
use crate::{
    dice::Dice,
    house::{Actor, House, request_id},
    orders::{acknowledgement, orders},
};
use claviger_model::{
    builtin_roles as roles,
    ids::{RoleId, ScopeId, SecretId},
    offboarding::CaseState,
};
use claviger_protocol::route::{self, Caller};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn after_the_action_nothing_of_the_persons_has_any_effect() {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        60
    } else {
        6
    };
    for _ in 0..rounds {
        one(&Dice::random()).await;
    }
}

async fn one(dice: &Dice) {
    let house = House::new().await;
    let places = house.places;
    let scopes = [places.root, places.payments, places.production, places.staging];
    let of = |dice: &Dice| -> Vec<(RoleId, ScopeId)> {
        let all = [
            roles::VIEWER,
            roles::CONSUMER,
            roles::READER,
            roles::EDITOR,
            roles::LEAD,
            roles::AUDITOR,
            roles::OFFBOARDER,
            roles::OWNER,
        ];
        (0..1 + dice.below(4))
            .map(|_| (all[dice.below(all.len())], scopes[dice.below(scopes.len())]))
            .collect()
    };
    house.actor(&[(roles::OWNER, places.root)]).await;
    let admin = house.actor(&[(roles::OFFBOARDER, places.root)]).await;
    let editor = house.actor(&[(roles::EDITOR, places.root)]).await;
    let leaver = house.actor(&of(dice)).await;
    let mut actors = vec![leaver];
    for _ in 0..dice.below(3) {
        let next = house.sign_in(actors[0].principal).await;
        actors.push(next);
    }
    let mut secrets = Vec::new();
    for number in 0..1 + dice.below(5) {
        let scope = scopes[dice.below(scopes.len())];
        secrets.push(
            house
                .secret(scope, &format!("S{number}"), &[9, u8::try_from(number).unwrap()])
                .await,
        );
    }
    for _ in 0..dice.below(8) {
        let (actor, secret) = (
            &actors[dice.below(actors.len())],
            secrets[dice.below(secrets.len())],
        );
        let way = ["use", "copy", "reveal", "lease"][dice.below(4)];
        let body = json!({"items": [{"secret": secret, "purpose": way}]});
        // Allowed or not, as it comes.
        house.call(Some(actor), &route::RELEASES, &[], &body).await;
    }
    let asker = house.actor(&[(roles::VIEWER, places.production)]).await;
    let id = request_id();
    let want = json!({"kind": "access", "role": roles::READER, "scope": places.production, "seconds": 3600});
    let body = json!({"id": id, "want": want, "reason": "on call"});
    assert_eq!(
        house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
            .await
            .code(),
        "ok"
    );
    house
        .call(Some(&actors[0]), &route::APPROVE_REQUEST, &[&id], &json!({}))
        .await;

    let case = opened(&house, &admin, actors[0].principal, json!({})).await;
    assert_eq!(case.state, CaseState::Running);
    refused(&house, &actors, &secrets).await;
    settle_steps(&house).await;
    refused(&house, &actors, &secrets).await;

    // What they approved gives nothing any more: nothing of theirs is among the live grants and approvals.
    let mut reader = house.app.store.reader().await.unwrap();
    let now = claviger_model::time::Clock::now(&house.clock);
    let person = actors[0].principal;
    assert_eq!(reader.scope_index(&[person], now).await.unwrap(), []);
    assert_eq!(reader.open_approvals_by(person).await.unwrap(), []);
    assert_eq!(reader.teams_of(person).await.unwrap(), []);
    assert_eq!(reader.sessions_of(person).await.unwrap().len(), 0);
    // Whatever they hold is on the list, or has changed.
    let held: std::collections::BTreeSet<_> = reader
        .held_by(person)
        .await
        .unwrap()
        .current
        .into_iter()
        .map(|current| current.secret)
        .collect();
    let rotations = reader.case_rotations(case.id, None, 100).await.unwrap();
    let queued: std::collections::BTreeSet<_> = rotations.iter().map(|one| one.secret).collect();
    assert_eq!(held, queued);
    drop(reader);

    // What rule 26 leaves: orders and acknowledgements.
    for actor in &actors {
        for (order, signed) in orders(&house, actor).await {
            let word = acknowledgement(&house, actor, &order, &signed.body.0, 9);
            assert_eq!(
                house
                    .call(Some(actor), &route::ACKNOWLEDGE, &[], &word)
                    .await
                    .code(),
                "ok"
            );
        }
    }
    for secret in queued {
        super::write(&house, &editor, secret, 2, b"changed").await;
    }
    let done = super::record(&house, &admin, case.id).await;
    assert_eq!(done.state, CaseState::Done, "{done:?}");
    for actor in &actors {
        let gone = house
            .call(Some(actor), &route::ORDERS, &[], &json!({"after": 0}))
            .await;
        assert!(gone.status >= 400, "an ended device reaches nothing");
    }
}

/// Every route that takes a token, by each of the person's devices.
async fn refused(house: &House, actors: &[Actor], secrets: &[SecretId]) {
    let before = house.head().await;
    for actor in actors {
        for route in route::ALL {
            if route.caller != Caller::Session {
                continue;
            }
            // Releases are decided under the lock, so that they have to be well formed.
            let body = if *route == route::RELEASES {
                json!({"items": [{"secret": secrets[0], "purpose": "use"}]})
            } else {
                Value::Null
            };
            let answer = house.call(Some(actor), route, &[&secrets[0], &0], &body).await;
            assert!(
                answer.status == 401 || answer.status == 403,
                "{route}: {:?}",
                answer.json()
            );
        }
    }
    let after = house.head().await;
    assert_eq!(
        (before.epoch, before.sync_cursor),
        (after.epoch, after.sync_cursor)
    );
}
