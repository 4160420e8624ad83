//! Guardrails: seen, checked, simulated and changed, and what each change takes.

mod ahead;
mod changing;
mod looking;
mod two_owners;

use crate::house::{Actor, Answer, House};
use claviger_model::{
    builtin_roles::{OWNER, READER},
    entropy::SystemEntropy,
    ids::PolicyId,
};
use claviger_protocol::{
    guardrail_plan::GuardrailPlan,
    guardrails::{GuardrailRecord, GuardrailsReply},
    route,
};
use serde_json::{Value, json};

/// A guardrail that takes values of production from everybody.
pub const NO_PRODUCTION: &str =
    r#"forbid (principal, action in Action::"data", resource) when { resource.class == "production" };"#;

pub async fn owner(house: &House) -> Actor {
    house.actor(&[(OWNER, house.places.root)]).await
}

pub async fn reader(house: &House) -> Actor {
    house.actor(&[(READER, house.places.payments)]).await
}

pub async fn listed(house: &House, who: &Actor) -> Vec<GuardrailRecord> {
    let reply: GuardrailsReply = house
        .call(Some(who), &route::GUARDRAILS, &[], &Value::Null)
        .await
        .parse();
    reply.guardrails
}

pub async fn record(house: &House, who: &Actor, id: PolicyId) -> Option<GuardrailRecord> {
    let all = listed(house, who).await;
    all.into_iter().find(|record| record.guardrail.id == id)
}

pub fn put(name: &str, text: &str) -> Value {
    json!({"change": "put", "name": name, "text": text, "enabled": true})
}

/// The body of a plan: the change, of the guardrail as it stands.
pub async fn body(house: &House, who: &Actor, id: PolicyId, change: &Value) -> Value {
    let seen = record(house, who, id).await.map(|record| record.digest);
    json!({"change": change, "replaces": seen})
}

pub async fn plan_answer(house: &House, who: &Actor, id: PolicyId, change: &Value) -> Answer {
    let body = body(house, who, id, change).await;
    house.call(Some(who), &route::PLAN_GUARDRAIL, &[&id], &body).await
}

pub async fn plan(house: &House, who: &Actor, id: PolicyId, change: &Value) -> GuardrailPlan {
    plan_answer(house, who, id, change).await.parse()
}

/// Carries out a plan as it was shown.
pub async fn carry_out(
    house: &House,
    who: &Actor,
    id: PolicyId,
    change: &Value,
    plan: &GuardrailPlan,
) -> Answer {
    let mut body = body(house, who, id, change).await;
    body["digest"] = json!(plan.digest);
    body["reason"] = json!("the auditors want it");
    house
        .call(Some(who), &route::CHANGE_GUARDRAIL, &[&id], &body)
        .await
}

/// Plans a change and carries it out.
pub async fn changed(house: &House, who: &Actor, id: PolicyId, change: &Value) -> Answer {
    let shown = plan(house, who, id, change).await;
    carry_out(house, who, id, change, &shown).await
}

pub fn new_id() -> PolicyId {
    PolicyId::random(&SystemEntropy)
}

/// What became of one release: `ok` or the code of its refusal.
pub async fn released(
    house: &House,
    who: &Actor,
    secret: claviger_model::ids::SecretId,
    purpose: &str,
) -> String {
    let answer = crate::releases::release(house, who, secret, purpose).await.json();
    let code = answer["results"][0]["problem"]["code"].as_str();
    code.unwrap_or("ok").to_owned()
}
