//! A developer's way on real parts: the server's own program, an identity provider that we did not write, a scripted browser.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod asked_again;
mod campaign;
mod emergency;
mod extremes;
mod first_sign_in;
mod guardrails;
mod late_keyring;
mod looking;
mod new_keys;
mod no_keyring;
mod notices;
mod offboarding;
mod organization;
mod policy_files;
mod services;
mod support;

use claviger_model::{
    builtin_roles::EDITOR,
    entropy::SystemEntropy,
    ids::{GrantId, ScopeId},
    name::Name,
    scope::EnvironmentClass,
    time::SystemClock,
};
use claviger_protocol::{
    grants::GiveGrant,
    places::{CreateScope, ScopesReply},
    principals::PrincipalsReply,
    route,
};
use claviger_vault::{
    DeviceName, MemoryKeyStore, OpenUrl, ProcBootClock, Timings, Vault, VaultParts,
    view::{
        history::{EntryProof, HistoryPage, HistoryQuery},
        list::{ListFilter, ListPage, ListQuery},
        secret::SecretKind,
        state::Connection,
        value::{SecretDraft, ValueInput},
    },
};
use serde_json::Value;
use std::{path::Path, sync::Arc, time::Duration};
use support::{Owner, Server};

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

/// Pins the server by what it shows, as the person does.
async fn connect(vault: &Vault, server: &Server) {
    let shown = vault.connect_server(&server.origin).await.unwrap();
    vault
        .confirm_server(&server.origin, &shown.fingerprint)
        .await
        .unwrap();
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
