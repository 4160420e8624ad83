//! A server that replaced every key while the device was away: the app goes on as if nothing had happened.

use super::{VALUE, create, create_as, give, is_online, list, parts, until};
use crate::support::{Owner, browser_of, founded};
use claviger_protocol::{grants::EndGrant, route};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{HostEvent, MemoryKeyStore, Purpose, Vault, view::state::LogState};
use serde_json::Value;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn journey_over_new_keys_of_the_server() {
    let (_provider, folder, mut server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    let shown = vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
    vault.sign_in(None).await.unwrap();
    until("a first sync", async || is_online(&vault).then_some(())).await;
    let grant = give(&owner).await;
    let id = create(&vault).await;
    let opened = vault.value(&id, None, Purpose::Copy).await.unwrap();
    assert_eq!(opened.value.expose(), VALUE.as_bytes());

    server.kill();
    for _ in 0..2 {
        server.run(&["keys", "rotate", "--log", "--orders", "--sealing"]);
        server.run(&["keys", "rotate"]);
    }
    // Meanwhile the copy is read, and its read waits in the journal, to be sealed to a key that the server has no more.
    assert!(vault.value(&id, None, Purpose::Copy).await.unwrap().offline());
    server.start();
    // The vault is opened anew with the log's new key, and is closed for a moment meanwhile.
    let opened = until("the value from the server", async || {
        let opened = vault.value(&id, None, Purpose::Reveal).await.ok();
        opened.filter(|opened| !opened.offline() && vault.state().log == LogState::Whole)
    })
    .await;
    assert_eq!(opened.value.expose(), VALUE.as_bytes());
    let another = create_as(&vault, "Another", "ANOTHER").await;
    let opened = vault.value(&another, None, Purpose::Copy).await.unwrap();
    assert_eq!(opened.value.expose(), VALUE.as_bytes());
    assert_eq!(
        vault.proof_status().await.unwrap().pending,
        0,
        "the journal went out"
    );
    let now = vault.connect_server(&server.origin).await.unwrap();
    assert_ne!(now.fingerprint, shown.fingerprint);

    // An order by the new key is obeyed.
    let mut events = vault.events();
    let reason = "moved on".to_owned();
    let _ended: Value = owner
        .call(route::END_GRANT, &[&grant.to_string()], &EndGrant { reason })
        .await;
    until("an order that was carried out", async || {
        matches!(events.try_recv(), Ok(HostEvent::OrderExecuted(_))).then_some(())
    })
    .await;
    assert_eq!(list(&vault).await.total, 0);
    assert!(vault.leases().await.unwrap().is_empty());
    assert_eq!(vault.state().log, LogState::Whole);
}
