//! Random organizations and random calls, by people, service identities, in emergencies and by files: what a plan of files says is what
//! applying it does, to the last grant; whatever is refused changes nothing; nobody who stands behind an identity gets anything by it;
//! whoever can do something has a living grant that says so; and what is over stays over. The expectations are written down anew
//! here, without the policy engine. Roles of one's own and guardrails are changed by files, too.

mod acting;
mod checking;
mod rules;

use super::*;
use crate::{assigning::given, dice::Dice};
use claviger_model::{
    builtin_roles as roles,
    ids::{EmergencyId, KeyId},
};
use claviger_storage::{Database, services::ServiceKey};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use std::collections::BTreeSet;

const FILE: &str = "grants/payments";

#[derive(Debug, Default)]
struct Counts {
    applied: usize,
    changes: usize,
    refused: usize,
    stale: usize,
    by_hand: usize,
    drawn: usize,
    /// Roles and guardrails that files changed.
    rules: usize,
    /// Changes of these that were refused.
    rules_refused: usize,
}

struct World {
    house: House,
    pipeline: Pipeline,
    may_grant: Vec<RoleId>,
    /// A role of the organization's own.
    crew: RoleId,
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
        let crew = rules::own_role(&house, dice).await;
        let pipeline = Pipeline::of_everything(&house, &may_grant).await;
        // Somebody of theirs may be behind it, through a nested team or by a key that they made.
        match dice.below(3) {
            0 => joins(&house, pipeline.team, people[7].principal).await,
            1 => joins(&house, pipeline.team, inner).await,
            _ => key_of(&house, pipeline.service.principal, people[6].principal).await,
        }
        // And they have something that other roles and guardrails would make more of.
        let (keeper, more) = (pipeline.keeper.principal, *dice.pick(&[crew, roles::READER]));
        given(&house, keeper, crew, places.payments).await;
        given(&house, keeper, more, places.staging).await;
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
            crew,
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
    let dice = Dice::new(seed);
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
        all.rules += counts.rules;
        all.rules_refused += counts.rules_refused;
    }
    println!("{all:?}");
    assert!(
        all.applied > 4
            && all.changes > 4
            && all.refused > 4
            && all.by_hand > 2
            && all.rules > 2
            && all.rules_refused > 2,
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
