//! Without a keyring, and two people on one device.

use crate::{
    VALUE, connect, create, give, is_online, parts,
    support::{Owner, browser_of, founded},
    until,
};
use claviger_cache::keyring::Refusal;
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, Purpose, Vault,
    view::state::{Keyring, LockReason, SessionState, UnlockWay},
};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn journey_without_a_keyring_and_of_two_people_on_one_device() {
    let (_provider, folder, server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    keys.refuse(Some(Refusal::Absent));
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    assert!(matches!(
        vault.state().keyring,
        Keyring::Absent { detail: Some(_) }
    ));
    until("a first sync", async || is_online(&vault).then_some(())).await;
    give(&owner).await;
    let id = create(&vault).await;
    assert_eq!(
        vault
            .value(&id, None, Purpose::Copy)
            .await
            .unwrap()
            .value
            .expose(),
        VALUE.as_bytes()
    );
    assert!(vault.leases().await.unwrap().is_empty(), "nothing is stored");
    // Without a keyring only the browser opens a lock; the device stays the same while the program runs.
    let before = vault.devices().await.unwrap().len();
    vault.lock(LockReason::Asked).await;
    assert!(matches!(
        vault.state().session,
        SessionState::Locked {
            unlock: UnlockWay::SignIn,
            ..
        }
    ));
    assert!(vault.unlock().await.is_err());
    vault.sign_in(None).await.unwrap();
    until("a sync after the lock", async || is_online(&vault).then_some(())).await;
    assert_eq!(vault.devices().await.unwrap().len(), before);
    drop(vault);
    let left = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        left.into_iter()
            .all(|name| !name.to_string_lossy().ends_with(".cache"))
    );

    // With a keyring the device is Ben's; Olga gets keys of her own once what was Ben's is gone.
    keys.refuse(None);
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    vault.sign_in(None).await.unwrap();
    until("a lease", async || {
        vault.value(&id, None, Purpose::Copy).await.ok()?;
        (!vault.leases().await.ok()?.is_empty()).then_some(())
    })
    .await;
    vault.sign_out().await.unwrap();
    drop(vault);
    let vault = Vault::start(parts(&home, &keys, browser_of("olga", Answer::Allow))).await;
    // A wrong pick at the provider takes nothing: whose the device is is said, and leaving is the person's own word.
    let wrong = vault.sign_in(None).await.unwrap_err();
    assert_eq!(wrong.code, "deviceOfAnother");
    assert!(wrong.message.contains("ben") && wrong.remedy.unwrap().contains("ben"));
    drop(vault);
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    vault.sign_in(None).await.unwrap();
    assert!(
        !vault.leases().await.unwrap().is_empty(),
        "the offline copies are still there"
    );
    vault.sign_out().await.unwrap();
    vault.forget_server().await.unwrap();
    drop(vault);
    let vault = Vault::start(parts(&home, &keys, browser_of("olga", Answer::Allow))).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    let SessionState::SignedIn { person, .. } = vault.state().session else {
        panic!("nobody is signed in")
    };
    assert_eq!(person.name, "olga");
    let left = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(
        left.filter(|name| name.to_string_lossy().ends_with(".cache"))
            .count(),
        1
    );
    assert!(vault.leases().await.unwrap().is_empty());
}
