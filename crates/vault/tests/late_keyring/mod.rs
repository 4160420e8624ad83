//! A keyring that is locked at the start and opened later, on real parts.

use super::{VALUE, connect, create, give, is_online, parts, until};
use crate::support::{Owner, browser_of, founded};
use claviger_cache::keyring::Refusal;
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, OpenUrl, Purpose, Vault,
    view::state::{Keyring, SessionState},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The browser, and how often it was opened.
fn counted(sub: &str) -> (OpenUrl, Arc<AtomicUsize>) {
    let (open, count) = (browser_of(sub, Answer::Allow), Arc::new(AtomicUsize::new(0)));
    let counting = Arc::clone(&count);
    let open_url: OpenUrl = Arc::new(move |url| {
        counting.fetch_add(1, Ordering::Relaxed);
        open(url)
    });
    (open_url, count)
}

async fn device_of(vault: &Vault) -> String {
    match vault.state().session {
        SessionState::SignedIn { device, .. } => device.id,
        other => panic!("{other:?}"),
    }
}

async fn online(vault: &Vault) {
    until("a sync", async || is_online(vault).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_without_the_keyring_moves_in_and_the_device_of_old_goes_on() {
    let (_provider, folder, server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    let (open_url, opened) = counted("ben");
    let parts = parts(&home, &keys, open_url);

    // Signed in while the keyring is locked: nothing is stored.
    keys.refuse(Some(Refusal::Locked));
    let vault = Vault::start(parts.clone()).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    assert!(matches!(vault.state().keyring, Keyring::Locked { .. }));
    online(&vault).await;
    give(&owner).await;
    let id = create(&vault).await;
    vault.value(&id, None, Purpose::Copy).await.unwrap();
    assert!(vault.leases().await.unwrap().is_empty());
    let device = device_of(&vault).await;

    // Unlocked: the same session goes on, and is kept from now on.
    assert_eq!(vault.retry_keyring().await.unwrap_err().code, "keyringLocked");
    keys.refuse(None);
    vault.retry_keyring().await.unwrap();
    assert_eq!(vault.state().keyring, Keyring::Ok);
    assert_eq!(device_of(&vault).await, device);
    online(&vault).await;
    let lease = async || {
        let read = vault.value(&id, None, Purpose::Copy).await.ok()?;
        assert_eq!(read.value.expose(), VALUE.as_bytes());
        (!vault.leases().await.ok()?.is_empty()).then_some(())
    };
    until("an offline copy", lease).await;
    drop(vault);
    let vault = Vault::start(parts.clone()).await;
    assert_eq!(device_of(&vault).await, device, "also over a restart");
    assert_eq!(opened.load(Ordering::Relaxed), 1, "and without the browser");
    drop(vault);

    // Locked at the start again: whoever signs in meanwhile is another device until it opens.
    keys.refuse(Some(Refusal::Locked));
    let vault = Vault::start(parts.clone()).await;
    assert!(matches!(
        vault.state().session,
        SessionState::SignedOut { problem: Some(problem), .. } if problem.code == "keyringLocked"
    ));
    vault.sign_in(None).await.unwrap();
    online(&vault).await;
    let other = device_of(&vault).await;
    assert_ne!(other, device);
    keys.refuse(None);
    vault.retry_keyring().await.unwrap();
    assert_eq!(device_of(&vault).await, device);
    assert!(!vault.leases().await.unwrap().is_empty(), "with its copies");
    online(&vault).await;
    let sessions = vault.devices().await.unwrap();
    let ended = sessions.iter().find(|one| one.id == other);
    assert!(ended.is_none_or(|one| one.sessions.is_empty()), "{sessions:?}");
}
