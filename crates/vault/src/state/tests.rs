#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    testing::{
        device::{Device, until},
        log::Log,
        server::PERSON,
    },
    view::state::{AppState, Connection, LockReason, LogState, OfflineReason, SessionState},
};
use claviger_model::time::Clock;
use claviger_protocol::{order::Target, problem::Code, route};
use std::time::Duration;

const REFRESH: &str = "/v1/session/refresh";

fn is_online(state: &AppState) -> bool {
    matches!(
        state.connection,
        Connection::Online {
            last_sync: Some(_),
            ..
        }
    )
}

fn is_offline(state: &AppState, why: OfflineReason) -> bool {
    matches!(state.connection, Connection::Offline { reason, .. } if reason == why)
}

fn is_signed_in(state: &AppState) -> bool {
    matches!(state.session, SessionState::SignedIn { .. })
}

fn signed_out_for(state: &AppState) -> Option<String> {
    match &state.session {
        SessionState::SignedOut { problem, .. } => Some(
            problem
                .as_ref()
                .map_or_else(String::new, |problem| problem.code.clone()),
        ),
        _ => None,
    }
}

async fn whole(vault: &Vault) {
    until(vault, |state| is_online(state) && state.log == LogState::Whole).await;
}

#[tokio::test]
async fn the_start_needs_no_server_and_finds_it_when_it_is_there() {
    let device = Device::signed_in().await;
    device.server.told().refuse.insert(REFRESH, Code::Unavailable);
    let vault = device.start().await;
    assert!(is_signed_in(&vault.state()), "before any network");
    until(&vault, |state| is_offline(state, OfflineReason::ServerError)).await;
    assert!(is_signed_in(&vault.state()));
    device.server.told().refuse.clear();
    whole(&vault).await;
    let state = until(&vault, is_signed_in).await;
    assert!(matches!(state.session, SessionState::SignedIn { person, .. } if person.name == "Ana Lima"));
    // Who it is stands in the cache from now on.
    drop(vault);
    tokio::time::sleep(Duration::from_millis(100)).await;
    device.server.told().refuse.insert(REFRESH, Code::Unavailable);
    let vault = device.start().await;
    assert!(
        matches!(vault.state().session, SessionState::SignedIn { person, .. } if person.name == "Ana Lima")
    );
}

#[tokio::test]
async fn many_calls_share_one_renewal_and_a_refused_token_is_renewed_once() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    let before = device.server.count(REFRESH);
    device.server.forget_access();
    let calls = (0..20).map(|_| {
        let inner = std::sync::Arc::clone(&vault.inner);
        tokio::spawn(async move { inner.ask::<serde_json::Value>(route::ME, &[]).await.is_ok() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap());
    }
    assert_eq!(device.server.count(REFRESH), before + 1);
    device
        .server
        .told()
        .refuse
        .insert("/v1/me", Code::Unauthenticated);
    assert!(
        vault
            .inner
            .ask::<serde_json::Value>(route::ME, &[])
            .await
            .is_err()
    );
    assert!(
        is_signed_in(&vault.state()),
        "a refusal that a new token does not mend ends nothing"
    );
}

#[tokio::test]
async fn a_lost_reply_to_a_renewal_costs_nothing() {
    let device = Device::signed_in().await;
    device.server.told().lose_refreshes = 3;
    let vault = device.start().await;
    whole(&vault).await;
    assert_eq!(device.session_item().await.unwrap().refresh.expose(), "2");
}

#[tokio::test]
async fn a_session_that_the_server_ends_is_over_and_purges_nothing() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.told().refuse.insert("/v1/sync", Code::SessionEnded);
    let state = until(&vault, |state| signed_out_for(state).is_some()).await;
    assert_eq!(signed_out_for(&state).unwrap(), "sessionEnded");
    assert!(device.session_item().await.is_none());
    assert!(device.device_item().await.is_some() && device.cache_file().is_some());
}

