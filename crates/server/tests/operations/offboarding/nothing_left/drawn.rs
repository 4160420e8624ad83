//! A random organization and somebody in it who will leave: devices, grants by hand and through teams, emergency rights, services
//! whose keys they made, requests that they made and approved, values that they read.

use crate::{
    access::team,
    dice::Dice,
    emergency::right_of,
    house::{Actor, House, name, request_id},
    services::{crew, keyed, signed_in},
};
use claviger_crypto::signing::DeviceKey;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{DrawId, EmergencyId, PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
};
use claviger_protocol::route;
use serde_json::{Value, json};

const ROLES: [RoleId; 8] = [
    roles::VIEWER,
    roles::CONSUMER,
    roles::READER,
    roles::EDITOR,
    roles::LEAD,
    roles::AUDITOR,
    roles::OFFBOARDER,
    roles::OWNER,
];

/// A service, with the private half of its key that the leaver has and a running instance.
pub struct Held {
    pub service: PrincipalId,
    pub key: DeviceKey,
    pub running: Actor,
}

pub struct Drawn {
    pub house: House,
    pub admin: Actor,
    pub editor: Actor,
    /// May give anything anywhere, and is not the leaver.
    pub second: Actor,
    /// The leaver's, one at least.
    pub devices: Vec<Actor>,
    pub services: Vec<Held>,
    pub secrets: Vec<SecretId>,
    pub rights: Vec<EmergencyId>,
    /// Asked for by somebody else where two have to approve; the leaver tried to.
    pub asked: RequestId,
}

impl Drawn {
    pub async fn new(dice: &Dice) -> Self {
        let house = House::new().await;
        let places = house.places;
        let owner = house.actor(&[(roles::OWNER, places.root)]).await;
        let admin = house.actor(&[(roles::OFFBOARDER, places.root)]).await;
        let editor = house.actor(&[(roles::EDITOR, places.root)]).await;
        let second = house.actor(&[(roles::OWNER, places.root)]).await;
        let mut scopes = vec![places.root, places.payments, places.production, places.staging];
        for number in 0..dice.below(4) {
            let (id, parent) = (ScopeId::random(&SystemEntropy), *dice.pick(&scopes));
            let body = json!({"id": id, "parent": parent, "name": name(&format!("place {number}"))});
            let made = house.call(Some(&owner), &route::CREATE_SCOPE, &[], &body).await;
            // Below an environment there are no places.
            if made.code() == "ok" {
                scopes.push(id);
            }
        }
        let given: Vec<_> = (0..1 + dice.below(5))
            .map(|_| (*dice.pick(&ROLES), *dice.pick(&scopes)))
            .collect();
        let mut devices = vec![house.actor(&given).await];
        let leaver = devices[0].principal;
        for _ in 0..dice.below(4) {
            devices.push(house.sign_in(leaver).await);
        }
        through_teams(&house, dice, leaver, &scopes).await;
        forbidden(&house, dice).await;
        let mut secrets = Vec::new();
        for number in 0..1 + dice.below(9) {
            let value = [9, u8::try_from(number).unwrap()];
            let scope = *dice.pick(&scopes);
            secrets.push(house.secret(scope, &format!("S{number}"), &value).await);
        }
        let mut rights = Vec::new();
        for _ in 0..dice.below(3) {
            rights.push(right_of(&house, leaver, *dice.pick(&scopes)).await);
        }
        let services = services(&house, dice, &devices[0]).await;
        let asker = house.actor(&[(roles::VIEWER, places.production)]).await;
        let mut drawn = Self {
            asked: half_approved(&house, &owner, &asker, &devices[0]).await,
            house,
            admin,
            editor,
            second,
            devices,
            services,
            secrets,
            rights,
        };
        drawn.live(dice).await;
        drawn
    }

