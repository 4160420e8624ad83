//! Random organizations and random calls, by people and by the tokens of service identities, in emergencies and by files: nobody gets
//! what nobody who may give it gave, nobody approves themselves, a plan that is stale does nothing, and an ended grant never decides
//! again. The expectations are written down anew here, without the policy engine.

mod acting;
mod changing;
mod checking;
mod emergencies;
mod files;
mod machines;

use crate::{
    dice::Dice,
    house::{Actor, House},
};
use changing::Changes;
use claviger_model::{
    builtin_roles::{CONSUMER, EDITOR, LEAD, OWNER, READER, VIEWER},
    grant::Grant,
    ids::{PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    requests::{RequestState, RequestsReply},
    route::{self, Route},
};
use emergencies::Emergencies;
use files::Files;
use machines::Machines;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LADDER: [RoleId; 5] = [VIEWER, CONSUMER, READER, EDITOR, LEAD];
const STEPS: usize = 150;

struct World {
    house: House,
    people: Vec<Actor>,
    teams: Vec<PrincipalId>,
    /// Who is in a team, nesting resolved by hand.
    members: BTreeMap<PrincipalId, BTreeSet<PrincipalId>>,
    secrets: Vec<(ScopeId, SecretId)>,
    asked: Vec<RequestId>,
    /// Grants that were checked, with the moment.
    checked: BTreeSet<claviger_model::ids::GrantId>,
    /// How many of them were asked for.
    asked_for: usize,
    emergencies: Emergencies,
    machines: Machines,
    files: Files,
    changes: Changes,
}

impl World {
    async fn new(dice: &Dice) -> Self {
        let house = House::new().await;
        let places = house.places;
        let scopes = [places.payments, places.production, places.staging];
        let mut people = Vec::new();
        for _ in 0..6 {
            let mut roles = Vec::new();
            for _ in 0..dice.below(3) {
                roles.push((*dice.pick(&[VIEWER, READER, LEAD, LEAD]), *dice.pick(&scopes)));
            }
            people.push(house.actor(&roles).await);
        }
        people.push(house.actor(&[(OWNER, places.root)]).await);
        let some = |count: usize| -> BTreeSet<PrincipalId> {
            (0..count).map(|_| dice.pick(&people).principal).collect()
        };
        let (inner, outer) = (some(2), some(2));
        let list = |set: &BTreeSet<PrincipalId>| set.iter().copied().collect::<Vec<_>>();
        let one = house.team("inner", &list(&inner)).await;
        let nested: Vec<_> = outer.iter().copied().chain([one]).collect();
        let two = house.team("outer", &nested).await;
        let all: BTreeSet<_> = inner.union(&outer).copied().collect();
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        for (team, role) in [(one, LEAD), (two, *dice.pick(&[VIEWER, READER]))] {
            let grant = crate::house::grant(team, role, *dice.pick(&scopes), now);
            locked.insert_grant(&grant).await.unwrap();
        }
        locked.commit().await.unwrap();
        let mut secrets = Vec::new();
        for scope in [places.production, places.staging] {
            secrets.push((scope, house.secret(scope, "KEY", b"value").await));
        }
        let machines = Machines::of(&house, two, people[1].principal).await;
        let files = Files::of(&house, people[0].principal).await;
        let mut world = Self {
            emergencies: Emergencies::default(),
            machines,
            files,
            changes: Changes::default(),
            asked_for: 0,
            house,
            people,
            teams: vec![one, two],
            members: BTreeMap::from([(one, inner), (two, all)]),
            secrets,
            asked: Vec::new(),
            checked: BTreeSet::new(),
        };
        let grants = world.grants().await;
        world.checked.extend(grants.iter().map(|grant| grant.id));
        world
    }

    async fn grants(&self) -> Vec<Grant> {
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut all = Vec::new();
        for holder in self.holders() {
            all.extend(reader.grant_history(holder, 500).await.unwrap());
        }
        all
    }

    /// Everybody to whom something may be given.
    fn holders(&self) -> impl Iterator<Item = PrincipalId> + '_ {
        let people = self.people.iter().map(|actor| actor.principal);
        people
            .chain(self.teams.iter().copied())
            .chain(self.machines.ids())
    }

    fn chain(&self, scope: ScopeId) -> Vec<ScopeId> {
        let places = self.house.places;
        match scope {
            scope if scope == places.root => vec![places.root],
            scope if scope == places.payments => vec![scope, places.root],
            scope => vec![scope, places.payments, places.root],
        }
    }

    fn reaches(&self, holder: PrincipalId, person: PrincipalId) -> bool {
        holder == person
            || self
                .members
                .get(&holder)
                .is_some_and(|members| members.contains(&person))
    }

    /// Whether somebody had one of these roles at a place at a moment.
    fn had(
        &self,
        grants: &[Grant],
        who: PrincipalId,
        roles: &[RoleId],
        at: ScopeId,
        when: Timestamp,
    ) -> bool {
        let chain = self.chain(at);
        grants.iter().any(|grant| {
            self.reaches(grant.principal, who)
                && roles.contains(&grant.role)
                && chain.contains(&grant.scope)
                && grant.granted_at <= when
                && grant.expires_at.is_none_or(|end| when < end)
                && grant.ended.as_ref().is_none_or(|end| when <= end.at)
        })
    }

    /// What a giver must have had for this role.
    fn givers(role: RoleId) -> &'static [RoleId] {
        if [VIEWER, CONSUMER, READER, EDITOR].contains(&role) {
            &[LEAD, OWNER]
        } else {
            &[OWNER]
        }
    }

    async fn call(&self, by: &Actor, route: &Route, argument: &str, body: &Value) -> String {
        let arguments: &[&dyn std::fmt::Display] = if argument.is_empty() { &[] } else { &[&argument] };
        self.house.call(Some(by), route, arguments, body).await.code()
    }
}

