//! Over random organizations: after the action no call by anything of the person's has any effect, save what rule 26 leaves to an
//! ending device.

mod drawn;

use super::{opened, settle_steps};
use crate::{
    dice::Dice,
    journal::Diary,
    orders::{acknowledgement, orders},
    releases::{release, released},
    services::{exchange, instance},
};
use claviger_model::{
    ids::{PrincipalId, SecretId},
    offboarding::CaseState,
    time::Clock,
};
use claviger_protocol::{
    journal::JournalReply,
    release::{Release, ReleaseReply},
    requests::{RequestRecord, RequestState},
    route::{self, Caller},
};
use drawn::Drawn;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn after_the_action_nothing_of_the_persons_has_any_effect() {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        120
    } else {
        8
    };
    for _ in 0..rounds {
        one(&Dice::random()).await;
    }
}

async fn one(dice: &Dice) {
    let drawn = Drawn::new(dice).await;
    let (house, leaver) = (&drawn.house, drawn.devices[0].principal);
    let lease = leased(&drawn).await;

    let case = opened(house, &drawn.admin, leaver, json!({})).await;
    assert_eq!(case.state, CaseState::Running);
    refused(&drawn).await;
    approves_alone(&drawn).await;
    settle_steps(house).await;
    refused(&drawn).await;
    nothing_is_left(&drawn, leaver).await;

    let mut reader = house.app.store.reader().await.unwrap();
    let held = reader.held_by(leaver).await.unwrap().current;
    let held: BTreeSet<_> = held.into_iter().map(|current| current.secret).collect();
    let rotations = reader.case_rotations(case.id, None, 100).await.unwrap();
    let queued: BTreeSet<_> = rotations.iter().map(|one| one.secret).collect();
    assert_eq!(held, queued, "whatever they hold is on the list");
    drop(reader);

    // What rule 26 leaves: reads that happened before, orders and acknowledgements.
    if let Some((secret, lease)) = lease {
        let diary = Diary {
            house,
            actor: &drawn.devices[0],
            secret,
            lease,
        };
        let entry = diary.entry(1, &[], house.clock.now());
        let told: JournalReply = diary.send(1, &[entry]).await.parse();
        assert_eq!(told.seq, 1);
    }
    for actor in &drawn.devices {
        for (order, signed) in orders(house, actor).await {
            let word = acknowledgement(house, actor, &order, &signed.body.0, 9);
            let said = house.call(Some(actor), &route::ACKNOWLEDGE, &[], &word).await;
            assert_eq!(said.code(), "ok", "{:?}", said.json());
        }
    }
    for secret in queued {
        super::write(house, &drawn.editor, secret, 2, b"changed").await;
    }
    let done = super::record(house, &drawn.admin, case.id).await;
    assert_eq!(done.state, CaseState::Done, "{done:?}");
    for actor in &drawn.devices {
        let gone = house
            .call(Some(actor), &route::ORDERS, &[], &json!({"after": 0}))
            .await;
        assert!(gone.status >= 400, "an ended device reaches nothing");
    }
}

/// A value that the first device keeps, if it may keep one.
async fn leased(drawn: &Drawn) -> Option<(SecretId, Release)> {
    for secret in &drawn.secrets {
        let answer = release(&drawn.house, &drawn.devices[0], *secret, "lease").await;
        if answer.status == 200 && answer.json()["results"][0]["problem"].is_null() {
            let reply: ReleaseReply = answer.parse();
            return Some((*secret, released(&reply).clone()));
        }
    }
    None
}

/// Every route that takes a token, by each of the person's devices and by what runs with their keys; new tokens by old ones, by keys
/// and by emergency rights.
async fn refused(drawn: &Drawn) {
    let (house, secret) = (&drawn.house, drawn.secrets[0]);
    let before = house.head().await;
    let running = drawn.services.iter().map(|held| &held.running);
    for actor in drawn.devices.iter().chain(running) {
        for route in route::ALL.iter().filter(|route| route.caller == Caller::Session) {
            // Releases are decided under the lock, so that they have to be well formed.
            let body = if *route == route::RELEASES {
                json!({"items": [{"secret": secret, "purpose": "use"}]})
            } else {
                Value::Null
            };
            let answer = house.call(Some(actor), route, &[&secret, &0], &body).await;
            assert!(
                answer.status == 401 || answer.status == 403,
                "{route}: {:?}",
                answer.json()
            );
        }
    }
    for actor in &drawn.devices {
        let keys = house.app.keys.now();
        for number in [1, 2] {
            let refresh = keys.refresh.token(actor.session, number);
            let body = json!({"refresh": refresh.expose()});
            let answer = house.call(Some(actor), &route::REFRESH, &[], &body).await;
            assert!(
                answer.status == 401 || answer.status == 403,
                "{:?}",
                answer.json()
            );
        }
        for right in &drawn.rights {
            assert!(drawn.draw(actor, *right).await >= 400);
        }
    }
    for held in &drawn.services {
        let answer = exchange(house, &instance(held.service), &held.key).await;
        assert!(answer.status >= 400, "{:?}", answer.json());
    }
    let after = house.head().await;
    assert_eq!(
        (before.epoch, before.sync_cursor),
        (after.epoch, after.sync_cursor)
    );
}

/// Somebody who may give it approves what the leaver had approved: they are one of two.
async fn approves_alone(drawn: &Drawn) {
    let answer = drawn
        .house
        .call(
            Some(&drawn.second),
            &route::APPROVE_REQUEST,
            &[&drawn.asked],
            &json!({}),
        )
        .await;
    let half: RequestRecord = answer.parse();
    assert_eq!(half.state, RequestState::Open);
    assert_eq!(half.course.given, None);
}

async fn nothing_is_left(drawn: &Drawn, leaver: PrincipalId) {
    let now = drawn.house.clock.now();
    let mut reader = drawn.house.app.store.reader().await.unwrap();
    assert_eq!(reader.scope_index(&[leaver], now).await.unwrap(), []);
    assert_eq!(reader.open_approvals_by(leaver).await.unwrap(), []);
    assert_eq!(reader.open_proposals_by(leaver).await.unwrap(), []);
    assert_eq!(reader.teams_of(leaver).await.unwrap(), []);
    assert_eq!(reader.sessions_of(leaver).await.unwrap().len(), 0);
    assert_eq!(reader.emergency_rights_of(leaver, now).await.unwrap(), []);
    assert_eq!(reader.live_keys_made_by(leaver, now).await.unwrap().len(), 0);
    for held in &drawn.services {
        assert_eq!(reader.sessions_of(held.service).await.unwrap().len(), 0);
    }
}