    /// What they do before they leave; allowed or not, as it comes.
    async fn live(&mut self, dice: &Dice) {
        for _ in 0..dice.below(16) {
            let device = dice.pick(&self.devices);
            match dice.below(8) {
                0 => {
                    if let Some(right) = self.rights.first() {
                        self.draw(device, *right).await;
                    }
                }
                1 => {
                    let want = json!({"kind": "rotation", "secret": dice.pick(&self.secrets)});
                    let body = json!({"id": request_id(), "want": want, "reason": "old"});
                    self.house
                        .call(Some(device), &route::MAKE_REQUEST, &[], &body)
                        .await;
                }
                _ => {
                    let way = *dice.pick(&["use", "copy", "reveal", "lease"]);
                    let body = json!({"items": [{"secret": dice.pick(&self.secrets), "purpose": way}]});
                    self.house.call(Some(device), &route::RELEASES, &[], &body).await;
                }
            }
        }
    }

    pub async fn draw(&self, by: &Actor, right: EmergencyId) -> u16 {
        let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 600});
        self.house
            .call(Some(by), &route::DRAW_EMERGENCY, &[&right], &body)
            .await
            .status
    }
}

async fn through_teams(house: &House, dice: &Dice, leaver: PrincipalId, scopes: &[ScopeId]) {
    for number in 0..dice.below(3) {
        let outer = team(house, &format!("outer {number}"), &[leaver]).await;
        let inner = team(house, &format!("inner {number}"), &[outer]).await;
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        for holder in [outer, inner] {
            let grant = crate::house::grant(holder, *dice.pick(&ROLES), *dice.pick(scopes), now);
            locked.insert_grant(&grant).await.unwrap();
        }
        locked.commit().await.unwrap();
    }
}

/// A guardrail of the organization's own, now and then.
async fn forbidden(house: &House, dice: &Dice) {
    if dice.below(3) > 0 {
        return;
    }
    let class = *dice.pick(&["production", "staging"]);
    let guardrail = Guardrail {
        id: PolicyId::random(&SystemEntropy),
        name: name("no reading here"),
        text: format!(
            "forbid (principal, action == Action::\"secret.reveal\", resource) when {{ resource.class == \"{class}\" }};"
        ),
        builtin: false,
        enabled: true,
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_guardrail(&guardrail).await.unwrap();
    locked.commit().await.unwrap();
}

/// Services of teams that the leaver is in, with keys that they made.
async fn services(house: &House, dice: &Dice, leaver: &Actor) -> Vec<Held> {
    let mut held = Vec::new();
    for _ in 0..dice.below(3) {
        let crew = crew(house).await;
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        let membership = claviger_storage::principals::TeamMember {
            team: crew.team,
            member: leaver.principal,
            source: claviger_storage::principals::MemberSource::Local,
        };
        locked.add_team_member(membership).await.unwrap();
        let production = house.places.production;
        for (to, role) in [(leaver.principal, roles::LEAD), (crew.service, roles::CONSUMER)] {
            let grant = crate::house::grant(to, role, production, now);
            locked.insert_grant(&grant).await.unwrap();
        }
        locked.commit().await.unwrap();
        let (_, key) = keyed(house, leaver, crew.service, Value::Object(Default::default())).await;
        let running = signed_in(house, crew.service, &key).await;
        held.push(Held {
            service: crew.service,
            key,
            running,
        });
    }
    held
}

/// A request of somebody else that needs two, of which the leaver is the first if they may.
async fn half_approved(house: &House, owner: &Actor, asker: &Actor, leaver: &Actor) -> RequestId {
    let production = house.places.production;
    let before = house
        .call(
            Some(owner),
            &route::REQUEST_SETTINGS,
            &[&production],
            &Value::Null,
        )
        .await
        .json();
    let body = json!({"before": before["here"], "after": {"steps": 2}});
    let set = house
        .call(Some(owner), &route::SET_REQUEST_SETTINGS, &[&production], &body)
        .await;
    assert_eq!(set.code(), "ok", "{:?}", set.json());
    let id = request_id();
    let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let body = json!({"id": id, "want": want, "reason": "on call"});
    let asked = house.call(Some(asker), &route::MAKE_REQUEST, &[], &body).await;
    assert_eq!(asked.code(), "ok", "{:?}", asked.json());
    house
        .call(Some(leaver), &route::APPROVE_REQUEST, &[&id], &json!({}))
        .await;
    id
}