#[tokio::test]
async fn a_device_that_ends_obeys_by_its_key_alone_and_then_knows_nothing() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.order(vec![Target::Everything]);
    device.server.told().refuse.insert("/v1/sync", Code::DeviceEnded);
    device.server.forget_access();
    device.server.told().refuse.insert(REFRESH, Code::DeviceEnded);
    let state = until(&vault, |state| signed_out_for(state).is_some()).await;
    assert!(["deviceEnded", "deviceEmptied"].contains(&signed_out_for(&state).unwrap().as_str()));
    for _ in 0..100 {
        if device.device_item().await.is_none() && device.cache_file().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(device.server.told().acknowledged, 1);
    assert!(device.device_item().await.is_none() && device.session_item().await.is_none());
    assert!(device.cache_file().is_none());
}

#[tokio::test]
async fn whoever_was_offboarded_reads_that_their_access_has_ended_once_everything_is_destroyed() {
    // The order came before anything was refused: the session is asked why.
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.told().refuse.insert("/v1/me", Code::Disabled);
    device.server.order(vec![Target::Everything]);
    vault.inner.hint_sync();
    let state = until(&vault, |state| signed_out_for(state).is_some()).await;
    assert_eq!(signed_out_for(&state).unwrap(), "allAccessEnded");

    // A refusal came first, and alone it destroys nothing; the order follows.
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.told().refuse.insert("/v1/sync", Code::Disabled);
    vault.inner.hint_sync();
    let state = until(&vault, |state| signed_out_for(state).is_some()).await;
    assert_eq!(signed_out_for(&state).unwrap(), "accountDisabled");
    assert!(device.cache_file().is_some());
    device.server.order(vec![Target::Everything]);
    let ended = |state: &AppState| signed_out_for(state).is_some_and(|code| code == "allAccessEnded");
    until(&vault, ended).await;
    assert!(device.device_item().await.is_none() && device.cache_file().is_none());
}

#[tokio::test]
async fn orders_reach_a_locked_device() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    vault.lock(LockReason::Asked).await;
    device.server.order(vec![Target::Everything]);
    for _ in 0..200 {
        if device.server.told().acknowledged == 1 && device.device_item().await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(device.server.told().acknowledged, 1);
    assert!(device.device_item().await.is_none());
    let state = until(&vault, |state| signed_out_for(state).is_some()).await;
    assert_eq!(signed_out_for(&state).unwrap(), "deviceEmptied");
}

#[tokio::test]
async fn a_lock_lets_everything_go_and_a_restart_is_no_way_around_it() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    let live = vault.inner.live().unwrap();
    vault.lock(LockReason::Asked).await;
    assert!(vault.inner.live().is_err());
    assert!(live.book().me.is_none(), "whoever still holds it holds nothing");
    assert!(live.cache.stored().await.is_err());
    assert!(vault.inner.place().identity.is_none());
    drop((vault, live));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let vault = device.start().await;
    let state = vault.state();
    assert!(
        matches!(&state.session, SessionState::Locked { reason: LockReason::Asked, person, .. } if person.name == "Ana Lima"),
        "{state:#?}"
    );
    vault.unlock().await.unwrap();
    whole(&vault).await;
    drop(vault);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(is_signed_in(&device.start().await.state()));
}

