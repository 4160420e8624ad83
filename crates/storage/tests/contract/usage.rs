use crate::ground::Ground;
use claviger_model::{
    event::EventKind,
    ids::{GrantId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_storage::{
    deeds::{Deed, Deeds},
    log::{Draft, Outcome},
    usage::{Day, RECENT_DAYS, Tally, UsageEvent, Used},
};
use std::collections::HashMap;

contract!(
    events_say_who_used_what_by_which_grant,
    a_stretch_counts_once_whoever_counts_it,
    old_days_go_and_the_last_use_stays,
    deeds_are_counted_by_kind_and_place_once,
);

fn used(ground: &Ground, kind: EventKind, outcome: Outcome, grants: &[GrantId], secret: SecretId) -> Draft {
    let policies: Vec<_> = grants.iter().map(ToString::to_string).collect();
    let leaf = serde_json::json!({"v": 1, "policies": policies}).to_string();
    Draft {
        kind,
        outcome,
        scope: Some(ground.production),
        secret: Some(secret),
        seal: Box::new(move |_| Ok(leaf.into_bytes())),
        ..ground.draft(&[ground.ada])
    }
}

async fn events_say_who_used_what_by_which_grant(ground: Ground) {
    let (grant, secret) = (
        GrantId::random(&ground.entropy),
        SecretId::random(&ground.entropy),
    );
    ground
        .append(vec![
            used(
                &ground,
                EventKind::SecretUsed,
                Outcome::Done,
                &[grant, grant],
                secret,
            ),
            used(&ground, EventKind::SecretUsed, Outcome::Refused, &[grant], secret),
            used(&ground, EventKind::SecretEdited, Outcome::Done, &[], secret),
            used(&ground, EventKind::SecretReadOffline, Outcome::Done, &[], secret),
            // A leaf that is no JSON says nothing, and stops nobody.
            ground.draft(&[ground.ada]),
        ])
        .await;
    let mut reader = ground.store.reader().await.unwrap();
    let (events, next) = reader.usage_events(0, 100).await.unwrap();
    assert_eq!(next, 5);
    let seen: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.index,
                event.reads_value,
                event.grants.clone(),
                event.counts(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (0, true, vec![grant], true),
            (2, false, vec![], false),
            (3, true, vec![], true),
            (4, true, vec![], true)
        ]
    );
    assert_eq!(
        (events[0].actor, events[0].scope, events[0].secret),
        (Some(ground.ada), Some(ground.production), Some(secret))
    );
    // A page ends where it ends, refusals included.
    assert_eq!(reader.usage_events(1, 1).await.unwrap(), (vec![], 2));
    assert_eq!(reader.usage_events(5, 1).await.unwrap(), (vec![], 5));
}

fn event(
    index: u64,
    at: Timestamp,
    who: PrincipalId,
    scope: ScopeId,
    grant: GrantId,
    secret: SecretId,
) -> UsageEvent {
    UsageEvent {
        index,
        at,
        kind: Some(EventKind::SecretUsed),
        reads_value: true,
        actor: Some(who),
        scope: Some(scope),
        secret: Some(secret),
        grants: vec![grant],
    }
}

async fn a_stretch_counts_once_whoever_counts_it(ground: Ground) {
    let (grant, other, secret) = (
        GrantId::random(&ground.entropy),
        GrantId::random(&ground.entropy),
        SecretId::random(&ground.entropy),
    );
    let now = ground.now();
    let chains = HashMap::from([
        (
            ground.production,
            vec![ground.production, ground.payments, ground.root],
        ),
        (ground.payments, vec![ground.payments, ground.root]),
    ]);
    let tally = |from, events: &[UsageEvent]| {
        let to = events.last().unwrap().index + 1;
        Tally::of(from, to, events, |scope| chains[&scope].as_slice())
    };
    let first = tally(
        0,
        &[
            event(0, now, ground.ada, ground.production, grant, secret),
            event(1, ground.later(5), ground.ada, ground.payments, grant, secret),
        ],
    );
    assert!(ground.store.roll_usage(&first).await.unwrap());
    assert!(
        !ground.store.roll_usage(&first).await.unwrap(),
        "it was counted already"
    );
    let second = tally(
        2,
        &[
            event(2, ground.later(9), ground.ada, ground.production, grant, secret),
            event(3, now, ground.ada, ground.production, other, secret),
        ],
    );
    assert!(ground.store.roll_usage(&second).await.unwrap());
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.usage_mark().await.unwrap(), 4);
    let since = Day::of(now).recent_since();
    let uses = |last, recent| Used {
        last_at: ground.later(last),
        recent,
    };
    let mut grants = reader
        .usage_of_grants(&[grant, other, GrantId::random(&ground.entropy)], since)
        .await
        .unwrap();
    grants.sort_by_key(|(id, _)| *id != grant);
    assert_eq!(grants, [(grant, uses(9, 3)), (other, uses(0, 1))]);
    let places = async |reader: &mut dyn claviger_storage::Reader, scope| {
        reader
            .usage_of_places(&[scope], &[ground.ada], since)
            .await
            .unwrap()
    };
    assert_eq!(
        places(&mut *reader, ground.production).await,
        [(ground.production, ground.ada, uses(9, 3))]
    );
    assert_eq!(
        places(&mut *reader, ground.root).await,
        [(ground.root, ground.ada, uses(9, 4))]
    );
    assert!(
        reader
            .usage_of_places(&[ground.root], &[PrincipalId::random(&ground.entropy)], since)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        reader.usage_of_secrets(&[secret], since).await.unwrap(),
        [(secret, uses(9, 4))]
    );
    // What is not recent counts for the last use only.
    let later = Day(Day::of(now).0 + 1);
    assert_eq!(
        reader.usage_of_secrets(&[secret], later).await.unwrap(),
        [(secret, uses(9, 0))]
    );
}

