//! Random calls by random people: no service gets power over access or leaves its class, whatever anybody does, an ended key yields
//! no token, and nobody who holds a key has given its service anything. The expectations are written down anew here, without the
//! policy engine.

use super::*;
use crate::assigning::allowed;
use crate::dice::Dice;
use claviger_model::{
    action::{Action, Plane},
    ids::GrantId,
};
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 110;
const POWER: [Action; 7] = [
    Action::GrantAssign,
    Action::GrantRevoke,
    Action::RequestAnswer,
    Action::ServiceManage,
    Action::TeamManage,
    Action::PrincipalDisable,
    Action::RoleManage,
];
const VALUES: [Action; 4] = [
    Action::SecretUse,
    Action::SecretReveal,
    Action::SecretWrite,
    Action::SecretCreate,
];

struct Service {
    id: PrincipalId,
    class: &'static str,
}

struct Key {
    id: KeyId,
    service: PrincipalId,
    maker: PrincipalId,
    half: DeviceKey,
    ended: bool,
}

struct World {
    house: House,
    people: Vec<Actor>,
    teams: Vec<PrincipalId>,
    services: Vec<Service>,
    keys: Vec<Key>,
    /// Living grants to services by their givers, as the answers said.
    gifts: BTreeMap<GrantId, (PrincipalId, PrincipalId)>,
    given: usize,
    tokens: usize,
    refused: usize,
}

impl World {
    async fn new() -> Self {
        let house = House::new().await;
        let places = house.places;
        let mut people = vec![
            house.actor(&[(roles::OWNER, places.root)]).await,
            house.actor(&[(roles::OWNER, places.root)]).await,
            house.actor(&[(roles::OFFBOARDER, places.root)]).await,
        ];
        for scope in [
            places.payments,
            places.payments,
            places.production,
            places.staging,
        ] {
            people.push(house.actor(&[(roles::LEAD, scope)]).await);
        }
        let inner = team(&house, "inner", &[people[3].principal, people[5].principal]).await;
        let outer = team(&house, "outer", &[people[4].principal, inner]).await;
        let owners = team(&house, "owners", &[people[1].principal]).await;
        // A team with power, into which services may come.
        let mighty = team(&house, "mighty", &[]).await;
        given(&house, mighty, roles::LEAD, places.root).await;
        Self {
            house,
            people,
            teams: vec![inner, outer, owners, mighty],
            services: Vec::new(),
            keys: Vec::new(),
            gifts: BTreeMap::new(),
            given: 0,
            tokens: 0,
            refused: 0,
        }
    }

    async fn step(&mut self, dice: &Dice) {
        let who = &self.people[dice.below(self.people.len())];
        let places = self.house.places;
        let scopes = [places.root, places.payments, places.production, places.staging];
        let any = self.services.get(dice.below(self.services.len().max(1)));
        match (dice.below(12), any) {
            (0 | 1, _) | (_, None) => {
                let class = *dice.pick(&["production", "staging"]);
                let body = service_body(*dice.pick(&self.teams), *dice.pick(&scopes), class);
                let id = serde_json::from_value(body["id"].clone()).unwrap();
                if say(&self.house, who, route::CREATE_SERVICE, &[], body)
                    .await
                    .code()
                    == "ok"
                {
                    self.services.push(Service { id, class });
                }
            }
            (2 | 3, Some(service)) => {
                let half = DeviceKey::generate().unwrap();
                let body = key_body(&half, json!({}));
                let id = serde_json::from_value(body["id"].clone()).unwrap();
                let answer = say(&self.house, who, route::MAKE_SERVICE_KEY, &[&service.id], body).await;
                if answer.code() == "ok" {
                    self.keys.push(Key {
                        id,
                        service: service.id,
                        maker: who.principal,
                        half,
                        ended: false,
                    });
                }
            }
            (4..=6, Some(service)) => {
                let id = GrantId::random(&SystemEntropy);
                let all: Vec<_> = roles_of_all();
                let to = if dice.below(4) == 0 {
                    *dice.pick(&self.teams)
                } else {
                    service.id
                };
                let body = json!({
                    "id": id, "principal": to, "role": dice.pick(&all), "scope": dice.pick(&scopes), "reason": "why not",
                });
                let answer = say(&self.house, who, route::GIVE_GRANT, &[], body).await;
                if answer.code() == "ok" && to == service.id {
                    self.gifts.insert(id, (who.principal, to));
                    self.given += 1;
                }
            }
            (7, Some(service)) => {
                let (team, body) = (dice.pick(&self.teams), json!({"member": service.id}));
                say(&self.house, who, route::ADD_MEMBER, &[team], body).await;
            }
            (8, Some(service)) => {
                let id = service.id;
                let before: ServiceReply = self.shown(id).await;
                let keys = before.service.keys.iter().filter(|key| key.live);
                let ends: Vec<_> = keys.map(|key| key.id).collect();
                let body = json!({"owner": dice.pick(&self.teams), "ends": ends});
                let answer = say(&self.house, who, route::EDIT_SERVICE, &[&id], body).await;
                if answer.code() == "ok" && self.shown(id).await.service.owner != before.service.owner {
                    self.all_over(id);
                }
            }
            (9, Some(service)) => {
                let body = json!({"state": dice.pick(&["active", "disabled"]), "reason": "why not"});
                say(&self.house, who, route::SET_SERVICE_STATE, &[&service.id], body).await;
            }
            (10, Some(_)) => {
                let at = dice.below(self.keys.len().max(1));
                if let Some(key) = self.keys.get(at) {
                    let body = json!({"reason": "why not"});
                    let answer = say(&self.house, who, route::END_SERVICE_KEY, &[&key.id], body).await;
                    if answer.code() == "ok" {
                        self.keys[at].ended = true;
                    }
                }
            }
            (_, Some(_)) => {
                let ids: Vec<_> = self.gifts.keys().copied().collect();
                if let Some(id) = ids.get(dice.below(ids.len().max(1))) {
                    let body = json!({"reason": "why not"});
                    if say(&self.house, who, route::END_GRANT, &[id], body).await.code() == "ok" {
                        self.gifts.remove(id);
                    }
                }
            }
        }
    }

