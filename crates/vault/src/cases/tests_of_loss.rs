//! What is lost while somebody looks: replies, rights, secrets.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{testing::Sample, tests::synced};
use crate::{
    Vault,
    view::{
        secret::SecretKind,
        value::{SecretDraft, ValueInput},
    },
};
use claviger_model::{action::Action, ids::SecretId};

fn draft(sample: &Sample, value: &str) -> SecretDraft {
    SecretDraft {
        place: sample.scope("shop/prod").to_string(),
        title: "Payment key".to_owned(),
        env_name: None,
        kind: SecretKind::ApiKey,
        tags: Vec::new(),
        note: None,
        value: ValueInput::Text {
            text: value.to_owned(),
        },
    }
}

#[tokio::test]
async fn a_creation_whose_reply_was_lost_is_the_same_one_when_it_is_sent_again() {
    let (device, vault, _, sample) = synced().await;
    device.server.told().lose_creations = 2;
    for _ in 0..2 {
        let lost = vault.create_secret(draft(&sample, "v")).await.unwrap_err();
        assert_eq!(lost.code, "offline");
    }
    let id = vault.create_secret(draft(&sample, "v")).await.unwrap();
    let made: Vec<String> = device
        .server
        .told()
        .created
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(made, [id], "one secret, whatever got lost");
    let again = vault.create_secret(draft(&sample, "v")).await.unwrap_err();
    assert_eq!(again.code, "nameTaken", "what was answered is over");
}

#[tokio::test]
async fn another_value_is_another_creation() {
    let (device, vault, _, sample) = synced().await;
    device.server.told().lose_creations = 1;
    vault.create_secret(draft(&sample, "old")).await.unwrap_err();
    // The server keeps the first value under this id, so that the second must not pass for it.
    let other = vault.create_secret(draft(&sample, "new")).await.unwrap_err();
    assert_eq!(other.code, "nameTaken");
}

async fn code(vault: &Vault, secret: SecretId) -> String {
    vault.secret(&secret.to_string()).await.unwrap_err().code
}

#[tokio::test]
async fn the_end_of_an_access_is_told_apart_from_what_was_never_there() {
    let (device, vault, secret, _) = synced().await;
    assert!(vault.secret(&secret.to_string()).await.is_ok());
    {
        let mut told = device.server.told();
        let mut less = told.entitlement.clone().unwrap();
        for rights in &mut less.rights {
            rights.actions.retain(|action| *action != Action::SecretView);
        }
        less.digest = less.computed_digest().unwrap();
        told.entitlement = Some(less);
    }
    vault.sync_now().await.unwrap();
    assert_eq!(code(&vault, secret).await, "accessEnded");
    assert_eq!(code(&vault, SecretId::from_bytes([0xee; 16])).await, "notFound");
}

#[tokio::test]
async fn a_secret_that_was_taken_away_says_so_until_the_vault_is_closed() {
    let (device, vault, secret, _) = synced().await;
    device.server.told().removed.push(secret);
    vault.sync_now().await.unwrap();
    assert_eq!(code(&vault, secret).await, "secretGone");
    drop(vault);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let vault = device.start().await;
    assert_eq!(code(&vault, secret).await, "notFound");
}