#[derive(Debug, Default)]
struct Sum {
    given: usize,
    waiting: usize,
    drawn: usize,
    used: usize,
    refused: usize,
    applied: usize,
    stale: usize,
    files_refused: usize,
    taken: usize,
    rotations: usize,
    guarded: usize,
}

impl Sum {
    /// The dice must have let something of everything happen.
    fn is_enough(&self) -> bool {
        self.given > 10
            && self.waiting > 5
            && self.drawn > 3
            && self.used > 10
            && self.refused > 10
            && self.applied > 2
            && self.stale > 2
            && self.files_refused > 2
            && self.taken > 5
            && self.rotations > 3
            && self.guarded > 2
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_what_nobody_who_may_give_it_gave() {
    let mut sum = Sum::default();
    let (seeds, steps) = match std::env::var_os("CLAVIGER_SOAK") {
        Some(_) => (1..=60, STEPS * 3),
        None => (1..=16, STEPS),
    };
    for seed in seeds {
        // Some organizations have hardly anybody who may give.
        if seed > 3 && sum.is_enough() && std::env::var_os("CLAVIGER_SOAK").is_none() {
            break;
        }
        let dice = Dice::new(seed);
        let mut world = World::new(&dice).await;
        for _ in 0..steps {
            world.act(&dice).await;
            world.check(&dice).await;
        }
        let owner = world.people.last().unwrap();
        let reply: RequestsReply = world
            .house
            .call(Some(owner), &route::REQUESTS, &[], &Value::Null)
            .await
            .parse();
        let open = |one: &&claviger_protocol::requests::RequestRecord| one.state == RequestState::Open;
        sum.waiting += reply.requests.iter().filter(open).count();
        sum.given += world.asked_for;
        sum.drawn += world.emergencies.drawn;
        sum.used += world.machines.used;
        sum.refused += world.machines.refused;
        sum.applied += world.files.applied;
        sum.stale += world.files.stale;
        sum.files_refused += world.files.refused;
        sum.taken += world.changes.taken;
        sum.rotations += world.changes.rotations;
        sum.guarded += world.changes.guarded;
    }
    println!("{sum:?}");
    assert!(sum.is_enough(), "the dice did too little: {sum:?}");
}
