//! Webhooks whose receivers are slow, down, and lying.

mod keys;
mod outbox;
mod posting;

use crate::house::{Actor, House};
use claviger_crypto::signing::ServerKey;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{GrantId, OrganizationId},
    time::Timestamp,
};
use claviger_protocol::{notices::WebhooksReply, route};
use claviger_server::telling::webhook::Post;
use serde_json::{Value, json};

fn key() -> ServerKey {
    ServerKey::from_seed(&claviger_crypto::secret::Key256::random(&SystemEntropy)).unwrap()
}

fn a_test() -> Post {
    let organization = OrganizationId::random(&SystemEntropy);
    Post::test(
        organization,
        "id-1".to_owned(),
        Timestamp::from_millis(1_790_000_000_123),
    )
    .unwrap()
}

async fn give(house: &House, lead: &Actor, to: &Actor) -> GrantId {
    let grant = GrantId::random(&SystemEntropy);
    let body = json!({
        "id": grant, "principal": to.principal, "role": roles::READER, "scope": house.places.production,
        "reason": "the secret reason",
    });
    assert_eq!(
        house
            .call(Some(lead), &route::GIVE_GRANT, &[], &body)
            .await
            .code(),
        "ok"
    );
    grant
}

async fn webhooks(house: &House, owner: &Actor) -> WebhooksReply {
    let owner = house.sign_in(owner.principal).await;
    house
        .call(Some(&owner), &route::WEBHOOKS, &[], &Value::Null)
        .await
        .parse()
}
