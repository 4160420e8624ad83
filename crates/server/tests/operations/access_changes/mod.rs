//! Taking from a grant: the plan, and that very plan carried out.

mod refused;
mod taking;

use crate::house::{Actor, Answer, House};
use claviger_model::ids::GrantId;
use claviger_protocol::{
    grant_change::GrantPlan,
    order::{Order, OrdersReply, Target},
    route,
    signed::parse,
};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

pub async fn plan(house: &House, who: &Actor, grant: GrantId, change: &Value) -> Answer {
    let body = json!({"change": change});
    house
        .call(Some(who), &route::PLAN_GRANT_CHANGE, &[&grant], &body)
        .await
}

pub async fn carry_out(
    house: &House,
    who: &Actor,
    grant: GrantId,
    change: &Value,
    plan: &GrantPlan,
    new: Option<GrantId>,
) -> Answer {
    let mut body = json!({"change": change, "digest": plan.digest, "reason": "least is best"});
    if let Some(new) = new {
        body["new_grant"] = json!(new);
    }
    house
        .call(Some(who), &route::CHANGE_GRANT, &[&grant], &body)
        .await
}

async fn targets(house: &House, actor: &Actor) -> Vec<Target> {
    let reply: OrdersReply = house
        .call(Some(actor), &route::ORDERS, &[], &json!({"after": 0}))
        .await
        .parse();
    let order = |body: &[u8]| parse::<Order>(body).unwrap().targets;
    reply
        .orders
        .iter()
        .flat_map(|signed| order(&signed.body.0))
        .collect()
}

async fn last_kinds(house: &House, many: u64) -> Vec<String> {
    let next = house.head().await.next_index;
    let mut db = house.app.store.reader().await.unwrap();
    let events = db.events_from(next - many, 10).await.unwrap();
    events.iter().map(|event| event.kind.to_string()).collect()
}
