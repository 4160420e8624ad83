//! Signing out where the server is not at hand, and signing in where it cannot be done.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    testing::{
        device::{Device, until},
        log::ORGANIZATION,
    },
    view::state::{LockReason, LogState, SessionState},
};
use claviger_cache::GoodbyeItem;
use claviger_protocol::problem::Code;
use std::time::Duration;

const REFRESH: &str = "/v1/session/refresh";
const SIGN_OUT: &str = "/v1/session";

async fn whole(vault: &Vault) {
    until(vault, |state| state.log == LogState::Whole).await;
}

async fn goodbye(device: &Device) -> Option<GoodbyeItem> {
    GoodbyeItem::load(&*device.keys, ORGANIZATION).await.unwrap()
}

async fn ended(device: &Device, sessions: usize) {
    for _ in 0..200 {
        if device.server.told().ended.len() == sessions && goodbye(device).await.is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(device.server.told().ended.len(), sessions);
    assert!(goodbye(device).await.is_none());
}

fn is_signed_out(vault: &Vault) -> bool {
    matches!(
        vault.state().session,
        SessionState::SignedOut { problem: None, .. }
    )
}

#[tokio::test]
async fn signing_out_while_locked_ends_the_session_there_too() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    vault.lock(LockReason::Asked).await;
    vault.sign_out().await.unwrap();
    assert!(is_signed_out(&vault));
    assert!(device.session_item().await.is_none());
    ended(&device, 1).await;
}

#[tokio::test]
async fn a_sign_out_without_a_server_is_told_with_the_next_contact_even_after_a_restart() {
    for locked in [false, true] {
        let device = Device::signed_in().await;
        let vault = device.start().await;
        whole(&vault).await;
        for path in [REFRESH, SIGN_OUT] {
            device.server.told().refuse.insert(path, Code::Unavailable);
        }
        if locked {
            vault.lock(LockReason::Asked).await;
        }
        vault.sign_out().await.unwrap();
        assert!(is_signed_out(&vault) && device.session_item().await.is_none());
        assert!(goodbye(&device).await.is_some(), "locked: {locked}");
        drop(vault);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(device.server.told().ended.is_empty());
        device.server.told().refuse.clear();
        let vault = device.start().await;
        assert!(is_signed_out(&vault), "what is left opens nothing");
        ended(&device, 1).await;
    }
}

#[tokio::test]
async fn a_session_that_is_over_there_already_is_not_ended_for_ever() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.told().refuse.insert(SIGN_OUT, Code::Unavailable);
    vault.sign_out().await.unwrap();
    device.server.told().refuse.clear();
    device.server.told().refuse.insert(REFRESH, Code::BadRefresh);
    ended(&device, 0).await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_said_and_signs_nobody_in() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    vault.sign_out().await.unwrap();
    // The fake server names a provider at a port where nobody listens.
    let down = vault.sign_in(None).await.unwrap_err();
    assert_eq!(down.code, "providerUnreachable");
    assert!(is_signed_out(&vault));
}
