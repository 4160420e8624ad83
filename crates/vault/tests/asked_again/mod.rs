//! The provider is asked again: for the session by itself, and for a stronger sign-in by the person.

use crate::{
    VALUE, connect, create, give, is_online, parts,
    support::{Owner, browser_of, founded},
    until,
};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, OpenUrl, Purpose, Vault,
    view::{
        secret::SecretView,
        state::{LockReason, SessionState},
    },
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_somebody_whom_the_provider_asks_again_and_then_disables() {
    let (provider, folder, server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let _owner = Owner::sign_in(&server, "olga").await;
    let keys = Arc::new(MemoryKeyStore::default());
    let mut parts = parts(
        &folder.path().join("home"),
        &keys,
        browser_of("ben", Answer::Allow),
    );
    // Always due: asked at each tick.
    parts.timings.reassert_margin = Duration::from_secs(24 * 3600);
    parts.timings.tick = Duration::from_millis(200);
    let vault = Vault::start(parts.clone()).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    let renewals = async || {
        provider
            .counts()
            .await
            .unwrap()
            .get("POST /token")
            .copied()
            .unwrap_or(0)
    };
    until("the provider asked twice after the sign-ins", async || {
        (renewals().await >= 4).then_some(())
    })
    .await;
    assert!(matches!(vault.state().session, SessionState::SignedIn { .. }));
    assert!(is_online(&vault));

    provider.set_disabled("ben", true).await.unwrap();
    let problem = until("the end of the session", async || match vault.state().session {
        SessionState::SignedOut { problem, .. } => Some(problem),
        _ => None,
    })
    .await;
    assert_eq!(problem.unwrap().code, "sessionSuspended");
    drop(vault);
    let vault = Vault::start(parts).await;
    assert!(
        matches!(vault.state().session, SessionState::SignedOut { .. }),
        "also after a restart"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_asks_for_a_stronger_sign_in_and_then_goes_on_by_itself() {
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        ..Person::new("ben", &[])
    };
    let (provider, folder, server) = founded(&[Person::new("olga", &[]), weak]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    let answer = Arc::new(Mutex::new(Answer::Allow));
    let opened = Arc::new(Mutex::new(Vec::new()));
    let open_url: OpenUrl = {
        let (answer, opened) = (Arc::clone(&answer), Arc::clone(&opened));
        Arc::new(move |url| {
            opened.lock().unwrap().push(url.to_string());
            browser_of("ben", *answer.lock().unwrap())(url)
        })
    };
    let vault = Vault::start(parts(&home, &keys, open_url)).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    give(&owner).await;
    // Writing asks for no second factor, reading does; and what a fresh sign-in would allow is offered.
    let id = create(&vault).await;
    until("the right to read it", async || {
        match vault.secret(&id).await.ok()? {
            SecretView::Full(secret) => secret.rights.reveal.then_some(()),
            SecretView::KnownOnly(_) => None,
        }
    })
    .await;

    *answer.lock().unwrap() = Answer::Deny;
    let turned_back = vault.value(&id, None, Purpose::Reveal).await.unwrap_err();
    assert_eq!(turned_back.code, "consentDenied");
    *answer.lock().unwrap() = Answer::Allow;
    let still_weak = vault.value(&id, None, Purpose::Reveal).await.unwrap_err();
    assert_eq!(still_weak.code, "stepUpRequired");

    provider.put_person(&Person::new("ben", &[])).await.unwrap();
    let value = vault.value(&id, None, Purpose::Reveal).await.unwrap();
    assert_eq!(value.value.expose(), VALUE.as_bytes());
    assert!(!value.offline());
    let asked = opened.lock().unwrap().clone();
    assert_eq!(asked.len(), 4, "sign-in, turned back, too weak, strong");
    assert!(
        asked.iter().skip(1).all(|url| url.contains("max_age=0")),
        "{asked:?}"
    );
    // The session is strong now, and the browser is left alone.
    vault.value(&id, None, Purpose::Copy).await.unwrap();
    assert_eq!(opened.lock().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_whose_sign_in_outlasts_a_lock_is_not_handed_out() {
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        ..Person::new("ben", &[])
    };
    let (provider, folder, server) = founded(&[Person::new("olga", &[]), weak]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    let waiting = Arc::new(Mutex::new(None));
    let slow = Arc::new(AtomicBool::new(false));
    let open_url: OpenUrl = {
        let (waiting, slow) = (Arc::clone(&waiting), Arc::clone(&slow));
        Arc::new(move |url| {
            if slow.load(Ordering::SeqCst) {
                *waiting.lock().unwrap() = Some(url.clone());
                Ok(())
            } else {
                browser_of("ben", Answer::Allow)(url)
            }
        })
    };
    let vault = Vault::start(parts(&home, &keys, open_url)).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    give(&owner).await;
    let id = create(&vault).await;
    provider.put_person(&Person::new("ben", &[])).await.unwrap();

    slow.store(true, Ordering::SeqCst);
    let copy = tokio::spawn({
        let (vault, id) = (vault.clone(), id.clone());
        async move { vault.value(&id, None, Purpose::Copy).await.map(|_| ()) }
    });
    let url = until("the browser is asked", async || waiting.lock().unwrap().take()).await;
    vault.lock(LockReason::Asked).await;
    browser_of("ben", Answer::Allow)(&url).unwrap();
    assert_eq!(copy.await.unwrap().unwrap_err().code, "locked");
    // Whoever unlocks gets it, without the browser being asked again.
    vault.unlock().await.unwrap();
    until("it is handed out", async || {
        vault.value(&id, None, Purpose::Copy).await.ok()
    })
    .await;
}
