//! Service identities among the random calls: their keys are exchanged for tokens, and the tokens are used for all that people do.

use super::World;
use crate::dice::Dice;
use crate::{
    house::{Actor, House, grant, name, request_id},
    services::{exchange, instance, key_body, using, with_token},
};
use claviger_crypto::signing::DeviceKey;
use claviger_model::{
    builtin_roles::{CI_TEST, CONSUMER, EDITOR, LEAD, OWNER, READER, VIEWER},
    entropy::SystemEntropy,
    grant::Grant,
    ids::{GrantId, KeyId, PrincipalId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    service::ServiceKind,
    time::{Clock, Timestamp},
};
use claviger_protocol::{route, services::ServiceTokenReply};
use claviger_storage::{
    principals::Principal,
    services::{Service, ServiceKey},
};
use serde_json::json;
use std::time::Duration;

/// As long as a token of a service lasts.
const TOKEN: Duration = Duration::from_secs(600);

pub struct Machines {
    /// Each with the one place whose values its class lets it use.
    pub all: Vec<(PrincipalId, ScopeId)>,
    keys: Vec<Key>,
    tokens: Vec<Token>,
    /// What was given to them, by whom.
    gifts: Vec<(GrantId, PrincipalId)>,
    /// How many values were used by a token, and how often a token was refused one.
    pub used: usize,
    pub refused: usize,
}

struct Key {
    id: KeyId,
    machine: usize,
    maker: PrincipalId,
    half: DeviceKey,
    ended: bool,
}

struct Token {
    actor: Actor,
    key: usize,
    until: Timestamp,
}

impl Machines {
    /// One of production and one of staging, owned by a team, each with a key of somebody's and a grant at its place.
    pub async fn of(house: &House, team: PrincipalId, maker: PrincipalId) -> Self {
        let places = house.places;
        let mut machines = Self {
            all: Vec::new(),
            keys: Vec::new(),
            tokens: Vec::new(),
            gifts: Vec::new(),
            used: 0,
            refused: 0,
        };
        let classes = [
            (EnvironmentClass::Production, places.production),
            (EnvironmentClass::Staging, places.staging),
        ];
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        for (machine, (class, place)) in classes.into_iter().enumerate() {
            let id = PrincipalId::random(&SystemEntropy);
            let row = Principal {
                id,
                name: name(&format!("machine {id}")),
                state: PrincipalState::Active,
                nature: Nature::Service { class, owner: team },
                email: None,
                created_at: now,
            };
            locked.insert_principal(&row).await.unwrap();
            let service = Service {
                principal: id,
                kind: ServiceKind::CiJob,
                home: places.payments,
                made_by: None,
                made_at: now,
            };
            locked.insert_service(&service).await.unwrap();
            let half = DeviceKey::generate().unwrap();
            let key = ServiceKey {
                id: KeyId::random(&SystemEntropy),
                service: id,
                name: name("first"),
                jkt: *half.public().thumbprint().as_bytes(),
                networks: Vec::new(),
                made_by: maker,
                made_at: now,
                ends_at: now.plus(Duration::from_secs(90 * 24 * 3600)),
                last_used_at: None,
                ended: None,
            };
            locked.insert_service_key(&key).await.unwrap();
            locked
                .insert_grant(&grant(id, CI_TEST, place, now))
                .await
                .unwrap();
            machines.all.push((id, place));
            machines.keys.push(Key {
                id: key.id,
                machine,
                maker,
                half,
                ended: false,
            });
        }
        locked.commit().await.unwrap();
        machines
    }

    /// Whether somebody holds a living key of a service.
    pub fn keyed(&self, maker: PrincipalId, service: PrincipalId) -> bool {
        let theirs = |key: &Key| key.maker == maker && self.all[key.machine].0 == service;
        self.keys.iter().any(|key| !key.ended && theirs(key))
    }

    pub fn ids(&self) -> impl Iterator<Item = PrincipalId> + '_ {
        self.all.iter().map(|(id, _)| *id)
    }
}

impl World {
    pub async fn keep_keys(&mut self, dice: &Dice) {
        let by = dice.pick(&self.people);
        if dice.below(3) == 0 {
            let at = dice.below(self.machines.keys.len());
            let key = self.machines.keys[at].id.to_string();
            let body = json!({"reason": "why not"});
            if self.call(by, &route::END_SERVICE_KEY, &key, &body).await == "ok" {
                self.machines.keys[at].ended = true;
            }
            return;
        }
        let machine = dice.below(self.machines.all.len());
        let half = DeviceKey::generate().unwrap();
        let body = key_body(&half, json!({}));
        let service = self.machines.all[machine].0.to_string();
        if self.call(by, &route::MAKE_SERVICE_KEY, &service, &body).await == "ok" {
            let key = Key {
                id: serde_json::from_value(body["id"].clone()).unwrap(),
                machine,
                maker: by.principal,
                half,
                ended: false,
            };
            self.machines.keys.push(key);
        }
    }

