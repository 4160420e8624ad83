//! Fifty devices of somebody who leaves, each a vault of its own with its cache on disk and its event stream, against the server's own
//! program, and against three of them: from the click until each device has said that everything is destroyed. One JSON object a line.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops when something fails"
)]

mod replicas;
#[path = "../client/rows.rs"]
mod rows;
#[path = "../../tests/support/mod.rs"]
#[expect(dead_code, reason = "the journeys need more of it")]
mod support;

use claviger_model::{entropy::SystemEntropy, time::SystemClock};
use claviger_testkit::peers::{
    browser::Answer,
    provider::{CLIENT_ID, Person, Provider},
};
use claviger_vault::{
    DeviceName, HostEvent, MemoryKeyStore, ProcBootClock, Purpose, Timings, Vault, VaultParts,
    view::{
        giving::{GiveAccess, GiveConditions},
        managing::{ManagedPlace, NewPlace},
        offboarding::cases::{CaseDraft, CaseView},
        places::EnvironmentClass,
        secret::SecretKind,
        state::Connection,
        value::{SecretDraft, ValueInput},
    },
};
use replicas::Replicas;
use rows::row;
use std::{
    env,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use support::{Server, browser_of};

const DEVICES: usize = 50;
/// Values that each device keeps.
const KEPT: usize = 5;
const PLACE: &str = "payments/production";

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test` runs benches too; only a measurement on purpose is one.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let people = ["olga", "ben"].map(|name| Person::new(name, &[]));
    let provider = Provider::start(&people).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("one");
    let server = Server::found(&home.join("server"), provider.issuer(), CLIENT_ID);
    let code = server.bootstrap_code();
    measure(&home, &server.origin, code, "50_devices").await;
    drop(server);
    let home = folder.path().join("three");
    let servers = Replicas::found(&home.join("server"), provider.issuer(), CLIENT_ID).await;
    let code = servers.code.clone();
    measure(&home, &servers.origin, code, "50_devices_3_replicas").await;
}

async fn measure(folder: &Path, origin: &str, code: String, named: &str) {
    let olga = sign_in(origin, &folder.join("olga"), "olga", Some(code)).await;
    let mut devices = vec![sign_in(origin, &folder.join("ben"), "ben", None).await];
    let (ben, secrets) = furnish(&olga, &devices[0]).await;
    while devices.len() < DEVICES {
        let home = folder.join(format!("ben-{}", devices.len()));
        devices.push(sign_in(origin, &home, "ben", None).await);
        eprint!("\r{} devices ", devices.len());
    }
    for device in &devices {
        for secret in &secrets {
            let opened = until("a value", async || {
                device.value(secret, None, Purpose::Copy).await.ok()
            })
            .await;
            assert!(!opened.offline());
        }
        let kept: u32 = device.leases().await.unwrap().iter().map(|of| of.values).sum();
        assert_eq!(kept as usize, KEPT, "they are kept");
    }
    eprintln!("hold {KEPT} values each");

    let draft = CaseDraft {
        case: olga.rehearse_case(&ben, None).await.unwrap().case,
        person: ben,
        reason: "to measure".to_owned(),
        heir: None,
        teams: Vec::new(),
        start: None,
    };
    let click = Instant::now();
    let obeyed: Vec<_> = devices
        .iter()
        .map(|device| {
            let mut events = device.events();
            tokio::spawn(async move {
                loop {
                    if let HostEvent::OrderExecuted(_) = events.recv().await.unwrap() {
                        return click.elapsed();
                    }
                }
            })
        })
        .collect();
    let opened = olga.open_case(&draft).await.unwrap();
    let answered = click.elapsed();
    let mut destroyed = Vec::new();
    for device in obeyed {
        let took = tokio::time::timeout(Duration::from_secs(60), device)
            .await
            .unwrap()
            .unwrap();
        destroyed.push(took.as_secs_f64() * 1_000.0);
    }
    destroyed.sort_by(f64::total_cmp);
    let case = until("each device's word", async || {
        let case: CaseView = olga.case(&opened.case.id).await.ok()?;
        (case.acknowledged.count as usize == DEVICES).then_some(case)
    })
    .await;

    let ms = |of: Option<u32>| of.map(f64::from);
    let begun = case.begun.unwrap();
    let say = |what: &str, value, target| {
        let name = format!("offboarding_{what}_{named}");
        row(&name, value, "ms", target, None);
    };
    say("action", Some(answered.as_secs_f64() * 1_000.0), None);
    say(
        "refused_after_click",
        Some(f64::from(begun.refused_after_ms)),
        None,
    );
    say("acknowledged_p50", ms(case.acknowledged.p50_ms), None);
    say("acknowledged_p99", ms(case.acknowledged.p99_ms), Some(1_000.0));
    say("last_destroyed", destroyed.last().copied(), None);
}

/// A device of its own, whose connection is its event stream: nothing is asked again within a minute.
async fn sign_in(origin: &str, home: &Path, who: &str, code: Option<String>) -> Vault {
    let vault = Vault::start(VaultParts {
        clock: Arc::new(SystemClock),
        boot: Arc::new(ProcBootClock),
        entropy: Arc::new(SystemEntropy),
        keys: Arc::new(MemoryKeyStore::default()),
        directory: home.to_owned(),
        http: claviger_testkit::http::client().unwrap(),
        open_url: browser_of(who, Answer::Allow),
        device: DeviceName {
            name: "laptop".to_owned(),
            platform: "Debian 12".to_owned(),
        },
        timings: Timings {
            poll: Duration::from_secs(60),
            ..Timings::default()
        },
    })
    .await;
    let shown = vault.connect_server(origin).await.unwrap();
    vault.confirm_server(origin, &shown.fingerprint).await.unwrap();
    vault.sign_in(code).await.unwrap();
    until("a first sync", async || {
        matches!(
            vault.state().connection,
            Connection::Online {
                last_sync: Some(_),
                ..
            }
        )
        .then_some(())
    })
    .await;
    vault
}

/// A place with secrets that ben made; ben's id, and theirs.
async fn furnish(olga: &Vault, ben: &Vault) -> (String, Vec<String>) {
    for (parent, name, class) in [
        ("", "payments", None),
        ("payments", "production", Some(EnvironmentClass::Production)),
    ] {
        let new = NewPlace {
            parent: place(olga, parent).await.id,
            name: name.to_owned(),
            class,
        };
        olga.create_place(&new).await.unwrap();
    }
    let production = place(olga, PLACE).await.id;
    let people = olga.people().await.unwrap().principals;
    let found = people.into_iter().find(|one| one.principal.person.name == "ben");
    let id = found.unwrap().principal.person.id;
    let choices = olga.give_choices(&production, None, None).await.unwrap();
    let give = GiveAccess {
        principal: id.clone(),
        role: choices
            .into_iter()
            .find(|choice| choice.name == "Editor")
            .unwrap()
            .role,
        place: production.clone(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = olga.plan_access(&give).await.unwrap();
    olga.give_access(&give, &plan.grant, &plan.digest, "works on it")
        .await
        .unwrap();
    until("the right to make a secret", async || {
        let places = ben.places().await.unwrap().places;
        places.into_iter().find(|one| one.rights.create)
    })
    .await;
    let mut secrets = Vec::new();
    for number in 0..KEPT {
        let draft = SecretDraft {
            place: production.clone(),
            title: format!("Key {number}"),
            env_name: None,
            kind: SecretKind::ApiKey,
            tags: Vec::new(),
            note: None,
            value: ValueInput::Text {
                text: format!("a value of some forty characters, as usual: {number}"),
            },
        };
        secrets.push(ben.create_secret(draft).await.unwrap());
    }
    (id, secrets)
}

/// A place, as soon as it shows.
async fn place(vault: &Vault, path: &str) -> ManagedPlace {
    until(path, async || {
        let places = vault.managed_places().await.unwrap();
        places.into_iter().find(|place| place.path == path)
    })
    .await
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("this did not come: {what}")
}
