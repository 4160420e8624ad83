//! The first values of a working organization: a `.env` file, and the same file again after it changed.
#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::{list, until};
use claviger_vault::{
    Purpose, Vault,
    view::import::{EnvChoice, EnvFile, EnvInto},
};
use std::path::Path;

/// As the page proposes: what is new as a secret, what stands there as its new version.
fn proposed(file: &EnvFile) -> Vec<EnvChoice> {
    let entries = file.entries.iter().filter(|entry| !entry.overridden);
    let choices = entries.map(|entry| EnvChoice {
        line: entry.line,
        into: match &entry.existing {
            Some(known) => EnvInto::Version {
                secret: known.id.clone(),
            },
            None => EnvInto::New {
                title: entry.name.clone(),
                kind: entry.kind,
            },
        },
    });
    choices.collect()
}

async fn value(vault: &Vault, secret: &str) -> Vec<u8> {
    let opened = vault.value(secret, None, Purpose::Reveal).await.unwrap();
    opened.value.expose().to_vec()
}

pub(super) async fn a_first_import_and_a_second(vault: &Vault, place: &str, folder: &Path) {
    let path = folder.join(".env");
    std::fs::write(&path, "API_KEY=one\nDATABASE_URL='postgres://u:p@h/d'\n").unwrap();
    let file = vault.read_env_file(place, &path).await.unwrap();
    assert!(file.entries.iter().all(|entry| entry.existing.is_none()));
    let made = vault.import_env_file(&file.id, proposed(&file)).await.unwrap();
    assert!(made.iter().all(|one| one.problem.is_none()), "{made:?}");
    let key = made[0].secret.clone().unwrap();
    until("the secrets", async || {
        (list(vault).await.total == 2).then_some(())
    })
    .await;
    assert_eq!(value(vault, &key).await, b"one");

    std::fs::write(&path, "API_KEY=two\n").unwrap();
    let file = vault.read_env_file(place, &path).await.unwrap();
    let known = file.entries[0].existing.as_ref().unwrap();
    assert_eq!((known.id.clone(), known.may_write), (key.clone(), true));
    let written = vault.import_env_file(&file.id, proposed(&file)).await.unwrap();
    assert_eq!(written[0].secret.as_deref(), Some(&*key));
    assert_eq!(value(vault, &key).await, b"two");
    assert_eq!(list(vault).await.total, 2);
}
