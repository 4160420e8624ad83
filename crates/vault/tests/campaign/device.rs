//! The device that is killed: a child process, told by its environment where and on what to work.

use super::{keyring::FileKeyStore, random};
use crate::{parts, support::browser_of};
use claviger_testkit::peers::browser::Answer;
use claviger_vault::{
    Purpose, Recorded, Timings, Vault, VaultParts,
    view::{
        state::{Keyring, LogState, SessionState},
        value::ValueInput,
    },
};
use std::{fs, io::Write, path::Path, sync::Arc, time::Duration};

pub const HOME: &str = "CLAVIGER_TEST_CAMPAIGN_HOME";
pub const READ: &str = "CLAVIGER_TEST_CAMPAIGN_READ";
pub const WRITTEN: &str = "CLAVIGER_TEST_CAMPAIGN_WRITTEN";
pub const FAVOURITE: &str = "CLAVIGER_TEST_CAMPAIGN_FAVOURITE";

/// The vault on what a directory holds.
pub async fn start(home: &Path) -> Vault {
    let keyring = home.join("keyring");
    fs::create_dir_all(&keyring).unwrap();
    let parts = parts(
        &home.join("data"),
        &Arc::default(),
        browser_of("ben", Answer::Allow),
    );
    Vault::start(VaultParts {
        keys: Arc::new(FileKeyStore(keyring)),
        timings: Timings {
            offline_patience: Duration::from_millis(200),
            ..parts.timings
        },
        ..parts
    })
    .await
}

#[expect(clippy::print_stdout, reason = "the parent listens")]
fn say(words: &str) {
    println!("\n@{words}");
    std::io::stdout().flush().unwrap();
}

/// The device: opens what was left, checks it, then works without end and says what is done.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let given = |name| std::env::var(name).ok();
    let Some(home) = given(HOME) else { return };
    let (read, written) = (given(READ).unwrap(), given(WRITTEN).unwrap());
    let vault = start(Path::new(&home)).await;
    let state = vault.state();
    assert!(
        matches!(state.session, SessionState::SignedIn { .. }),
        "{:?}",
        state.session
    );
    assert!(matches!(state.keyring, Keyring::Ok), "{:?}", state.keyring);
    assert!(!matches!(state.log, LogState::Violated { .. }), "{:?}", state.log);
    let favourites = vault.places().await.unwrap().favourites;
    let mut favourite = favourites.iter().any(|one| one.id == read);
    if let Some(expected) = given(FAVOURITE) {
        assert_eq!(favourite.to_string(), expected, "an acknowledged mark is lost");
    }
    say("opened");
    loop {
        match random(5) {
            deed @ (0 | 1) => {
                let purpose = if deed == 0 { Purpose::Copy } else { Purpose::Reveal };
                let Ok(opened) = vault.value(&read, None, purpose).await else {
                    continue;
                };
                assert_eq!(opened.value.expose(), crate::VALUE.as_bytes());
                say(&match opened.recorded {
                    Recorded::Event(event) => format!("read {event}"),
                    Recorded::Journal(seq) => format!("journaled {seq}"),
                });
            }
            2 => {
                // Between asking and hearing, either may be so.
                say("marking");
                if vault.set_favourite(&read, !favourite).await.is_ok() {
                    favourite = !favourite;
                    say(&format!("favourite {favourite}"));
                }
            }
            _ => {
                let text = format!("written under load {}", random(1_000_000));
                if let Ok(number) = vault.new_version(&written, ValueInput::Text { text }, None).await {
                    say(&format!("version {number}"));
                } else {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }
}
