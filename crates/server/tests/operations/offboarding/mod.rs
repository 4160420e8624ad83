//! Offboarding through its routes.

mod always;
mod at_hand;
mod brake;
mod cases;
mod connected;
mod drawing;
mod kills;
mod leaks;
mod listed;
mod measured;
mod nobody_left;
mod nothing_left;
mod radius;
mod report;
mod taken_back;
mod undo;
mod values;
mod warehouse;
mod watch;

use crate::{
    house::{Actor, Answer, House, split},
    orders::{acknowledgement, orders},
};
use claviger_crypto::to_server::{ToServer, seal_to_server};
use claviger_model::{
    builtin_roles::OFFBOARDER,
    entropy::SystemEntropy,
    ids::{CaseId, EventId, PrincipalId, SecretId},
    offboarding::CaseState,
};
use claviger_protocol::{
    offboarding::cases::{CaseRecord, OpenedCase},
    route,
};
use claviger_server::operations::offboarding::case::drive;
use serde_json::{Value, json};

/// A value sealed for one look-up by somebody's device.
pub fn leaked(house: &House, actor: &Actor, event: EventId, value: &[u8]) -> Value {
    let binding = ToServer::Leak {
        organization: house.app.organization,
        device: actor.device,
        event,
    };
    let to = house.app.keys.now().sealing.public();
    let sealed = split(seal_to_server(&to, &binding, value, &SystemEntropy).unwrap());
    serde_json::to_value(sealed).unwrap()
}

/// Somebody receives a value in one way (`use`, `copy`, `reveal`, `lease`).
pub async fn release(house: &House, actor: &Actor, secret: SecretId, purpose: &str) {
    let body = json!({"items": [{"secret": secret, "purpose": purpose}]});
    let answer = house.call(Some(actor), &route::RELEASES, &[], &body).await;
    assert!(
        answer.json()["results"][0]["problem"].is_null(),
        "{:?}",
        answer.json()
    );
}

/// The value of a secret changes.
pub async fn write(house: &House, editor: &Actor, secret: SecretId, version: u64, value: &[u8]) {
    let body = json!({"version": version, "value": house.sealed(editor, secret, version, value)});
    let answer = house
        .call(Some(editor), &route::WRITE_VERSION, &[&secret], &body)
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
}

/// Two who conduct offboarding.
pub async fn offboarders(house: &House) -> (Actor, Actor) {
    let held = [(OFFBOARDER, house.places.root)];
    (house.actor(&held).await, house.actor(&held).await)
}

/// Sets the brake: more people than this in an hour, and these people, wait. The code of the answer.
pub async fn set_brake(house: &House, by: &Actor, people_per_hour: u32, protected: &[PrincipalId]) -> String {
    let settings = json!({"people_per_hour": people_per_hour, "protected": protected});
    house
        .call(Some(by), &route::SET_OFFBOARDING_SETTINGS, &[], &settings)
        .await
        .code()
}

/// Approves a case as it was shown. The code of the answer.
pub async fn approve(house: &House, by: &Actor, shown: &CaseRecord) -> String {
    let starts_at = shown.start.as_ref().map(|start| start.at);
    let body = match shown.state {
        CaseState::Planned => json!({"starts_at": starts_at}),
        _ => json!({}),
    };
    house
        .call(Some(by), &route::APPROVE_CASE, &[&shown.id], &body)
        .await
        .code()
}

/// Calls a case off.
pub async fn cancelled(house: &House, by: &Actor, case: CaseId) {
    let body = json!({"reason": "the wrong one"});
    let answer = house.call(Some(by), &route::CANCEL_CASE, &[&case], &body).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
}

/// Opens a case, with what is set besides.
pub async fn open(house: &House, by: &Actor, person: PrincipalId, more: Value) -> Answer {
    let mut body = json!({"id": CaseId::random(&SystemEntropy), "person": person, "reason": "leaves"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    house.call(Some(by), &route::OPEN_CASE, &[], &body).await
}

/// The same, which is not refused.
pub async fn opened(house: &House, by: &Actor, person: PrincipalId, more: Value) -> CaseRecord {
    let opened: OpenedCase = open(house, by, person, more).await.parse();
    opened.case
}

/// A case as it stands.
pub async fn record(house: &House, by: &Actor, case: CaseId) -> CaseRecord {
    house
        .call(Some(by), &route::CASE, &[&case], &Value::Null)
        .await
        .parse()
}

/// Lets the job do whatever is due.
pub async fn settle_steps(house: &House) {
    drive::drive(&house.app).await.unwrap();
}

/// Everything that a device is ordered to destroy, it destroys.
pub async fn obey(house: &House, actor: &Actor) {
    for (order, signed) in orders(house, actor).await {
        let word = acknowledgement(house, actor, &order, &signed.body.0, 9);
        let answer = house.call(Some(actor), &route::ACKNOWLEDGE, &[], &word).await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    }
}

/// When [`case_of`] plans cases for: 2026-06-01, six in the evening, UTC.
pub const PLANNED_FOR: i64 = 1_780_336_800_000;

/// A case that somebody else opened, which runs or is planned.
pub async fn case_of(house: &House, person: PrincipalId, state: &str) -> CaseId {
    let admin = house.actor(&[(OFFBOARDER, house.places.root)]).await;
    let more = match state {
        "planned" => json!({"start": {"local": "2026-06-01T18:00:00", "zone": "UTC"}}),
        _ => json!({}),
    };
    opened(house, &admin, person, more).await.id
}
