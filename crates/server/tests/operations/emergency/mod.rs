//! Emergency access: given beforehand, drawn with a reason, over within the hour, reviewed by somebody else (rule 14).

mod drawing;
mod drawing_bounds;
mod giving;
mod listing;
mod random;
mod reviewing;
mod widening;

use crate::house::{Actor, Answer, House, grant};
use claviger_model::{
    builtin_roles as roles,
    conditions::Conditions,
    emergency::{EmergencyDraw, EmergencyRight},
    entropy::SystemEntropy,
    event::EventKind,
    ids::{DrawId, EmergencyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Clock,
};
use claviger_protocol::{
    emergency::{DrawRecord, EmergencyReply},
    route,
};
use claviger_storage::log::LogFilter;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A right to read in production, and a secret there.
pub struct Scene {
    house: House,
    secret: SecretId,
    lead: Actor,
    holder: Actor,
    right: EmergencyId,
}

pub async fn scene() -> Scene {
    let house = House::new().await;
    let production = house.places.production;
    let secret = house.secret(production, "KEY", b"x").await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let holder = house.actor(&[]).await;
    let right = house.give_right(&lead, &holder, production).await;
    Scene {
        house,
        secret,
        lead,
        holder,
        right,
    }
}

/// What gives a right to read in production for a day.
pub fn right_body(house: &House, to: PrincipalId, scope: ScopeId) -> Value {
    json!({
        "id": EmergencyId::random(&SystemEntropy), "principal": to, "role": roles::READER, "scope": scope,
        "reason": "on call", "ends_at": house.clock.now().plus(HOUR * 24),
    })
}

/// A right in the tables.
pub async fn right_of(house: &House, principal: PrincipalId, scope: ScopeId) -> EmergencyId {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let right = EmergencyRight {
        id: EmergencyId::random(&SystemEntropy),
        principal,
        role: roles::READER,
        scope,
        reason: "on call".to_owned(),
        given_by: principal,
        given_at: now,
        ends_at: now.plus(HOUR * 24),
        ended: None,
    };
    locked.insert_emergency_right(&right).await.unwrap();
    locked.commit().await.unwrap();
    right.id
}

/// A right of somebody else, and a draw of it that is over.
pub async fn over(house: &House, scope: ScopeId) -> (EmergencyId, DrawId) {
    let drawer = house.actor(&[]).await.principal;
    let right = right_of(house, drawer, scope).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let mut drawn = grant(drawer, roles::READER, scope, now);
    drawn.expires_at = Some(now.plus(Duration::from_millis(1)));
    drawn.conditions = Conditions {
        emergency: true,
        ..Conditions::default()
    }
    .into();
    locked.insert_grant(&drawn).await.unwrap();
    let draw = EmergencyDraw {
        id: DrawId::random(&SystemEntropy),
        right,
        grant: drawn.id,
        principal: drawer,
        role: roles::READER,
        scope,
        reason: "it burns".to_owned(),
        drawn_at: now,
        ends_at: now.plus(Duration::from_millis(1)),
        closed_at: Some(now),
        again: 0,
        review: None,
    };
    locked.insert_emergency_draw(&draw).await.unwrap();
    locked.commit().await.unwrap();
    (right, draw.id)
}

impl House {
    async fn give_right(&self, by: &Actor, to: &Actor, scope: ScopeId) -> EmergencyId {
        let body = right_body(self, to.principal, scope);
        let answer = self.call(Some(by), &route::GIVE_EMERGENCY, &[], &body).await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        serde_json::from_value(body["id"].clone()).unwrap()
    }

    async fn draw(&self, by: &Actor, right: EmergencyId, seconds: u64) -> Answer {
        let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": seconds});
        self.call(Some(by), &route::DRAW_EMERGENCY, &[&right], &body)
            .await
    }

    async fn drawn(&self, by: &Actor, right: EmergencyId, seconds: u64) -> DrawRecord {
        self.draw(by, right, seconds).await.parse()
    }

    async fn review(&self, by: &Actor, draw: DrawId) -> Answer {
        let body = json!({"verdict": "justified", "words": "it did burn"});
        self.call(Some(by), &route::REVIEW_EMERGENCY, &[&draw], &body)
            .await
    }

    async fn emergency(&self, by: &Actor) -> EmergencyReply {
        self.call(Some(by), &route::EMERGENCY, &[], &Value::Null)
            .await
            .parse()
    }

    async fn read(&self, by: &Actor, secret: SecretId, purpose: &str) -> String {
        let items = json!({"items": [{"secret": secret, "purpose": purpose}]});
        let reply = self.call(Some(by), &route::RELEASES, &[], &items).await;
        let json = reply.json();
        let code = json["results"][0]["problem"]["code"].as_str();
        code.map_or_else(|| reply.code(), str::to_owned)
    }

    /// A second version, which fulfils a request.
    async fn fulfilled(&self, by: &Actor, secret: SecretId, request: RequestId) -> String {
        let value = self.sealed(by, secret, 2, b"y");
        let body = json!({"version": 2, "value": value, "fulfils": request});
        self.call(Some(by), &route::WRITE_VERSION, &[&secret], &body)
            .await
            .code()
    }

    async fn happened(&self, kind: EventKind) -> usize {
        let filter = LogFilter {
            kinds: vec![kind],
            ..LogFilter::default()
        };
        let mut reader = self.app.store.reader().await.unwrap();
        reader.events_matching(&filter, None, 100).await.unwrap().len()
    }

    /// Somebody's rights are one list, whoever reads it.
    async fn put_role(&self, role: &claviger_model::role::Role) {
        let mut locked = self.app.store.locked().await.unwrap();
        locked.put_role(role).await.unwrap();
        locked.commit().await.unwrap();
    }
}

/// The same for another role.
pub fn body_of(role: RoleId, to: PrincipalId, scope: ScopeId, house: &House) -> Value {
    let mut body = right_body(house, to, scope);
    body["role"] = json!(role);
    body
}
