//! From the first sign-in over a dead server to a grant that is lost.

use crate::{
    VALUE, create, give, history, is_online, list, parts,
    support::{Owner, browser_of, founded},
    unsent, until,
};
use claviger_protocol::{grants::EndGrant, route};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    HostEvent, MemoryKeyStore, Purpose, Vault,
    view::{
        history::HistoryAction,
        state::{LockReason, LogState, SessionState},
    },
};
use serde_json::Value;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn journey_from_the_first_sign_in_over_a_dead_server_to_a_lost_grant() {
    let (_provider, folder, mut server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));

    // A server is pinned by what the person saw, and by nothing else.
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Deny))).await;
    assert_eq!(vault.state().session, SessionState::NoServer);
    let shown = vault.connect_server(&server.origin).await.unwrap();
    let other = vault
        .confirm_server(&server.origin, &"0".repeat(64))
        .await
        .unwrap_err();
    assert_eq!(other.code, "serverKeysChanged");
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
    assert_eq!(vault.sign_in(None).await.unwrap_err().code, "consentDenied");
    assert!(matches!(vault.state().session, SessionState::SignedOut { .. }));
    drop(vault);

    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Stop))).await;
    let waiting = tokio::spawn({
        let vault = vault.clone();
        async move { vault.sign_in(None).await }
    });
    until("signing in", async || {
        matches!(vault.state().session, SessionState::SigningIn { .. }).then_some(())
    })
    .await;
    assert_eq!(vault.sign_in(None).await.unwrap_err().code, "signInBusy");
    vault.cancel_sign_in();
    assert_eq!(waiting.await.unwrap().unwrap_err().code, "signInCancelled");
    drop(vault);

    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    let mut events = vault.events();
    vault.sign_in(None).await.unwrap();
    until("a first sync", async || is_online(&vault).then_some(())).await;
    assert_eq!(list(&vault).await.total, 0);

    // The Owner gives Ben rights; his open window shows it without a poll.
    let grant = give(&owner).await;
    let id = create(&vault).await;
    assert_eq!(list(&vault).await.total, 1);
    assert_eq!(vault.search("stripe prod", 5).await.unwrap().secrets.len(), 1);
    let opened = vault.value(&id, None, Purpose::Copy).await.unwrap();
    assert_eq!(
        (opened.value.expose(), opened.offline()),
        (VALUE.as_bytes(), false)
    );
    until("a whole history with the copy in it", async || {
        let copied = history(&vault)
            .await
            .rows
            .iter()
            .any(|row| row.action == HistoryAction::Copied);
        (copied && vault.state().log == LogState::Whole).then_some(())
    })
    .await;

    // The server dies; names, history and the leased value stay, also over a restart and a lock.
    server.kill();
    let opened = vault.value(&id, None, Purpose::Copy).await.unwrap();
    assert_eq!(
        (opened.value.expose(), opened.offline()),
        (VALUE.as_bytes(), true)
    );
    let known = history(&vault).await.total;
    assert_eq!(unsent(&vault).await, 1, "it stands in the history at once");
    drop(vault);
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    assert!(
        matches!(vault.state().session, SessionState::SignedIn { .. }),
        "{:#?}",
        vault.state()
    );
    assert_eq!(list(&vault).await.total, 1);
    assert!(history(&vault).await.total >= known);
    vault.lock(LockReason::Asked).await;
    assert_eq!(
        vault.value(&id, None, Purpose::Copy).await.unwrap_err().code,
        "locked"
    );
    vault.unlock().await.unwrap();
    assert!(vault.value(&id, None, Purpose::Reveal).await.unwrap().offline());
    assert_eq!(unsent(&vault).await, 2, "the first one outlived the program");
    assert_eq!(history(&vault).await.total, known + 1);
    assert_eq!(vault.proof_status().await.unwrap().pending, 2);
    let read_only = vault.delete_secret(&id).await.unwrap_err();
    assert_eq!(read_only.code, "offline");

    // The server is back: what was read offline is in the history, marked as this device's word.
    server.start();
    vault.sync_now().await.unwrap();
    until("both offline reads in the history", async || {
        let rows = history(&vault).await.rows;
        let reported = rows
            .iter()
            .filter(|row| row.offline && row.device_reported)
            .count();
        (reported == 2 && vault.state().log == LogState::Whole && unsent(&vault).await == 0).then_some(())
    })
    .await;
    assert_eq!(vault.proof_status().await.unwrap().pending, 0);
    let offline = history(&vault)
        .await
        .rows
        .iter()
        .filter(|row| row.offline)
        .count();
    assert_eq!(offline, 2, "each of them once");

    // The grant goes, and with it the secret and its lease, at once and acknowledged.
    drop(events);
    events = vault.events();
    let reason = "moved on".to_owned();
    let _ended: Value = owner
        .call(route::END_GRANT, &[&grant.to_string()], &EndGrant { reason })
        .await;
    until("an order that was carried out", async || {
        match events.try_recv() {
            Ok(HostEvent::OrderExecuted(order)) => Some(order),
            _ => None,
        }
    })
    .await;
    assert_eq!(list(&vault).await.total, 0);
    assert!(vault.leases().await.unwrap().is_empty());
    assert!(vault.value(&id, None, Purpose::Copy).await.is_err());
    until("the acknowledgement in the history", async || {
        let rows = history(&vault).await.rows;
        rows.iter()
            .any(|row| row.action == HistoryAction::Purged)
            .then_some(())
    })
    .await;

    vault.sign_out().await.unwrap();
    assert!(matches!(
        vault.state().session,
        SessionState::SignedOut { problem: None, .. }
    ));
    vault.sign_in(None).await.unwrap();
    until("a whole log in the next session", async || {
        (is_online(&vault) && vault.state().log == LogState::Whole).then_some(())
    })
    .await;
    vault.forget_server().await.unwrap();
    let left: Vec<_> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().ends_with(".cache")),
        "nothing of the server is left: {left:?}"
    );
}