    async fn shown(&self, service: PrincipalId) -> ServiceReply {
        say(
            &self.house,
            &self.people[0],
            route::SERVICE,
            &[&service],
            Value::Null,
        )
        .await
        .parse()
    }

    fn all_over(&mut self, service: PrincipalId) {
        for key in self.keys.iter_mut().filter(|key| key.service == service) {
            key.ended = true;
        }
    }

    async fn holds(&mut self, dice: &Dice) {
        let places = self.house.places;
        for service in &self.services {
            for place in [places.root, places.payments, places.production, places.staging] {
                for action in POWER {
                    assert!(
                        !allowed(&self.house, service.id, action, place).await,
                        "a service got {action}"
                    );
                }
            }
            let foreign = if service.class == "production" {
                places.staging
            } else {
                places.production
            };
            for action in VALUES {
                assert_eq!(action.plane(), Plane::Data);
                assert!(
                    !allowed(&self.house, service.id, action, foreign).await,
                    "a service of {} got {action} elsewhere",
                    service.class
                );
            }
        }
        let living: BTreeSet<_> = self
            .keys
            .iter()
            .filter(|key| !key.ended)
            .map(|key| (key.maker, key.service))
            .collect();
        for gift in self.gifts.values() {
            assert!(!living.contains(gift), "a giver holds a key of what they gave to");
        }
        if self.keys.is_empty() {
            return;
        }
        let key = &self.keys[dice.below(self.keys.len())];
        let answer = exchange(&self.house, &instance(key.service), &key.half).await;
        if answer.code() == "ok" {
            assert!(!key.ended, "an ended key gave a token");
            let state = self.shown(key.service).await.service.state;
            assert_eq!(state, claviger_model::principal::PrincipalState::Active);
            self.tokens += 1;
        } else {
            self.refused += 1;
        }
    }
}

fn roles_of_all() -> Vec<RoleId> {
    roles::all().into_iter().map(|role| role.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sequence_of_calls_gives_a_service_power_or_another_class() {
    let (mut services, mut gifts, mut tokens, mut refused) = (0, 0, 0, 0);
    for seed in 0..4 {
        let dice = Dice::new(seed);
        let mut world = World::new().await;
        for _ in 0..STEPS {
            world.step(&dice).await;
            world.holds(&dice).await;
        }
        services += world.services.len();
        gifts += world.given;
        tokens += world.tokens;
        refused += world.refused;
    }
    println!("{services} services, {gifts} gifts, {tokens} tokens, {refused} refused");
    assert!(
        services > 10 && gifts > 5 && tokens > 20 && refused > 20,
        "the dice did too little"
    );
}
