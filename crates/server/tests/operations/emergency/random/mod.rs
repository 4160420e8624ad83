//! Random organizations and random calls: nobody gives themselves a right or reviews themselves, through teams, nesting, services
//! or people whom they made powerful; what is over never decides again; no guardrail lets anything pass; nothing is leased. The
//! expectations are written down anew here, without the policy engine.

mod acting;
mod checking;

use super::*;
use crate::dice::Dice;
use claviger_model::{guardrail::Guardrail, ids::PolicyId};
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 80;

#[derive(Default)]
struct Counts {
    given: usize,
    drawn: usize,
    reviewed: usize,
    read: usize,
    forbidden: usize,
}

struct World {
    house: House,
    people: Vec<Actor>,
    members: BTreeMap<PrincipalId, BTreeSet<PrincipalId>>,
    secrets: Vec<(ScopeId, SecretId)>,
    rights: Vec<EmergencyId>,
    draws: Vec<DrawId>,
    counts: Counts,
}

impl World {
    async fn new(dice: &Dice) -> Self {
        let house = House::new().await;
        let places = house.places;
        let scopes = [places.payments, places.production, places.staging];
        let mut people = Vec::new();
        for _ in 0..6 {
            let mut held = Vec::new();
            for _ in 0..dice.below(3) {
                held.push((
                    *dice.pick(&[roles::VIEWER, roles::LEAD, roles::LEAD]),
                    *dice.pick(&scopes),
                ));
            }
            people.push(house.actor(&held).await);
        }
        people.push(house.actor(&[(roles::OWNER, places.root)]).await);
        let some = |count: usize| -> BTreeSet<PrincipalId> {
            (0..count).map(|_| dice.pick(&people).principal).collect()
        };
        let (inner, outer) = (some(2), some(2));
        let one = house
            .team("inner", &inner.iter().copied().collect::<Vec<_>>())
            .await;
        let nested: Vec<_> = outer.iter().copied().chain([one]).collect();
        let two = house.team("outer", &nested).await;
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        for (team, role) in [
            (one, roles::LEAD),
            (two, *dice.pick(&[roles::VIEWER, roles::LEAD])),
        ] {
            locked
                .insert_grant(&grant(team, role, *dice.pick(&scopes), now))
                .await
                .unwrap();
        }
        // In staging nobody reveals anything.
        let frozen = Guardrail {
            id: PolicyId::random(&SystemEntropy),
            name: crate::house::name("frozen"),
            text: format!(
                "forbid (principal, action == Action::\"secret.reveal\", resource in Scope::\"{}\");",
                places.staging
            ),
            builtin: false,
            enabled: true,
        };
        locked.put_guardrail(&frozen).await.unwrap();
        locked.commit().await.unwrap();
        let mut secrets = Vec::new();
        for scope in [places.production, places.staging] {
            secrets.push((scope, house.secret(scope, "KEY", b"value").await));
        }
        let all = inner.union(&outer).copied().collect();
        Self {
            house,
            people,
            members: BTreeMap::from([(one, inner), (two, all)]),
            secrets,
            rights: Vec::new(),
            draws: Vec::new(),
            counts: Counts::default(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_reviews_reads_or_keeps_what_they_should_not() {
    let mut sum = Counts::default();
    for seed in 1..=8 {
        let dice = Dice::new(seed);
        let mut world = World::new(&dice).await;
        for _ in 0..STEPS {
            world.act(&dice).await;
            world.check(&dice).await;
        }
        let Counts {
            given,
            drawn,
            reviewed,
            read,
            forbidden,
        } = world.counts;
        sum.given += given;
        sum.drawn += drawn;
        sum.reviewed += reviewed;
        sum.read += read;
        sum.forbidden += forbidden;
        if sum.reviewed > 8 && sum.read > 20 && sum.forbidden > 10 {
            break;
        }
    }
    assert!(
        sum.given > 8 && sum.drawn > 8,
        "{} given, {} drawn",
        sum.given,
        sum.drawn
    );
    assert!(
        sum.reviewed > 2 && sum.read > 5 && sum.forbidden > 2,
        "{} {} {}",
        sum.reviewed,
        sum.read,
        sum.forbidden
    );
}
