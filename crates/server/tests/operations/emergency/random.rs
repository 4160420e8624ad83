//! Random organizations and random calls: nobody gives themselves a right or reviews themselves, through teams, nesting, services
//! or people whom they made powerful; what is over never decides again; no guardrail lets anything pass; nothing is leased. The
//! expectations are written down anew here, without the policy engine.

use super::*;
use claviger_model::{
    entropy::{Entropy, Sequence},
    grant::Grant,
    guardrail::Guardrail,
    ids::{GrantId, PolicyId},
    time::Timestamp,
};
use claviger_server::jobs;
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 80;

struct Dice(Sequence);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_be_bytes(bytes)).unwrap() % limit
    }

    fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

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

    async fn grants(&self) -> Vec<Grant> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let holders = self.people.iter().map(|actor| actor.principal);
        let mut all = Vec::new();
        for holder in holders.chain(self.members.keys().copied()) {
            all.extend(reader.grant_history(holder, 500).await.unwrap());
        }
        all
    }

    fn chain(&self, scope: ScopeId) -> Vec<ScopeId> {
        let places = self.house.places;
        match scope {
            scope if scope == places.root => vec![scope],
            scope if scope == places.payments => vec![scope, places.root],
            scope => vec![scope, places.payments, places.root],
        }
    }

    /// The grants through which somebody had a role at a place at a moment, those of emergency access apart.
    fn through<'a>(
        &self,
        grants: &'a [Grant],
        who: PrincipalId,
        wanted: &[RoleId],
        at: ScopeId,
        when: Timestamp,
    ) -> Vec<&'a Grant> {
        let chain = self.chain(at);
        let reaches = |holder: PrincipalId| {
            holder == who
                || self
                    .members
                    .get(&holder)
                    .is_some_and(|members| members.contains(&who))
        };
        let counts = |grant: &&Grant| {
            reaches(grant.principal)
                && !grant.conditions.is_emergency()
                && wanted.contains(&grant.role)
                && chain.contains(&grant.scope)
                && grant.granted_at <= when
                && grant.expires_at.is_none_or(|end| when < end)
                && grant.ended.as_ref().is_none_or(|end| when <= end.at)
        };
        grants.iter().filter(counts).collect()
    }

    async fn call(&self, by: &Actor, route: &route::Route, argument: &str, body: &Value) -> bool {
        let arguments: &[&dyn std::fmt::Display] = if argument.is_empty() { &[] } else { &[&argument] };
        self.house.call(Some(by), route, arguments, body).await.code() == "ok"
    }

    async fn act(&mut self, dice: &Dice) {
        let places = self.house.places;
        let scopes = [places.payments, places.production, places.staging];
        let by = &self.people[dice.below(self.people.len())];
        match dice.below(14) {
            0..3 => {
                let everybody: Vec<_> = self.people.iter().map(|one| one.principal).collect();
                let teams: Vec<_> = self.members.keys().copied().collect();
                let to = *dice.pick(if dice.below(5) == 0 { &teams } else { &everybody });
                let role = *dice.pick(&[roles::READER, roles::READER, roles::EDITOR, roles::LEAD]);
                let body = body_of(role, to, *dice.pick(&scopes), &self.house);
                if self.call(by, &route::GIVE_EMERGENCY, "", &body).await {
                    self.rights
                        .push(serde_json::from_value(body["id"].clone()).unwrap());
                }
            }
            3..7 if !self.rights.is_empty() => {
                // Mostly whoever holds it.
                let right = *dice.pick(&self.rights);
                let mut reader = self.house.app.store.reader().await.unwrap();
                let holder = reader.emergency_right(right).await.unwrap().unwrap().principal;
                let holder = self.people.iter().find(|one| one.principal == holder);
                let by = holder.filter(|_| dice.below(4) > 0).unwrap_or(by);
                let id = DrawId::random(&SystemEntropy);
                let body = json!({"id": id, "reason": "it burns", "seconds": dice.pick(&[60, 600, 3600])});
                if self
                    .call(by, &route::DRAW_EMERGENCY, &right.to_string(), &body)
                    .await
                {
                    self.draws.push(id);
                }
            }
            7..9 if !self.draws.is_empty() => {
                let body = json!({"verdict": "not-justified", "words": "no fire"});
                let draw = dice.pick(&self.draws).to_string();
                self.call(by, &route::REVIEW_EMERGENCY, &draw, &body).await;
            }
            9 if !self.rights.is_empty() => {
                let right = dice.pick(&self.rights).to_string();
                self.call(by, &route::END_EMERGENCY, &right, &json!({"reason": "over"}))
                    .await;
            }
            10 => {
                let live: Vec<_> = self
                    .grants()
                    .await
                    .into_iter()
                    .filter(|one| one.ended.is_none())
                    .collect();
                let grant = dice.pick(&live).id.to_string();
                self.call(by, &route::END_GRANT, &grant, &json!({"reason": "over"}))
                    .await;
            }
            11 => {
                // Making a friend powerful is no way to be reviewed.
                let gift = json!({
                    "id": GrantId::random(&SystemEntropy), "principal": dice.pick(&self.people).principal,
                    "role": dice.pick(&[roles::LEAD, roles::READER]), "scope": dice.pick(&scopes), "reason": "why not",
                });
                self.call(by, &route::GIVE_GRANT, "", &gift).await;
            }
            _ => {
                self.house.clock.advance(Duration::from_secs(240));
                if dice.below(2) == 0 {
                    jobs::sweep(&self.house.app).await;
                }
                let mut again = Vec::new();
                for person in &self.people {
                    again.push(self.house.sign_in(person.principal).await);
                }
                self.people = again;
            }
        }
    }

    async fn check(&mut self, dice: &Dice) {
        let grants = self.grants().await;
        let givers = [roles::LEAD, roles::OWNER];
        let mut reader = self.house.app.store.reader().await.unwrap();
        for id in &self.rights {
            let right = reader.emergency_right(*id).await.unwrap().unwrap();
            assert_ne!(right.given_by, right.principal, "nobody gives to themselves");
            assert!(!self.members.contains_key(&right.principal), "one person");
            assert!(
                [roles::READER, roles::EDITOR].contains(&right.role),
                "no power over access"
            );
            let by = self.through(&grants, right.given_by, &givers, right.scope, right.given_at);
            assert!(!by.is_empty(), "given by nobody who may");
        }
        let mut reviewed = 0;
        for id in &self.draws {
            let draw = reader.emergency_draw(*id).await.unwrap().unwrap();
            let right = reader.emergency_right(draw.right).await.unwrap().unwrap();
            assert_eq!(draw.principal, right.principal);
            assert!(draw.ends_at.since(draw.drawn_at) <= HOUR && draw.ends_at <= right.ends_at);
            if let Some(review) = &draw.review {
                reviewed += 1;
                assert_ne!(review.by, draw.principal, "nobody reviews themselves");
                let by = self.through(&grants, review.by, &givers, draw.scope, review.at);
                assert!(by.iter().any(|grant| grant.granted_by != draw.principal));
                assert!(review.at >= draw.over_at());
            }
        }
        drop(reader);
        if dice.below(8) == 0 {
            self.check_reviewers(dice).await;
        }
        self.counts.given = self.rights.len();
        self.counts.drawn = self.draws.len();
        self.counts.reviewed = reviewed;
        self.check_a_read(dice, &grants).await;
    }

    /// Those who are reminded of a review are those who may give it.
    async fn check_reviewers(&self, dice: &Dice) {
        if self.draws.is_empty() {
            return;
        }
        let id = *dice.pick(&self.draws);
        let mut reader = self.house.app.store.snapshot().await.unwrap();
        let draw = reader.emergency_draw(id).await.unwrap().unwrap();
        if draw.review.is_some() {
            return;
        }
        let epoch = reader.committed_epoch().await.unwrap();
        let mut ground = claviger_server::telling::Ground {
            reader: &mut *reader,
            judge: claviger_server::operations::requests::Judge {
                entitlements: &self.house.app.entitlements,
                epoch: claviger_server::entitlement::Epoch::Committed(epoch),
                now: self.house.clock.now(),
            },
        };
        let told = ground
            .reviewers(draw.principal, draw.role, draw.scope)
            .await
            .unwrap();
        for person in &self.people {
            let seen = self.house.emergency(person).await.draws;
            let may = seen.iter().any(|one| one.id == id && one.may_review);
            assert_eq!(told.contains(&person.principal), may);
        }
    }

    async fn check_a_read(&mut self, dice: &Dice, grants: &[Grant]) {
        // Half of the time somebody who drew something.
        let drew: Vec<_> = grants
            .iter()
            .filter(|grant| grant.conditions.is_emergency())
            .collect();
        let chosen = if drew.is_empty() || dice.below(2) == 0 {
            dice.pick(&self.people)
        } else {
            let who = dice.pick(&drew).principal;
            self.people.iter().find(|one| one.principal == who).unwrap()
        };
        let (scope, secret) = *dice.pick(&self.secrets);
        let (now, who) = (self.house.clock.now(), chosen.principal);
        let readers = [roles::READER, roles::EDITOR];
        let own = !self
            .through(grants, who, &readers, scope, now)
            .iter()
            .all(|grant| !grant.active_at(now));
        let chain = self.chain(scope);
        let drawn = grants.iter().any(|grant| {
            grant.principal == who
                && grant.conditions.is_emergency()
                && grant.active_at(now)
                && chain.contains(&grant.scope)
        });
        let revealed = self.house.read(chosen, secret, "reveal").await == "ok";
        let frozen = scope == self.house.places.staging;
        assert_eq!(
            revealed,
            (own || drawn) && !frozen,
            "own {own}, drawn {drawn}, frozen {frozen}"
        );
        let leased = self.house.read(chosen, secret, "lease").await == "ok";
        assert_eq!(leased, own, "a lease needs a right of one's own");
        let only_drawn = revealed && !own;
        self.counts.read += usize::from(only_drawn);
        self.counts.forbidden += usize::from(drawn && frozen);
        if only_drawn {
            let mut reader = self.house.app.store.reader().await.unwrap();
            let reads = reader.emergency_reads(&self.draws).await.unwrap();
            let read = reads.iter().find(|read| read.secret == secret).unwrap();
            let request = reader.request(read.request).await.unwrap().unwrap();
            assert_eq!(
                request.asked,
                claviger_storage::requests::Asked::Rotation { secret }
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_reviews_reads_or_keeps_what_they_should_not() {
    let mut sum = Counts::default();
    for seed in 1..=8 {
        let dice = Dice(Sequence::new(seed));
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
