//! Random organizations and random calls, by people, service identities, in emergencies and by files: what a plan of files says is what
//! applying it does, to the last grant; whatever is refused changes nothing; nobody who stands behind an identity gets anything by it;
//! whoever can do something has a living grant that says so; and what is over stays over. The expectations are written down anew
//! here, without the policy engine.

use super::*;
use crate::assigning::allowed;
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::{Entropy, Sequence},
    grant::Grant,
    ids::{EmergencyId, KeyId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_storage::{Database, principals::PrincipalFilter, services::ServiceKey};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "grants/payments";

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

#[derive(Debug, Default)]
struct Counts {
    applied: usize,
    changes: usize,
    refused: usize,
    stale: usize,
    by_hand: usize,
    drawn: usize,
}

struct World {
    house: House,
    pipeline: Pipeline,
    may_grant: Vec<RoleId>,
    people: Vec<Actor>,
    teams: Vec<PrincipalId>,
    services: Vec<PrincipalId>,
    rights: Vec<(usize, EmergencyId)>,
    files: Vec<PolicyFile>,
    /// Every grant that was seen to be over.
    over: BTreeSet<GrantId>,
    counts: Counts,
}

impl World {
    async fn new(house: House, dice: &Dice) -> Self {
        let places = house.places;
        let mut people = vec![house.actor(&[(roles::OWNER, places.root)]).await];
        for scope in [places.payments, places.production, places.staging] {
            people.push(house.actor(&[(roles::LEAD, scope)]).await);
        }
        for _ in 0..4 {
            people.push(house.actor(&[]).await);
        }
        let inner = team(&house, "inner", &[people[4].principal]).await;
        let outer = team(&house, "outer", &[inner, people[5].principal]).await;
        let free = team(&house, "free", &[people[6].principal]).await;
        let mut may_grant = vec![roles::READER, roles::CI_TEST];
        if dice.below(2) == 0 {
            may_grant.push(roles::LEAD);
        }
        let pipeline = Pipeline::delegated(&house, places.root, &may_grant).await;
        // Somebody of theirs may be behind it, through a nested team or by a key that they made.
        match dice.below(3) {
            0 => joins(&house, pipeline.team, people[7].principal).await,
            1 => joins(&house, pipeline.team, inner).await,
            _ => key_of(&house, pipeline.service.principal, people[6].principal).await,
        }
        let services = vec![
            service(&house, pipeline.team).await,
            service(&house, free).await,
            service(&house, inner).await,
        ];
        let files = export(&house, &pipeline.author).await;
        Self {
            house,
            pipeline,
            may_grant,
            people,
            teams: vec![inner, outer, free],
            services,
            rights: Vec::new(),
            files,
            over: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    fn somebody(&self, dice: &Dice) -> PrincipalId {
        match dice.below(10) {
            0 | 1 => *dice.pick(&self.services),
            2 | 3 => *dice.pick(&self.teams),
            4 => *dice.pick(&[
                self.pipeline.service.principal,
                self.pipeline.keeper.principal,
                self.pipeline.author.principal,
                self.pipeline.team,
            ]),
            _ => self.people[dice.below(self.people.len())].principal,
        }
    }

    fn place(&self, dice: &Dice) -> ScopeId {
        let places = self.house.places;
        *dice.pick(&[places.payments, places.production, places.staging])
    }

    /// One random edit of the file of grants.
    async fn edit(&self, dice: &Dice) -> Vec<PolicyFile> {
        let own: Vec<GrantId> = self
            .grants()
            .await
            .into_values()
            .filter(|grant| grant.ended.is_none() && self.mentions(grant.id))
            .map(|grant| grant.id)
            .collect();
        if dice.below(3) == 0 && !own.is_empty() {
            return without(&self.files, FILE, *dice.pick(&own));
        }
        let mut roles = vec![roles::READER, roles::READER, roles::CI_TEST, roles::LEAD];
        roles.extend([roles::EDITOR, roles::OWNER, roles::POLICY_FILES]);
        let mut files = self.files.clone();
        for _ in 0..=dice.below(2) {
            let entry = entry(
                new_grant(),
                self.somebody(dice),
                *dice.pick(&roles),
                self.place(dice),
            );
            files = with_grant(&files, FILE, &entry);
        }
        files
    }

    fn mentions(&self, id: GrantId) -> bool {
        let own = self
            .files
            .iter()
            .find(|file| file.path.starts_with(FILE))
            .unwrap();
        own.text.contains(&format!("[[grants]]\nid = \"{id}\""))
    }

    async fn grants(&self) -> BTreeMap<GrantId, Grant> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut found = BTreeMap::new();
        let everybody = reader
            .principals_page(PrincipalFilter::default(), None, 1_000)
            .await
            .unwrap();
        for row in everybody {
            for grant in reader.grant_history(row.id, 1_000).await.unwrap() {
                found.insert(grant.id, grant);
            }
        }
        found
    }

    async fn members(&self) -> BTreeMap<PrincipalId, BTreeSet<PrincipalId>> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut of = BTreeMap::new();
        for team in self.teams.iter().chain([&self.pipeline.team]) {
            let rows = reader.team_members(*team).await.unwrap();
            of.insert(*team, rows.into_iter().map(|row| row.member).collect());
        }
        of
    }

    /// Everybody whom something given to a principal reaches: members at any depth, and the people who answer for services.
    async fn reached(&self, to: PrincipalId) -> BTreeSet<PrincipalId> {
        let members = self.members().await;
        let mut reader = self.house.app.store.reader().await.unwrap();
        let (mut found, mut wait) = (BTreeSet::new(), vec![to]);
        while let Some(next) = wait.pop() {
            if !found.insert(next) {
                continue;
            }
            wait.extend(members.get(&next).into_iter().flatten());
            if let Some(row) = reader.principal(next).await.unwrap()
                && let Nature::Service { owner, .. } = row.nature
            {
                wait.push(owner);
            }
        }
        found
    }

    /// Those who could use the identity, and those who made it.
    async fn behind(&self) -> BTreeSet<PrincipalId> {
        let mut found = self.reached(self.pipeline.service.principal).await;
        found.extend([self.pipeline.author.principal, self.pipeline.second.principal]);
        let mut reader = self.house.app.store.reader().await.unwrap();
        let keys = reader.keys_of(&[self.pipeline.service.principal]).await.unwrap();
        found.extend(keys.iter().map(|key| key.made_by));
        found
    }

    async fn by_hand(&mut self, dice: &Dice) {
        let who = dice.below(self.people.len());
        match dice.below(6) {
            0 | 1 => {
                let body = json!({
                    "id": new_grant(), "principal": self.somebody(dice), "role": *dice.pick(&[roles::READER, roles::CONSUMER, roles::LEAD]),
                    "scope": self.place(dice), "reason": "on call",
                });
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::GIVE_GRANT, &[], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
            2 => {
                let living: Vec<_> = self
                    .grants()
                    .await
                    .into_values()
                    .filter(|grant| grant.ended.is_none())
                    .collect();
                let id = dice.pick(&living).id;
                let body = json!({"reason": "over"});
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::END_GRANT, &[&id], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
            3 => {
                let to = dice.below(self.people.len());
                let mut body =
                    crate::emergency::right_body(&self.house, self.people[to].principal, self.place(dice));
                body["ends_at"] = json!(self.house.clock.now().plus(DAY));
                let answer = self
                    .house
                    .call(Some(&self.people[who]), &route::GIVE_EMERGENCY, &[], &body)
                    .await;
                if answer.code() == "ok" {
                    self.rights
                        .push((to, serde_json::from_value(body["id"].clone()).unwrap()));
                }
            }
            4 => {
                if let Some((whose, right)) = self.rights.get(dice.below(self.rights.len().max(1))).copied() {
                    let draw = claviger_model::ids::DrawId::random(&SystemEntropy);
                    let body = json!({"id": draw, "reason": "it burns", "seconds": 600});
                    let answer = self
                        .house
                        .call(
                            Some(&self.people[whose]),
                            &route::DRAW_EMERGENCY,
                            &[&right],
                            &body,
                        )
                        .await;
                    self.counts.drawn += usize::from(answer.code() == "ok");
                }
            }
            _ => {
                let (team, member) = (
                    *dice.pick(&self.teams),
                    self.people[dice.below(self.people.len())].principal,
                );
                let body = json!({"member": member});
                let owner = &self.people[0];
                let answer = self
                    .house
                    .call(Some(owner), &route::ADD_MEMBER, &[&team], &body)
                    .await;
                self.counts.by_hand += usize::from(answer.code() == "ok");
            }
        }
    }

    async fn by_files(&mut self, dice: &Dice) {
        let files = self.edit(dice).await;
        let shown = plan(&self.house, &self.pipeline.service, &files).await;
        assert_eq!(shown.problems, [], "an edit that can be read");
        if dice.below(3) == 0 {
            self.by_hand(dice).await;
        }
        let (before, behind, state) = (
            self.grants().await,
            self.behind().await,
            state_of(&self.house).await,
        );
        let now_shown = plan(&self.house, &self.pipeline.service, &files).await;
        let answer = apply_plan(&self.house, &self.pipeline.service, &files, &shown).await;
        let after = self.grants().await;
        if answer.code() != "ok" {
            assert_eq!(state_of(&self.house).await, state, "{:?}", answer.json());
            assert_eq!(before, after);
            if now_shown.digest == shown.digest {
                assert_eq!(answer.code(), now_shown.refused[0].code.as_str());
                self.counts.refused += 1;
            } else {
                assert_eq!(answer.code(), "stale_plan");
                self.counts.stale += 1;
            }
            return;
        }
        assert_eq!(now_shown.digest, shown.digest);
        assert_eq!(now_shown.refused, []);
        self.counts.applied += 1;
        let mut expected = before.clone();
        for change in shown.changes.iter().filter(|change| !change.left) {
            self.counts.changes += 1;
            let id: GrantId = change.id.parse().unwrap();
            match change.differs {
                Differs::OnlyInOrganization => assert!(after[&id].ended.is_some()),
                Differs::OnlyInFile => {
                    let given = &after[&id];
                    assert!(self.may_grant.contains(&given.role) && given.ended.is_none());
                    assert_eq!(given.granted_by, self.pipeline.service.principal);
                    let reached = self.reached(given.principal).await;
                    let own: Vec<_> = reached.intersection(&behind).collect();
                    assert!(own.is_empty(), "{own:?} stand behind what gave them {change:?}");
                }
                Differs::Otherwise => panic!("nothing was changed in place"),
            }
            expected.insert(id, after[&id].clone());
        }
        assert_eq!(expected, after, "nothing but what was planned");
        self.files = files;
    }

    async fn step(&mut self, dice: &Dice) {
        match dice.below(8) {
            0..=4 => self.by_files(dice).await,
            5 | 6 => self.by_hand(dice).await,
            _ => {
                // A file of today's state, so that what was done by hand is taken over.
                self.files = export(&self.house, &self.pipeline.author).await;
            }
        }
    }

    /// Whoever may do something has a living grant that says so; what is over never comes back.
    async fn holds(&mut self, dice: &Dice) {
        let (grants, now) = (self.grants().await, self.house.clock.now());
        let living = |grant: &Grant, now: Timestamp| {
            grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end)
        };
        for id in &self.over {
            assert!(
                grants.get(id).is_none_or(|grant| !living(grant, now)),
                "{id} came back"
            );
        }
        let over = grants.values().filter(|grant| !living(grant, now));
        self.over.extend(over.map(|grant| grant.id));
        let (who, place) = (self.somebody(dice), self.place(dice));
        let row = self
            .house
            .app
            .store
            .reader()
            .await
            .unwrap()
            .principal(who)
            .await
            .unwrap()
            .unwrap();
        let action = *dice.pick(&[
            Action::SecretReveal,
            Action::SecretUse,
            Action::GrantAssign,
            Action::FilesApply,
        ]);
        if row.kind() == PrincipalKind::Team || !allowed(&self.house, who, action, place).await {
            return;
        }
        let members = self.members().await;
        let mut mine = BTreeSet::from([who]);
        for _ in 0..=members.len() {
            let joined: Vec<_> = members
                .iter()
                .filter(|(_, of)| of.iter().any(|member| mine.contains(member)))
                .collect();
            mine.extend(joined.into_iter().map(|(team, _)| *team));
        }
        let places = self.house.places;
        let above = [places.root, places.payments, place];
        let all = roles::all();
        let says = |grant: &&Grant| {
            let role = all.iter().find(|role| role.id == grant.role);
            living(grant, now)
                && mine.contains(&grant.principal)
                && above.contains(&grant.scope)
                && role.is_some_and(|role| role.allows(action))
        };
        assert!(
            grants.values().any(|grant| says(&grant)),
            "{who} has {action} of nobody"
        );
    }
}

async fn key_of(house: &House, service: PrincipalId, maker: PrincipalId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let key = ServiceKey {
        id: KeyId::random(&SystemEntropy),
        service,
        name: name("key"),
        jkt: claviger_crypto::bytes::sha256(KeyId::random(&SystemEntropy).as_bytes()),
        networks: Vec::new(),
        made_by: maker,
        made_at: now,
        ends_at: now.plus(DAY * 30),
        last_used_at: None,
        ended: None,
    };
    locked.insert_service_key(&key).await.unwrap();
    locked.commit().await.unwrap();
}

async fn run(house: House, seed: u64, steps: usize) -> Counts {
    let dice = Dice(Sequence::new(seed));
    let mut world = World::new(house, &dice).await;
    for _ in 0..steps {
        world.step(&dice).await;
        world.holds(&dice).await;
    }
    world.counts
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign_of_files_gives_exactly_what_was_planned_and_nobody_behind_it_anything() {
    let (seeds, steps) = match std::env::var_os("CLAVIGER_SOAK") {
        Some(_) => (60, 150),
        None => (3, 45),
    };
    let mut all = Counts::default();
    for seed in 0..seeds {
        let counts = run(House::new().await, seed, steps).await;
        all.applied += counts.applied;
        all.changes += counts.changes;
        all.refused += counts.refused;
        all.stale += counts.stale;
        all.by_hand += counts.by_hand;
        all.drawn += counts.drawn;
    }
    println!("{all:?}");
    assert!(
        all.applied > 4 && all.changes > 4 && all.refused > 4 && all.by_hand > 2,
        "the dice did too little: {all:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign_of_files_holds_on_postgresql() {
    let steps = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        25
    };
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("root.key");
    let mut house = House::open(Database::Postgres(url), &key, ManualClock::default()).await;
    house.furnish().await;
    let counts = run(house, 7, steps).await;
    assert!(counts.applied + counts.refused > 3, "{counts:?}");
}
