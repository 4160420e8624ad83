//! Service identities: who makes them, who holds their keys, what a key is exchanged for, and what never happens.

mod exchanging;
mod keys;
mod managing;
mod random;

use crate::{
    access::team,
    house::{Actor, Answer, House, grant},
};
use axum::extract::ConnectInfo;
use claviger_crypto::{bytes::encode_base64url, jws, sealing::SealingKeyPair, signing::DeviceKey};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::{DeviceId, KeyId, PrincipalId, RoleId, ScopeId, SecretId, SessionId},
    time::Clock,
};
use claviger_protocol::{
    route::{self, Route},
    services::{ASSERTION_TYPE, ServiceReply, ServiceTokenReply},
};
use serde_json::{Value, json};
use std::net::SocketAddr;

pub const HERE: [u8; 4] = [127, 0, 0, 1];

/// A Lead of production who is in the team that answers for a service of production, and another one who is not.
pub struct Crew {
    pub team: PrincipalId,
    pub lead: Actor,
    pub other: Actor,
    pub service: PrincipalId,
}

pub async fn crew(house: &House) -> Crew {
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[(roles::LEAD, house.places.payments)]).await;
    let team = team(house, &format!("team {}", lead.principal), &[lead.principal]).await;
    let service = made(house, &lead, team, production, "production").await;
    Crew {
        team,
        lead,
        other,
        service,
    }
}

pub async fn say(
    house: &House,
    who: &Actor,
    route: Route,
    at: &[&dyn std::fmt::Display],
    body: Value,
) -> Answer {
    house.call(Some(who), &route, at, &body).await
}

pub fn service_body(team: PrincipalId, home: ScopeId, class: &str) -> Value {
    let id = PrincipalId::random(&SystemEntropy);
    json!({
        "id": id, "name": format!("service {id}"), "kind": "ci-job", "class": class, "owner": team, "home": home,
    })
}

pub async fn made(house: &House, who: &Actor, team: PrincipalId, home: ScopeId, class: &str) -> PrincipalId {
    let body = service_body(team, home, class);
    let reply: ServiceReply = say(house, who, route::CREATE_SERVICE, &[], body).await.parse();
    reply.service.id
}

pub fn key_body(key: &DeviceKey, extra: Value) -> Value {
    let mut body = json!({
        "id": KeyId::random(&SystemEntropy), "name": "first", "public_key": key.public(),
    });
    if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
        body.extend(extra);
    }
    body
}

/// A key, made by somebody who may.
pub async fn keyed(house: &House, who: &Actor, service: PrincipalId, extra: Value) -> (KeyId, DeviceKey) {
    let key = DeviceKey::generate().unwrap();
    let body = key_body(&key, extra);
    let id: KeyId = serde_json::from_value(body["id"].clone()).unwrap();
    let _: ServiceReply = say(house, who, route::MAKE_SERVICE_KEY, &[&service], body)
        .await
        .parse();
    (id, key)
}

/// An instance that has no token yet.
pub fn instance(service: PrincipalId) -> Actor {
    Actor {
        principal: service,
        device: DeviceId::from_bytes([0; 16]),
        session: SessionId::from_bytes([0; 16]),
        key: DeviceKey::generate().unwrap(),
        sealing: SealingKeyPair::random(&SystemEntropy),
        token: String::new(),
    }
}

pub fn claims(house: &House, instance: &Actor) -> Value {
    let (now, mut jti) = (house.clock.now(), [0; 16]);
    SystemEntropy.fill(&mut jti);
    json!({
        "iss": instance.principal, "sub": instance.principal,
        "aud": format!("{}{}", crate::house::ORIGIN, route::SERVICE_TOKEN.path),
        "iat": now.seconds(), "exp": now.seconds() + 60, "jti": encode_base64url(&jti),
        "nonce": house.app.keys.now().nonces.issue(now),
        "cnf": {"jkt": instance.key.public().thumbprint().to_string()},
        "sealing_key": encode_base64url(instance.sealing.public().as_bytes()),
    })
}

pub fn signed(key: &DeviceKey, claims: &Value) -> String {
    jws::encode(ASSERTION_TYPE, key, claims.to_string().as_bytes()).unwrap()
}

/// Posts an assertion from an address.
pub async fn post(house: &House, instance: &Actor, assertion: &str, from: [u8; 4]) -> Answer {
    let body = serde_json::to_vec(&json!({"assertion": assertion, "instance": "runner-17"})).unwrap();
    let route = route::SERVICE_TOKEN;
    let mut request = house.request(Some(instance), &route, route.path, body);
    let peer: SocketAddr = (from, 4_000).into();
    request.extensions_mut().insert(ConnectInfo(peer));
    house.send(request).await
}

pub async fn exchange(house: &House, instance: &Actor, key: &DeviceKey) -> Answer {
    post(house, instance, &signed(key, &claims(house, instance)), HERE).await
}

/// A signed-in instance.
pub async fn signed_in(house: &House, service: PrincipalId, key: &DeviceKey) -> Actor {
    let instance = instance(service);
    let reply: ServiceTokenReply = exchange(house, &instance, key).await.parse();
    with_token(instance, &reply)
}

pub fn with_token(instance: Actor, reply: &ServiceTokenReply) -> Actor {
    Actor {
        device: reply.device,
        session: reply.session,
        token: reply.access.expose().to_owned(),
        ..instance
    }
}

/// Puts a grant into the tables, as if somebody else had given it.
pub async fn given(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let grant = grant(to, role, scope, locked.now());
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
}

/// The code of using a value.
pub async fn using(house: &House, who: &Actor, secret: SecretId) -> String {
    let answer = crate::releases::release(house, who, secret, "use").await;
    if answer.code() != "ok" {
        return answer.code();
    }
    let item = &answer.json()["results"][0];
    item["problem"]["code"].as_str().unwrap_or("released").to_owned()
}