#[tokio::test]
async fn nobody_there_locks() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.clock.advance(Duration::from_secs(9 * 60));
    vault.note_activity();
    device.clock.advance(Duration::from_secs(9 * 60));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(is_signed_in(&vault.state()));
    device.clock.advance(Duration::from_secs(2 * 60));
    until(&vault, |state| {
        matches!(
            state.session,
            SessionState::Locked {
                reason: LockReason::Idle,
                ..
            }
        )
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_by_itself_leaves_offline_use() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.clock.set(device.server.told().ends_at);
    vault.note_activity();
    until(&vault, |state| is_offline(state, OfflineReason::SessionEnded)).await;
    assert!(is_signed_in(&vault.state()));
    let error = vault
        .inner
        .ask::<serde_json::Value>(route::ME, &[])
        .await
        .unwrap_err();
    assert!(error.is_offline(), "offline copies serve");
}

#[tokio::test]
async fn a_clock_that_is_set_back_offline_locks_until_the_server_is_there() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    device.server.told().refuse.insert("/v1/sync", Code::Unavailable);
    device.server.told().refuse.insert(REFRESH, Code::Unavailable);
    device.server.forget_access();
    until(&vault, |state| is_offline(state, OfflineReason::ServerError)).await;
    device
        .clock
        .set(device.clock.now().minus(Duration::from_secs(600)));
    until(&vault, |state| {
        matches!(
            state.session,
            SessionState::Locked {
                reason: LockReason::Clock,
                ..
            }
        )
    })
    .await;
    assert_eq!(vault.unlock().await.unwrap_err().code, "offlineLocked");
    device.server.told().refuse.clear();
    vault.unlock().await.unwrap();
    assert!(is_signed_in(&vault.state()));
}

#[tokio::test]
async fn a_rewritten_log_is_said_in_words_and_not_forgotten() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    let mut other = Log::new(1);
    for _ in 0..3 {
        other.record(claviger_model::ids::PrincipalId::from_bytes([9; 16]));
        other.record(PERSON);
    }
    device.server.told().log = other;
    let state = until(&vault, |state| matches!(state.log, LogState::Violated { .. })).await;
    assert!(
        matches!(&state.log, LogState::Violated { words } if words.contains("rewritten")),
        "{state:#?}"
    );
    drop(vault);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let vault = device.start().await;
    assert_eq!(vault.state().log, state.log);
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_there() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    vault.sign_out().await.unwrap();
    assert_eq!(signed_out_for(&vault.state()).unwrap(), "");
    assert_eq!(device.server.count("/v1/session"), 1);
    assert!(device.session_item().await.is_none() && device.cache_file().is_some());
    vault.forget_server().await.unwrap();
    assert_eq!(vault.state().session, SessionState::NoServer);
    assert!(device.device_item().await.is_none() && device.cache_file().is_none());
}

#[tokio::test]
async fn a_clock_too_wrong_for_proofs_is_said() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    whole(&vault).await;
    // The server's `Date` is the real one, the clock of the test stands elsewhere.
    device.server.told().refuse.insert("/v1/sync", Code::BadProof);
    until(&vault, |state| is_offline(state, OfflineReason::Clock)).await;
    assert_eq!(vault.sync_now().await.unwrap_err().code, "clockSkewed");
}

#[tokio::test]
async fn what_is_no_server_of_ours_is_said_in_a_code_for_each_way() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let stranger = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let strange = stranger.local_addr().unwrap();
    let nothing = axum::Router::new().fallback(|| async { "hello" });
    tokio::spawn(async move { axum::serve(stranger, nothing).await });
    for (origin, code) in [
        ("vault".to_owned(), "serverAddressInvalid"),
        ("http://vault.example.com".to_owned(), "serverAddressInvalid"),
        (
            "https://vault.example.com/path".to_owned(),
            "serverAddressInvalid",
        ),
        ("https://nothing.invalid".to_owned(), "serverUnknown"),
        (format!("http://{closed}"), "serverUnreachable"),
        (format!("http://{strange}"), "serverUnknown"),
    ] {
        assert_eq!(
            vault.connect_server(&origin).await.unwrap_err().code,
            code,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn another_server_under_the_pinned_address_is_an_alarm() {
    let device = Device::signed_in().await;
    let vault = device.start().await;
    device.server.told().log = Log::new(9);
    let alarm = vault.connect_server(&device.server.origin).await.unwrap_err();
    assert_eq!(alarm.code, "serverKeysChanged");
}
