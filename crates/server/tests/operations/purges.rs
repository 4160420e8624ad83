//! Rule 28: a fresh encapsulation after each purge, on whichever replica the order was given.

use crate::{
    house::{Actor, House, grant},
    releases::release,
    replicas::two,
};
use claviger_model::{builtin_roles as roles, ids::SecretId};
use claviger_protocol::{release::ReleaseReply, route, wire::Bytes};
use claviger_server::jobs::replicas::follow;
use serde_json::json;

async fn encapsulated(house: &House, actor: &Actor, secret: SecretId) -> Bytes {
    let reply: ReleaseReply = release(house, actor, secret, "use").await.parse();
    crate::releases::released(&reply);
    reply.encapsulated
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_purge_values_are_sealed_under_a_fresh_encapsulation_on_every_replica() {
    let (one, two, _directory) = two().await;
    let owner = one.actor(&[(roles::OWNER, one.places.root)]).await;
    let reader = one.actor(&[(roles::READER, one.places.production)]).await;
    let secret = one.secret(one.places.production, "A", b"a").await;
    let cursor = follow(&two.app, None).await.unwrap();
    let (here, there) = (
        encapsulated(&one, &reader, secret).await,
        encapsulated(&two, &reader, secret).await,
    );
    assert_ne!(here, there, "each process has its own");
    follow(&two.app, Some(cursor)).await.unwrap();
    assert_eq!(encapsulated(&one, &reader, secret).await, here, "one a session");
    assert_eq!(encapsulated(&two, &reader, secret).await, there);

    // Something else is taken away, so that the device is told to destroy it.
    let mut locked = one.app.store.locked().await.unwrap();
    let given = grant(reader.principal, roles::READER, one.places.staging, locked.now());
    locked.insert_grant(&given).await.unwrap();
    locked.commit().await.unwrap();
    let cursor = follow(&two.app, None).await.unwrap();
    let body = json!({"reason": "left"});
    let ended = one
        .call(Some(&owner), &route::END_GRANT, &[&given.id], &body)
        .await;
    assert_eq!(ended.code(), "ok");
    follow(&two.app, Some(cursor)).await.unwrap();
    assert_ne!(encapsulated(&one, &reader, secret).await, here);
    assert_ne!(encapsulated(&two, &reader, secret).await, there);
}