    pub async fn give_to_a_machine(&mut self, dice: &Dice) {
        let places = self.house.places;
        let by = dice.pick(&self.people);
        let (to, _) = *dice.pick(&self.machines.all);
        let id = GrantId::random(&SystemEntropy);
        let body = json!({
            "id": id, "principal": to, "role": dice.pick(&[CI_TEST, CI_TEST, READER, LEAD]),
            "scope": dice.pick(&[places.payments, places.production, places.staging]), "reason": "why not",
        });
        if self.call(by, &route::GIVE_GRANT, "", &body).await == "ok" {
            self.machines.gifts.push((id, by.principal));
        }
    }

    /// A key is exchanged; its token tries what only people may do.
    pub async fn exchange_and_try(&mut self, dice: &Dice) {
        let key = dice.below(self.machines.keys.len());
        let Key {
            machine, half, ended, ..
        } = &self.machines.keys[key];
        let instance = instance(self.machines.all[*machine].0);
        let answer = exchange(&self.house, &instance, half).await;
        assert!(!*ended || answer.code() != "ok", "an ended key gave a token");
        if answer.code() != "ok" {
            return;
        }
        let reply: ServiceTokenReply = answer.parse();
        let actor = with_token(instance, &reply);
        let places = self.house.places;
        let someone = dice.pick(&self.people).principal;
        let gift = json!({
            "id": GrantId::random(&SystemEntropy), "principal": someone, "role": VIEWER,
            "scope": places.production, "reason": "why not",
        });
        assert_ne!(self.call(&actor, &route::GIVE_GRANT, "", &gift).await, "ok");
        if let Some(right) = self.a_right(dice) {
            assert_eq!(self.draw(&actor, right, 60).await, None, "a service drew");
        }
        if !self.asked.is_empty() {
            let asked = dice.pick(&self.asked).to_string();
            let approved = self
                .call(&actor, &route::APPROVE_REQUEST, &asked, &json!({}))
                .await;
            assert_ne!(approved, "ok", "a service approved");
        }
        let id = request_id();
        let want = json!({"kind": "access", "role": LEAD, "scope": places.production, "seconds": 300});
        let ask = json!({"id": id, "want": want, "reason": "because"});
        if self.call(&actor, &route::MAKE_REQUEST, "", &ask).await == "ok" {
            self.asked.push(id);
        }
        let until = self.house.clock.now().plus(TOKEN);
        self.machines.tokens.push(Token { actor, key, until });
    }

    /// What a service holds was given by somebody who may, and holds no key of it.
    pub fn check_gift(&self, grants: &[Grant], grant: &Grant) -> bool {
        let given = self.machines.gifts.iter().find(|(id, _)| *id == grant.id);
        let Some((_, giver)) = given else { return false };
        assert_eq!(grant.granted_by, *giver);
        assert_ne!(grant.role, LEAD, "no service gets power over access");
        assert!(self.had(grants, *giver, &[LEAD, OWNER], grant.scope, grant.granted_at));
        true
    }

    /// A token uses what a living grant gives its service in its class, as long as its key lives and it is not over.
    pub async fn check_a_token(&mut self, dice: &Dice, grants: &[Grant]) {
        for grant in grants.iter().filter(|grant| grant.ended.is_none()) {
            let both = self.machines.keyed(grant.granted_by, grant.principal);
            assert!(!both, "a giver holds a key of what they gave to");
        }
        if self.machines.tokens.is_empty() {
            return;
        }
        let token = dice.pick(&self.machines.tokens);
        let key = &self.machines.keys[token.key];
        let (machine, own) = self.machines.all[key.machine];
        let (scope, secret) = *dice.pick(&self.secrets);
        let now = self.house.clock.now();
        let alive: Vec<_> = grants
            .iter()
            .filter(|grant| grant.active_at(now))
            .cloned()
            .collect();
        let reads = [CONSUMER, READER, EDITOR, CI_TEST];
        let expected =
            !key.ended && now < token.until && scope == own && self.had(&alive, machine, &reads, scope, now);
        let code = using(&self.house, &token.actor, secret).await;
        assert_eq!(code == "released", expected, "{code}");
        self.machines.used += usize::from(expected);
        self.machines.refused += usize::from(!expected);
    }
}
