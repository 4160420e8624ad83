//! A developer's way on real parts: the server's own program, an identity provider that we did not write, a scripted browser.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod campaign;
mod emergency;
mod extremes;
mod guardrails;
mod late_keyring;
mod new_keys;
mod notices;
mod offboarding;
mod organization;
mod policy_files;
mod services;
mod support;

use claviger_cache::keyring::Refusal;
use claviger_model::{
    builtin_roles::EDITOR,
    entropy::SystemEntropy,
    ids::{GrantId, ScopeId},
    name::Name,
    scope::EnvironmentClass,
    time::SystemClock,
};
use claviger_protocol::{
    grants::{EndGrant, GiveGrant},
    places::{CreateScope, ScopesReply},
    principals::PrincipalsReply,
    route,
};
use claviger_testkit::peers::{
    browser::Answer,
    provider::{CLIENT_ID, Person, Provider},
};
use claviger_vault::{
    DeviceName, HostEvent, MemoryKeyStore, OpenUrl, ProcBootClock, Purpose, Timings, Vault, VaultParts,
    view::{
        history::{EntryProof, HistoryAction, HistoryPage, HistoryQuery},
        list::{ListFilter, ListPage, ListQuery},
        secret::{SecretKind, SecretView},
        state::{Connection, Keyring, LockReason, LogState, SessionState, UnlockWay},
        value::{SecretDraft, ValueInput},
    },
};
use serde_json::Value;
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use support::{Owner, Server, browser_of};

const VALUE: &str = "sk_live_51H8…";

fn parts(directory: &Path, keys: &Arc<MemoryKeyStore>, open_url: OpenUrl) -> VaultParts {
    VaultParts {
        clock: Arc::new(SystemClock),
        boot: Arc::new(ProcBootClock),
        entropy: Arc::new(SystemEntropy),
        keys: Arc::clone(keys) as _,
        directory: directory.to_owned(),
        http: claviger_testkit::http::client().unwrap(),
        open_url,
        device: DeviceName {
            name: "laptop".to_owned(),
            platform: "Debian 12".to_owned(),
        },
        // The poll is long, so that what comes soon came by the event stream.
        timings: Timings {
            poll: Duration::from_secs(60),
            reconnect_first: Duration::from_millis(50),
            reconnect_last: Duration::from_millis(300),
            ..Timings::default()
        },
    }
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("this did not come: {what}")
}

async fn list(vault: &Vault) -> ListPage {
    let query = ListQuery {
        place: None,
        filter: ListFilter::All,
        owner: None,
        offset: 0,
        limit: 50,
    };
    vault.list(query).await.unwrap()
}

async fn history(vault: &Vault) -> HistoryPage {
    let query = HistoryQuery {
        from: 0,
        to: i64::MAX / 4,
        groups: Vec::new(),
        refused_only: false,
        secret: None,
        offset: 0,
        limit: 500,
    };
    vault.history(query).await.unwrap()
}

/// Rows that wait to be sent.
async fn unsent(vault: &Vault) -> usize {
    let rows = history(vault).await.rows;
    let waiting = rows.iter().filter(|row| row.proof == EntryProof::Unsent);
    waiting
        .inspect(|row| assert!(row.offline && row.device_reported))
        .count()
}

fn is_online(vault: &Vault) -> bool {
    matches!(
        vault.state().connection,
        Connection::Online {
            last_sync: Some(_),
            ..
        }
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_from_the_first_sign_in_over_a_dead_server_to_a_lost_grant() {
    let provider = Provider::start(&[Person::new("olga", &[]), Person::new("ben", &[])])
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
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

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_somebody_whom_the_provider_asks_again_and_then_disables() {
    let provider = Provider::start(&[Person::new("olga", &[]), Person::new("ben", &[])])
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
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
    let shown = vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
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
async fn journey_without_a_keyring_and_of_two_people_on_one_device() {
    let provider = Provider::start(&[Person::new("olga", &[]), Person::new("ben", &[])])
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    keys.refuse(Some(Refusal::Absent));
    let vault = Vault::start(parts(&home, &keys, browser_of("ben", Answer::Allow))).await;
    let shown = vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
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
    vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_value_asks_for_a_stronger_sign_in_and_then_goes_on_by_itself() {
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        ..Person::new("ben", &[])
    };
    let provider = Provider::start(&[Person::new("olga", &[]), weak]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
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
    let shown = vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
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

/// Makes an environment and lets Ben edit there.
async fn give(owner: &Owner) -> GrantId {
    let scopes: ScopesReply = owner.ask(route::SCOPES, &[]).await;
    let root = scopes
        .scopes
        .into_iter()
        .find(|scope| scope.parent.is_none())
        .unwrap()
        .id;
    let [project, environment] = [ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy)];
    let scopes = [
        (project, root, "payments", None),
        (
            environment,
            project,
            "production",
            Some(EnvironmentClass::Production),
        ),
    ];
    for (id, parent, name, class) in scopes {
        let call = CreateScope {
            id,
            parent,
            name: Name::parse(name).unwrap(),
            class,
        };
        let _made: Value = owner.call(route::CREATE_SCOPE, &[], &call).await;
    }
    let people: PrincipalsReply = owner.ask(route::PRINCIPALS, &[]).await;
    let ben = people
        .principals
        .into_iter()
        .find(|person| person.name == "ben")
        .unwrap();
    let id = GrantId::random(&SystemEntropy);
    let call = GiveGrant {
        id,
        principal: ben.id,
        role: EDITOR,
        scope: environment,
        reason: "works there".to_owned(),
        not_before: None,
        expires_at: None,
        conditions: Default::default(),
        plan: None,
    };
    let _given: Value = owner.call(route::GIVE_GRANT, &[], &call).await;
    id
}

/// Makes a secret in that environment, as soon as it shows.
async fn create(vault: &Vault) -> String {
    create_as(vault, "Stripe key", "STRIPE_KEY").await
}

async fn create_as(vault: &Vault, title: &str, env_name: &str) -> String {
    let draft = SecretDraft {
        place: place(vault).await,
        title: title.to_owned(),
        env_name: Some(env_name.to_owned()),
        kind: SecretKind::ApiKey,
        tags: vec!["billing".to_owned()],
        note: None,
        value: ValueInput::Text {
            text: VALUE.to_owned(),
        },
    };
    vault.create_secret(draft).await.unwrap()
}

/// That environment, as soon as it shows.
async fn place(vault: &Vault) -> String {
    let shown = until("a place", async || {
        let places = vault.places().await.unwrap().places;
        places
            .into_iter()
            .find(|place| place.path == "payments/production" && place.rights.create)
    });
    shown.await.id
}
