//! One signing key follows another.

use super::{
    super::{
        receiver::{Manner, Receiver},
        webhook,
    },
    webhooks,
};
use crate::house::{Actor, House};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use claviger_crypto::signing::ServerPublicKey;
use claviger_model::builtin_roles as roles;
use claviger_protocol::route;
use serde_json::{Value, json};
use std::time::Duration;

/// The public halves by which the newest post verifies.
fn signed_by(receiver: &Receiver, keys: &[claviger_protocol::notices::WebhookKeyRecord]) -> Vec<u32> {
    let post = receiver.posted().pop().unwrap();
    let mut signed = format!("{}.{}.", post.id(), post.headers["webhook-timestamp"]).into_bytes();
    signed.extend_from_slice(&post.body);
    let signatures: Vec<_> = post.headers["webhook-signature"]
        .split(' ')
        .map(|one| STANDARD.decode(one.strip_prefix("v1a,").unwrap()).unwrap())
        .collect();
    let by = keys.iter().filter(|key| {
        let public = STANDARD
            .decode(key.public.strip_prefix("whpk_").unwrap())
            .unwrap();
        let public = ServerPublicKey::from_bytes(public.try_into().unwrap());
        signatures.iter().any(|one| public.verify(&signed, one).is_ok())
    });
    let by: Vec<_> = by.map(|key| key.number).collect();
    assert_eq!(
        by.len(),
        signatures.len(),
        "every signature is by a key that is shown"
    );
    by
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_key_is_followed_by_another_and_both_sign_for_a_while() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let rotate = async |by: &Actor, body: Value| {
        let by = house.sign_in(by.principal).await;
        house
            .call(Some(&by), &route::ROTATE_WEBHOOK_KEY, &[], &body)
            .await
            .code()
    };
    assert_eq!(
        rotate(&owner, json!({"replaces": 1})).await,
        "wrong_state",
        "there is none"
    );
    let id = webhook(&house, &owner, &receiver.url()).await;
    let post = async || {
        let by = house.sign_in(owner.principal).await;
        let went = house
            .call(Some(&by), &route::TEST_WEBHOOK, &[&id], &Value::Null)
            .await;
        assert_eq!(went.json()["taken"], true);
        let shown = webhooks(&house, &owner).await;
        assert_eq!(shown.public_key.as_deref(), Some(shown.keys[0].public.as_str()));
        (signed_by(&receiver, &shown.keys), shown.keys)
    };
    assert_eq!(post().await.0, [1]);
    assert_eq!(
        rotate(&lead, json!({"replaces": 1})).await,
        "not_found",
        "not at the root"
    );
    for _ in 0..2 {
        assert_eq!(
            rotate(&owner, json!({"replaces": 1})).await,
            "ok",
            "once, however often it is called"
        );
    }
    assert_eq!(rotate(&owner, json!({"replaces": 5})).await, "conflict");
    let (by, keys) = post().await;
    assert_eq!(by, [2, 1]);
    let end = keys[1].until.unwrap();
    assert_eq!(
        (keys[0].until, end.since(keys[0].made_at)),
        (None, Duration::from_secs(14 * 24 * 3600))
    );
    house.clock.set(end.minus(Duration::from_millis(1)));
    assert_eq!(post().await.0, [2, 1]);
    house.clock.set(end);
    assert_eq!(post().await.0, [2]);
    // Its private half goes, and nothing else.
    claviger_server::jobs::sweep(&house.app).await;
    let mut reader = house.app.store.reader().await.unwrap();
    let rows = reader.server_keys().await.unwrap();
    let ours: Vec<_> = rows
        .iter()
        .filter(|row| row.purpose == claviger_storage::organization::KeyPurpose::Webhooks)
        .map(|row| (row.generation, row.wrapped.is_empty()))
        .collect();
    assert_eq!(ours, [(1, true), (2, false)]);
    assert_eq!(post().await.0, [2]);
    // In wrong hands, the old one ends at once.
    assert_eq!(
        rotate(&owner, json!({"replaces": 2, "at_once": true})).await,
        "ok"
    );
    assert_eq!(post().await.0, [3]);
}