async fn old_days_go_and_the_last_use_stays(ground: Ground) {
    let (grant, secret) = (
        GrantId::random(&ground.entropy),
        SecretId::random(&ground.entropy),
    );
    let chain = [ground.production];
    let day = |days: i64| Timestamp::from_millis(ground.now().millis() + days * 24 * 3600 * 1000);
    let roll = async |index: u64, at, grant| {
        let events = [event(index, at, ground.ada, ground.production, grant, secret)];
        let tally = Tally::of(index, index + 1, &events, |_| chain.as_slice());
        assert!(ground.store.roll_usage(&tally).await.unwrap());
    };
    let resting = GrantId::random(&ground.entropy);
    roll(0, day(0), grant).await;
    roll(1, day(1), resting).await;
    roll(2, day(2), grant).await;
    roll(3, day(2 + RECENT_DAYS), grant).await;
    let mut reader = ground.store.reader().await.unwrap();
    let all = reader.usage_of_grants(&[grant, resting], Day(0)).await.unwrap();
    let of = |id| all.iter().find(|(known, _)| *known == id).unwrap().1;
    assert_eq!((of(grant).last_at, of(grant).recent), (day(2 + RECENT_DAYS), 1));
    assert_eq!(
        (of(resting).last_at, of(resting).recent),
        (day(1), 1),
        "its last day stays"
    );
}

async fn deeds_are_counted_by_kind_and_place_once(ground: Ground) {
    let (grant, secret, now) = (
        GrantId::random(&ground.entropy),
        SecretId::random(&ground.entropy),
        ground.now(),
    );
    let old = Timestamp::from_millis(now.millis() - (RECENT_DAYS + 2) * 24 * 3600 * 1000);
    let used = |index, at, place| event(index, at, ground.ada, place, grant, secret);
    let nothing = UsageEvent {
        reads_value: false,
        grants: Vec::new(),
        ..used(2, now, ground.production)
    };
    let elsewhere = UsageEvent {
        kind: Some(EventKind::RoleChanged),
        scope: None,
        ..used(3, now, ground.production)
    };
    let unknown = UsageEvent {
        kind: None,
        ..used(4, now, ground.production)
    };
    let events = [
        used(0, old, ground.production),
        used(1, now, ground.production),
        nothing,
        elsewhere,
        unknown,
        used(5, ground.later(9), ground.production),
    ];
    let first = Deeds::of(0, 6, &events, ground.root);
    assert!(ground.store.roll_deeds(&first).await.unwrap());
    assert!(!ground.store.roll_deeds(&first).await.unwrap(), "once");
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.deeds_mark().await.unwrap(), 6);
    let deed = |scope, kind| Deed {
        scope,
        principal: ground.ada,
        kind,
    };
    let count = |last_at, recent| Used { last_at, recent };
    let kinds = [EventKind::SecretUsed, EventKind::RoleChanged];
    let since = Day::of(now).recent_since();
    let mut found = reader.deeds(&kinds, since).await.unwrap();
    found.sort_by_key(|(deed, _)| *deed);
    let mut expected = vec![
        (
            deed(ground.production, EventKind::SecretUsed),
            count(ground.later(9), 2),
        ),
        (deed(ground.root, EventKind::RoleChanged), count(now, 1)),
    ];
    expected.sort_by_key(|(deed, _)| *deed);
    assert_eq!(found, expected);
    assert_eq!(
        reader.deeds(&[EventKind::SecretRevealed], since).await.unwrap(),
        []
    );
    // Days that are not recent are gone, not only left out.
    let all = reader.deeds(&kinds, Day(0)).await.unwrap();
    assert_eq!(all.iter().map(|(_, used)| used.recent).sum::<u64>(), 3);
    // What has become old since is left out before it goes.
    let tomorrow = Day(Day::of(ground.later(9)).0 + 1);
    assert_eq!(reader.deeds(&kinds, tomorrow).await.unwrap(), []);
    let one = |index, at, place| Deeds::of(index, index + 1, &[used(index, at, place)], ground.root);
    let next = Timestamp::from_millis(tomorrow.0 * 24 * 3600 * 1000);
    assert!(
        ground
            .store
            .roll_deeds(&one(6, next, ground.production))
            .await
            .unwrap()
    );
    let since_then = [(deed(ground.production, EventKind::SecretUsed), count(next, 1))];
    assert_eq!(reader.deeds(&kinds, tomorrow).await.unwrap(), since_then);
    // A day after the last recent one takes all before it, and of the sums what was theirs.
    let far = Timestamp::from_millis(next.millis() + RECENT_DAYS * 24 * 3600 * 1000);
    assert!(ground.store.roll_deeds(&one(7, far, ground.root)).await.unwrap());
    let left = [(deed(ground.root, EventKind::SecretUsed), count(far, 1))];
    assert_eq!(
        reader.deeds(&kinds, Day::of(far).recent_since()).await.unwrap(),
        left
    );
    assert_eq!(reader.deeds(&kinds, Day(0)).await.unwrap(), left);
}
